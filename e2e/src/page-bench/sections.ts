// What is measured, one page at a time: opening a history, messages while somebody types, more than a tab keeps.

import type { Browser } from 'playwright-core';
import { WritingCrowd, textOf } from './crowd.ts';
import { type Figures, PLAIN, type PageName, type Row, percentile } from './figures.ts';
import type { PlainPage } from './plain-page.ts';
import type { Plan } from './plan.ts';
import { Visit } from './visit.ts';

export type Bench = {
  readonly plan: Plan;
  readonly browser: Browser;
  readonly plain: PlainPage;
  /** Where each page is: WebCrypto needs a secure context, and an address that is not loopback over HTTP has none. */
  readonly origins: ReadonlyMap<PageName, string>;
  readonly figures: Figures;
};

/** What a page shows, and how more comes: the same for a room and for the plain page. */
type Stream = {
  readonly newest: string;
  addressFor(page: PageName): string;
  write(count: number): Promise<void>;
};

/** A history opened from its link. */
export async function measureOpening(bench: Bench): Promise<void> {
  const { plan } = bench;
  using crowd = await crowdOf(bench, plan.senders);
  const room = await roomOf(bench, crowd, plan.history);
  const rows = plainRows(bench, plan.history);
  for (const slowdown of [1, plan.slowdown])
    for (let round = 0; round < plan.rounds; round++)
      for (const page of bench.origins.keys())
        await measureOneOpening(bench, page, page === PLAIN ? rows : room, slowdown);
}

async function measureOneOpening(bench: Bench, page: PageName, stream: Stream, slowdown: number) {
  const { figures, browser, plan } = bench;
  await using visit = await Visit.begin(browser, slowdown);
  const put = putterOf(figures, page, slowdown);
  const about = `opening ${plan.history} messages`;
  put(about, 'ms', await visit.open(stream.addressFor(page), stream.newest));
  const { tasks, longestMs } = await visit.takeNotes();
  put(`${about}: long tasks`, 'tasks', tasks);
  put(`${about}: the longest`, 'ms', longestMs);
  put(`${about}: heap`, 'MiB', await visit.heapMiB());
}

/** Messages at a steady pace while somebody types. */
export async function measureFlood(bench: Bench): Promise<void> {
  const { plan } = bench;
  for (const slowdown of [1, plan.slowdown]) {
    for (const page of bench.origins.keys()) {
      using crowd = await crowdOf(bench, 4);
      const stream =
        page === PLAIN ? plainRows(bench, plan.history) : await roomOf(bench, crowd, plan.history);
      await measureOneFlood(bench, page, stream, slowdown);
    }
  }
}

async function measureOneFlood(bench: Bench, page: PageName, stream: Stream, slowdown: number) {
  const { figures, browser, plan } = bench;
  await using visit = await Visit.begin(browser, slowdown);
  await visit.open(stream.addressFor(page), stream.newest);
  await visit.takeNotes();
  const busyBefore = await visit.busySeconds();
  const startedAt = performance.now();
  let writtenAt = startedAt;
  const writing = writeSteadily(stream, plan.perSecond, secondsAt(plan, slowdown));
  await visit.type(writing.then(() => void (writtenAt = performance.now())));
  await visit.sees(stream.newest);
  const shownAt = performance.now();
  const took = (shownAt - startedAt) / 1000;
  const busy = (await visit.busySeconds()) - busyBefore;
  const { tasks, longestMs, keyMs } = await visit.takeNotes();
  const put = putterOf(figures, page, slowdown);
  const about = `${plan.perSecond} messages a second while typing`;
  put(`${about}: main thread busy`, '%', (100 * busy) / took);
  put(`${about}: a key waits, p50`, 'ms', percentile(keyMs, 0.5));
  put(`${about}: a key waits, p99`, 'ms', percentile(keyMs, 0.99));
  put(`${about}: long tasks a minute`, 'tasks', (60 * tasks) / took);
  put(`${about}: the longest`, 'ms', longestMs);
  put(`${about}: from the last one written to the last one shown`, 'ms', shownAt - writtenAt);
  put(`${about}: heap`, 'MiB', await visit.heapMiB());
}

function secondsAt({ floodSeconds, slowFloodSeconds }: Plan, slowdown: number): number {
  return slowdown > 1 ? slowFloodSeconds : floodSeconds;
}

/** Ten times a second, whatever is still on its way. */
async function writeSteadily(stream: Stream, perSecond: number, seconds: number): Promise<void> {
  const all: Promise<void>[] = [];
  for (let tick = 0; tick < seconds * 10; tick++) {
    all.push(stream.write(perSecond / 10));
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await Promise.all(all);
  await stream.write(1);
}

/** A history that is longer than what a tab keeps. */
export async function measureMany(bench: Bench): Promise<void> {
  const { plan } = bench;
  using crowd = await crowdOf(bench, 2);
  const room = await roomOf(bench, crowd, plan.many);
  const rows = plainRows(bench, plan.many);
  for (const slowdown of [1, plan.slowdown])
    for (const page of bench.origins.keys())
      await measureOneOfMany(bench, page, page === PLAIN ? rows : room, slowdown);
}

async function measureOneOfMany(bench: Bench, page: PageName, stream: Stream, slowdown: number) {
  const { figures, browser, plan } = bench;
  await using visit = await Visit.begin(browser, slowdown);
  const put = putterOf(figures, page, slowdown);
  const about = `${plan.many} messages`;
  put(`${about}: opening`, 'ms', await visit.open(stream.addressFor(page), stream.newest));
  const { longestMs } = await visit.takeNotes();
  put(`${about}: the longest task`, 'ms', longestMs);
  put(`${about}: rows on the page`, 'rows', await visit.rows());
  put(`${about}: heap`, 'MiB', await visit.heapMiB());
}

function putterOf(figures: Figures, page: PageName, slowdown: number) {
  return (what: string, unit: Row['unit'], value: number) =>
    figures.put(page, { what, unit, slowdown }, value);
}

function crowdOf({ origins }: Bench, people: number): Promise<WritingCrowd> {
  return WritingCrowd.gather(origins.get('Mayfly, WebCrypto') ?? '', people);
}

async function roomOf({ origins }: Bench, crowd: WritingCrowd, count: number): Promise<Stream> {
  await crowd.write(count);
  return {
    get newest() {
      return crowd.newest;
    },
    addressFor: (page) => crowd.linkAt(origins.get(page) ?? ''),
    write: (more) => crowd.write(more),
  };
}

function plainRows({ plain }: Bench, count: number): Stream {
  let written = 0;
  const write = (more: number) => {
    for (const end = written + more; written < end;) {
      written += 1;
      plain.write(`Person ${written % 20}`, textOf(written));
    }
  };
  plain.clear();
  write(count);
  return {
    get newest() {
      return textOf(written);
    },
    addressFor: () => plain.address,
    write: async (more) => write(more),
  };
}
