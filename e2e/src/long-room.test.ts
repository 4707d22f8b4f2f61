// A room with thousands of messages: one more message, and opening it.

import { expect, test } from 'vitest';
import { type Person, openStage } from './stage.ts';
import { Writers } from './writers.ts';

const HISTORY = 2000;
/** A history of this length is drawn in more than one slice. */
const SLICE_MAX = 300;

type Changes = {
  readonly rows: number;
  readonly bubbles: number;
  readonly others: number;
  readonly removed: number;
};

/** Counts what is added to the log and removed from it from here on: rows, bubbles inside of rows, and other nodes. */
async function watchLog({ page }: Person): Promise<() => Promise<Changes>> {
  await page.evaluate(() => {
    const log = document.querySelector('.log');
    if (log === null) throw new Error('no log');
    const noted = { rows: 0, bubbles: 0, others: 0, removed: 0 };
    const note = ({ target, addedNodes, removedNodes }: MutationRecord) => {
      noted.removed += removedNodes.length;
      for (const node of addedNodes) {
        const isBubble = node instanceof Element && node.matches('.message');
        noted[target === log ? 'rows' : isBubble ? 'bubbles' : 'others'] += 1;
      }
      document.documentElement.dataset['noted'] = JSON.stringify(noted);
    };
    new MutationObserver((changes) => changes.forEach(note)).observe(log, { childList: true, subtree: true });
  });
  return () => page.evaluate(() => JSON.parse(document.documentElement.dataset['noted'] ?? ''));
}

/** Notes how a page draws the log, from its first bubble on. */
async function watchOpening({ page }: Person, newest: string): Promise<() => Promise<unknown>> {
  await page.addInitScript((last) => {
    const noted = { drawn: 0, largestSlice: 0, slices: 0, newestFirst: true, endInSight: true };
    const look = () => {
      requestAnimationFrame(look);
      const log = document.querySelector('[role=log]');
      const bubbles = document.querySelectorAll('.bubble');
      if (log === null || bubbles.length === 0) return;
      noted.newestFirst &&= bubbles[bubbles.length - 1]?.textContent === last;
      noted.endInSight &&= log.scrollHeight - log.scrollTop - log.clientHeight <= 1;
      document.documentElement.dataset['noted'] = JSON.stringify(noted);
    };
    look();
    new MutationObserver((changes) => {
      const elements = changes.flatMap(({ addedNodes }) =>
        [...addedNodes].filter((node) => node instanceof Element),
      );
      const drawn = elements.reduce((sum, element) => sum + element.querySelectorAll('.bubble').length, 0);
      noted.drawn += drawn;
      noted.slices += Number(drawn > 0);
      noted.largestSlice = Math.max(noted.largestSlice, drawn);
    }).observe(document, { childList: true, subtree: true });
  }, newest);
  return () => page.evaluate(() => JSON.parse(document.documentElement.dataset['noted'] ?? ''));
}

const bubbles = (person: Person) => person.log().locator('.bubble');
const allDrawn = (person: Person) => person.page.locator('[role=log][aria-busy=false]').waitFor();

test('one more message adds a row or a bubble, at 500 messages as at 2,000; a history of 2,000 opens with the newest', async () => {
  await using stage = await openStage({ settings: { ROOM_HISTORY_MESSAGES: `${HISTORY}` } });
  const ann = await stage.person();
  const link = await ann.createRoom({ name: 'Ann' });
  using writers = new Writers(link, ['Ben', 'Cem']);
  let written = 0;
  const write = async (count: number) => {
    await writers.write(count);
    written += count;
    await ann.sees(`number ${written}`);
  };

  for (const shown of [498, HISTORY - 12]) {
    await write(shown - written);
    await allDrawn(ann);
    expect(await bubbles(ann).count()).toBe(shown);
    const changes = await watchLog(ann);
    for (let i = 0; i < 12; i++) await write(1);
    // Ben and Cem take turns of three messages: each turn is a row with a bubble in it, and two bubbles more.
    expect(await changes()).toEqual({ rows: 4, bubbles: 8, others: 0, removed: 0 });
  }

  const late = await stage.person();
  const opening = await watchOpening(late, `number ${HISTORY}`);
  await late.join(link);
  await late.sees('number 1');
  await allDrawn(late);
  const noted = await opening();
  expect(noted).toMatchObject({ drawn: HISTORY, newestFirst: true, endInSight: true });
  expect(noted).toMatchObject({ largestSlice: expect.toSatisfy((size: number) => size <= SLICE_MAX) });
});
