// `npm run page-bench`: runs the sections, writes report and picture after each, and ends by itself.

import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, networkInterfaces, totalmem } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { CHROMIUM_FLAGS, chromiumPath } from '../chromium.ts';
import { startServerProcess } from '../server-process.ts';
import { Figures, PLAIN, type PageName } from './figures.ts';
import { PlainPage } from './plain-page.ts';
import { FULL, HELP, QUICK } from './plan.ts';
import { type Circumstances, chart, report } from './report.ts';
import { type Bench, measureFlood, measureMany, measureOpening } from './sections.ts';

export { HELP };

export type Asked = {
  readonly quick: boolean;
  /** The folder for page.md and page.svg. */
  readonly folder: string;
  readonly say: (line: string) => void;
};

const ALL_IS_KEPT = { ROOM_HISTORY_MESSAGES: '10000', ROOM_HISTORY_BYTES: String(64 * 2 ** 20) };

/** What went wrong; empty if everything was measured. */
export async function pageBench({ quick, folder, say }: Asked): Promise<readonly string[]> {
  await using server = await startServerProcess(ALL_IS_KEPT);
  await using plain = await PlainPage.open();
  const executablePath = chromiumPath();
  const browser = await chromium.launch({ executablePath, args: CHROMIUM_FLAGS, headless: true });
  try {
    const figures = new Figures();
    const plan = quick ? QUICK : FULL;
    const origins = originsOf(server.port, plain, figures);
    const now = circumstances(quick, browser.version());
    const failures: string[] = [];
    for (const measure of [measureOpening, measureFlood, measureMany]) {
      say(`${measure.name}…`);
      const bench: Bench = { plan, browser, plain, origins, figures };
      await measure(bench).catch((error: unknown) => failures.push(`${measure.name}: ${String(error)}`));
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, 'page.md'), report(figures, plan, now()));
      await writeFile(join(folder, 'page.svg'), chart(figures));
    }
    say(`written to ${join(folder, 'page.md')}`);
    return failures;
  } finally {
    await browser.close();
  }
}

/** Plain HTTP at an address that isn't loopback is no secure context, so there is no WebCrypto. */
function originsOf(port: number, plain: PlainPage, figures: Figures): ReadonlyMap<PageName, string> {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  const lan = addresses.find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
  if (lan === undefined) figures.refusals.set('Mayfly, plain HTTP', 'no address besides loopback');
  return new Map<PageName, string>([
    ['Mayfly, WebCrypto', `http://127.0.0.1:${port}`],
    ...(lan === undefined ? [] : [['Mayfly, plain HTTP', `http://${lan}:${port}`] as const]),
    [PLAIN, plain.address],
  ]);
}

/** From now on. */
function circumstances(quick: boolean, version: string): () => Circumstances {
  const [busyBefore = 0] = loadavg();
  const startedAt = performance.now();
  const machine = `${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}`;
  return () => ({
    date: new Date().toISOString().slice(0, 10),
    command: `npm run page-bench${quick ? ' -- --quick' : ''}`,
    machine,
    browser: `Chromium ${version}`,
    minutes: (performance.now() - startedAt) / 60_000,
    busyBefore,
  });
}
