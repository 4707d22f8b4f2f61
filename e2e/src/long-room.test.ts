// A room with thousands of messages: one more message, and opening it.

import { EventEmitter, once } from 'node:events';
import { expect, test } from 'vitest';
import { type Person, openStage } from './stage.ts';
import { Writers } from './writers.ts';

const HISTORY = 1000;

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
        if (node instanceof Element && node.matches('.log__gap')) continue;
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
    const noted = { drawn: 0, newestFirst: true, endInSight: true };
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
    }).observe(document, { childList: true, subtree: true });
  }, newest);
  return () => page.evaluate(() => JSON.parse(document.documentElement.dataset['noted'] ?? ''));
}

/** At most so many messages, dividers and notices are on the page. */
const ROWS_MAX = 200;

type Look = {
  readonly rows: number;
  readonly numbers: readonly number[];
  readonly isBlank: boolean;
  readonly atEnd: boolean;
};

/** What is drawn, and whether anything stands in the middle of the log. */
async function look({ page }: Person): Promise<Look> {
  await nextFrames(page);
  return page.evaluate(() => {
    const log = document.querySelector('[role=log]');
    if (log === null) throw new Error('no log');
    const { left, top, width, height } = log.getBoundingClientRect();
    const middle = document.elementFromPoint(left + width / 2, top + height / 2);
    const texts = [...log.querySelectorAll('.bubble')].map((bubble) => bubble.textContent ?? '');
    return {
      rows: log.querySelectorAll('.message, .log > li:not(.turn, [aria-hidden])').length,
      numbers: texts.map((text) => Number(text.replace('number ', ''))),
      isBlank: middle?.matches('[aria-hidden]') ?? true,
      atEnd: log.scrollHeight - log.scrollTop - log.clientHeight <= 1,
    };
  });
}

/** The scrolling, what it draws, and what that moves. */
async function nextFrames(page: Person['page']): Promise<void> {
  await page.evaluate(async () => {
    for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
  });
}

/** How far the message at the top of the log was from where it should be, after each step up. */
function stepUp({ page }: Person, steps: number, px: number): Promise<readonly number[]> {
  return page.evaluate(
    async ([count, by]) => {
      const log = document.querySelector('[role=log]');
      if (log === null) throw new Error('no log');
      const { top } = log.getBoundingClientRect();
      const off: number[] = [];
      for (let step = 0; step < count && log.scrollTop > by; step++) {
        const first = [...log.querySelectorAll('.message')].find(
          (message) => message.getBoundingClientRect().bottom > top,
        );
        const before = first?.getBoundingClientRect().top ?? Number.NaN;
        log.scrollTop -= by;
        for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
        off.push(Math.abs((first?.getBoundingClientRect().top ?? Number.NaN) - before - by));
      }
      return off;
    },
    [steps, px] as const,
  );
}

/** Counts the old messages that are drawn while a screen reader would announce them. */
async function watchAloud({ page }: Person): Promise<() => Promise<number>> {
  await page.evaluate(() => {
    const log = document.querySelector('[role=log]');
    if (log === null) throw new Error('no log');
    document.documentElement.dataset['aloud'] = '0';
    new MutationObserver((changes) => {
      const isQuiet = log.ariaBusy === 'true' || log.ariaLive === 'off';
      const added = changes.flatMap(({ addedNodes }) => [...addedNodes]);
      const old = added.filter((node) => node instanceof Element && node.querySelector('.message') !== null);
      const { dataset } = document.documentElement;
      if (!isQuiet) dataset['aloud'] = String(Number(dataset['aloud']) + old.length);
    }).observe(log, { childList: true, subtree: true });
  });
  return () => page.evaluate(() => Number(document.documentElement.dataset['aloud']));
}

const scrollTo = ({ page }: Person, part: number) =>
  page.evaluate((to) => {
    const log = document.querySelector('[role=log]');
    if (log !== null) log.scrollTop = to * log.scrollHeight;
  }, part);

const isRun = (numbers: readonly number[]) =>
  numbers.every((number, i) => i === 0 || number === (numbers[i - 1] ?? 0) + 1);

async function printedPages({ page }: Person): Promise<number> {
  const pdf = await page.pdf({ format: 'A4' });
  return [...pdf.toString('latin1').matchAll(/\/Type\s*\/Page\b/g)].length;
}

test('one more message adds a row or a bubble, at 500 messages as at 1,000; of 1,000, at most 200 are drawn, wherever one reads', async () => {
  await using stage = await openStage({ settings: { ROOM_HISTORY_MESSAGES: `${HISTORY}` } });
  const ann = await stage.person();
  const link = await ann.createRoom({ name: 'Ann' });
  using writers = new Writers(link, ['Ben', 'Cem']);
  let written = 0;
  const gate = new EventEmitter();
  const held = once(gate, 'open');
  const write = async (count: number) => {
    await writers.write(count);
    written += count;
    await ann.sees(`number ${written}`);
  };

  await ann.page.route(/list-window/, async (route) => {
    await held;
    await route.continue();
  });
  await write(300);
  expect(await printedPages(ann)).toBeGreaterThan((300 / ROWS_MAX) * 4);
  expect((await look(ann)).rows).toBeLessThanOrEqual(ROWS_MAX);
  gate.emit('open');

  for (const shown of [498, HISTORY - 12]) {
    await write(shown - written);
    const before = await look(ann);
    expect(before.rows).toBeLessThanOrEqual(ROWS_MAX);
    expect(before).toMatchObject({ atEnd: true, isBlank: false });
    const changes = await watchLog(ann);
    for (let i = 0; i < 12; i++) await write(1);
    // Ben and Cem take turns of three messages: each turn is a row with a bubble in it, and two bubbles more.
    expect(await changes()).toMatchObject({ rows: 4, bubbles: 8, others: 0 });
    expect((await changes()).removed).toBeLessThan(ROWS_MAX / 2);
  }

  const late = await stage.person();
  const opening = await watchOpening(late, `number ${HISTORY}`);
  await late.join(link, 'Lea');
  await late.sees(`number ${HISTORY}`);
  expect(await look(late)).toMatchObject({ atEnd: true });
  const noted = await opening();
  expect(noted).toMatchObject({ newestFirst: true, endInSight: true });
  expect(noted).toMatchObject({ drawn: expect.toSatisfy((drawn: number) => drawn <= ROWS_MAX) });

  const aloud = await watchAloud(late);
  for (let i = 0; i < 24; i++) {
    await scrollTo(late, ((i * 7) % 24) / 24);
    const { rows, numbers, isBlank } = await look(late);
    expect(rows).toBeLessThanOrEqual(ROWS_MAX);
    expect(isRun(numbers), `at ${i}: ${numbers.join()}`).toBe(true);
    expect(isBlank, `at ${i}`).toBe(false);
  }
  await scrollTo(late, 0);
  expect((await look(late)).numbers[0]).toBe(1);
  await scrollTo(late, 1);
  await scrollTo(late, 1);
  expect(await look(late)).toMatchObject({ atEnd: true, isBlank: false });
  const off = await stepUp(late, 60, 331);
  expect(off.length).toBeGreaterThan(50);
  expect(Math.max(...off)).toBeLessThan(1);
  expect(await aloud()).toBe(0);

  const message = late.page.locator('.message').nth(90);
  expect(await message.locator('time').isVisible()).toBe(false);
  await message.hover();
  await message.locator('time').waitFor();

  // The focus of a message that is no longer drawn is in the log.
  const focus = await late.page.evaluate(async () => {
    const message = document.querySelector<HTMLElement>('.message');
    const log = document.querySelector('[role=log]');
    if (message === null || log === null) throw new Error('no message');
    message.tabIndex = -1;
    message.focus();
    log.scrollTop = 0;
    while (message.isConnected) await new Promise(requestAnimationFrame);
    return document.activeElement?.ariaLabel;
  });
  expect(focus).toBe('Messages');

  const newest = late.page.getByRole('button', { name: /new messages/ });
  await writers.write(40);
  await newest.waitFor();
  await newest.press('Enter');
  await late.page.locator('.divider--new').waitFor();
  expect((await look(late)).numbers).toContain(HISTORY + 1);
  await newest.press('Enter');
  await newest.waitFor({ state: 'detached' });
  expect(await look(late)).toMatchObject({ atEnd: true });

  await late.page.keyboard.press('Control+f');
  await late.page.keyboard.type('number 77');
  await late.page.getByText('11 results', { exact: true }).waitFor();
  await late.page.keyboard.press('Shift+Enter');
  const marked = late.page.locator('[data-found] .bubble');
  await marked.waitFor();
  expect(await marked.innerText()).toBe('number 77');
  const box = await marked.boundingBox();
  expect(box?.y).toBeGreaterThan(0);
  expect(box?.y).toBeLessThan(900);

  expect(await printedPages(late)).toBeGreaterThan((HISTORY / ROWS_MAX) * 4);
  expect((await look(late)).rows).toBeLessThanOrEqual(ROWS_MAX);
});
