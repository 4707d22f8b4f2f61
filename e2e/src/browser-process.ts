// A browser as a process with a profile of its own, for drivers that are ours.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export type BrowserProcess = AsyncDisposable & {
  /** Where it listens for its driver. */
  readonly address: string;
};

export type BrowserStart = {
  readonly program: string;
  readonly flags: (profile: string) => readonly string[];
  /** Finds, in what the browser says on its standard error, where it listens. */
  readonly says: RegExp;
};

/** A browser that has not ended by then will not end by itself. */
const POLITE_MS = 10_000;

export async function startBrowser({ program, flags, says }: BrowserStart): Promise<BrowserProcess> {
  const profile = mkdtempSync(join(tmpdir(), 'mayfly-browser-'));
  const browser = spawn(program, flags(profile), { stdio: ['ignore', 'ignore', 'pipe'] });
  const gone = once(browser, 'exit');
  const address = await new Promise<string>((resolve, reject) => {
    let said = '';
    browser.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const found = says.exec(said)?.[1];
      if (found !== undefined) resolve(found);
    });
    browser.once('error', reject);
    browser.once('exit', () => reject(new Error(`no browser: ${said}`)));
  });
  return {
    address,
    [Symbol.asyncDispose]: async () => {
      browser.kill('SIGTERM');
      const impatience = setTimeout(() => browser.kill('SIGKILL'), POLITE_MS);
      await gone;
      clearTimeout(impatience);
      await removeProfile(profile);
    },
  };
}

/** Children of a browser may write into its profile for a moment after it has ended. */
async function removeProfile(profile: string): Promise<void> {
  for (;;) {
    try {
      rmSync(profile, { recursive: true, force: true });
      return;
    } catch {
      await sleep(100);
    }
  }
}
