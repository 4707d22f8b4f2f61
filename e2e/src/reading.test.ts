// Reading a long room: the reading position holds, and a reader at the end stays at the end.

import { describe, expect, test } from 'vitest';
import { PHONE, type Person, type PersonOptions, type Stage, openStage } from './stage.ts';

const LINES = Array.from({ length: 30 }, (_, i) => `line ${i}`);

async function fill(person: Person): Promise<void> {
  for (const line of LINES) await person.send(line);
}

const newest = (person: Person) => person.page.getByRole('button', { name: /Newest messages|new message/ });
const top = (person: Person) => person.log().evaluate((log) => log.scrollTop);

test('the reading position holds above the end; new messages are counted, and one press leads to them', async () => {
  await using stage = await openStage();
  const [ann, ben] = [await stage.person(), await stage.person()];
  const link = await ann.createRoom();
  await fill(ann);
  await ben.join(link);
  await ben.sees(LINES.at(-1) ?? '');

  await ben.log().evaluate((log) => log.scrollTo(0, 100));
  await newest(ben).waitFor();
  const before = await top(ben);
  await ann.send('one');
  await ann.send('two');
  await ben.page.getByRole('button', { name: '2 new messages' }).waitFor();
  expect(await top(ben)).toBe(before);

  await newest(ben).click();
  await newest(ben).waitFor({ state: 'detached' });
  expect(await ben.log().getByText('two', { exact: true }).isVisible()).toBe(true);
});

test('the end stays in sight when the composer grows while messages arrive', async () => {
  await using stage = await openStage();
  const ann = await stage.person();
  await ann.createRoom();
  await fill(ann);
  await ann.sees(LINES.at(-1) ?? '');

  // In one frame: the browser tells of the scrolling before it tells of the new size.
  const fromEnd = await ann.log().evaluate(async (log) => {
    const composer = document.querySelector('textarea');
    if (composer === null) throw new Error('no composer');
    log.scrollTop -= 1;
    composer.style.blockSize = '160px';
    for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
    return log.scrollHeight - log.scrollTop - log.clientHeight;
  });
  expect(fromEnd).toBeLessThanOrEqual(1);
  expect(await newest(ann).count()).toBe(0);
});

test('a message over twenty lines is cut off after them, and all of it is shown below the place where one reads', async () => {
  await using stage = await openStage();
  const [ann, ben] = [await stage.person(), await stage.person()];
  const link = await ann.createRoom();
  await ben.join(link);
  const long = Array.from({ length: 500 }, (_, i) => `${i}`).join('\n');
  await fill(ann);
  await ann.send(long);
  await ben.log().getByText(long.slice(0, 9)).waitFor();
  const bubble = ben.log().locator('.bubble').nth(LINES.length);
  const showAll = ben.page.getByRole('button', { name: 'Show all' });
  await showAll.waitFor();
  const heightOf = async () => (await bubble.boundingBox())?.height ?? 0;
  const lineHeight = await bubble.evaluate((element) =>
    Number.parseFloat(getComputedStyle(element).lineHeight),
  );
  expect((await heightOf()) / lineHeight).toBeLessThan(24);
  const before = await bubble.boundingBox();
  await showAll.click();
  await showAll.waitFor({ state: 'detached' });
  expect((await heightOf()) / lineHeight).toBeGreaterThan(500);
  expect((await bubble.boundingBox())?.y).toBe(before?.y);
  await newest(ben).click();
  await newest(ben).waitFor({ state: 'detached' });
});

test('what leads into the part that is cut off shows all of it: the focus of a link', async () => {
  await using stage = await openStage();
  const ann = await stage.person();
  await ann.createRoom();
  await ann.send(`${'line\n'.repeat(40)}https://example.org/`);
  await ann.page.getByRole('button', { name: 'Show all' }).waitFor();
  await ann.log().getByRole('link').focus();
  await ann.page.getByRole('button', { name: 'Show all' }).waitFor({ state: 'detached' });
  await ann.log().getByRole('link').click({ trial: true });
});

test('one to three emoji alone are drawn large', async () => {
  await using stage = await openStage();
  const ann = await stage.person();
  await ann.createRoom();
  for (const text of ['🦋👍🏽', '🦋 and text']) await ann.send(text);
  await ann.sees('🦋 and text');
  const heights = await ann
    .log()
    .locator('.bubble')
    .evaluateAll((bubbles) => bubbles.map((bubble) => bubble.getBoundingClientRect().height));
  expect(heights[0]).toBeGreaterThan(1.5 * (heights[1] ?? Infinity));
});

const focused = ({ page }: Person) =>
  page.evaluate(() => document.activeElement?.ariaLabel ?? document.activeElement?.tagName);

const TALL = 'line\n'.repeat(15);

/** Ben reads the beginning while Ann writes far more than fits into his window. */
async function behind(stage: Stage, options: PersonOptions = {}) {
  const [ann, ben] = [await stage.person(), await stage.person(options)];
  const link = await ann.createRoom();
  await ben.join(link);
  for (let i = 0; i < 6; i++) await ann.send(`${TALL}old ${i}`);
  await ben.log().getByText('old 5').waitFor();
  await ben.log().evaluate((log) => log.scrollTo(0, 0));
  await newest(ben).waitFor();
  for (let i = 0; i < 6; i++) await ann.send(`${TALL}new ${i}`);
  await ben.page.getByRole('button', { name: '6 new messages' }).waitFor();
  return { ann, ben };
}

/** How far below the upper edge of the log the divider stands, and whether the end is in sight. */
const placeOf = (person: Person) =>
  person.log().evaluate((log) => ({
    divider:
      (log.querySelector('.divider--new')?.getBoundingClientRect().top ?? Number.NaN) -
      log.getBoundingClientRect().top,
    atEnd: log.scrollHeight - log.scrollTop - log.clientHeight <= 1,
  }));

describe('"n new messages"', () => {
  test('leads to the first of them, and from there to the newest; writing goes on in the composer', async () => {
    await using stage = await openStage();
    const { ben } = await behind(stage);
    await newest(ben).focus();
    await ben.page.keyboard.press('Enter');
    const first = await placeOf(ben);
    expect(first.atEnd).toBe(false);
    expect(first.divider).toBeGreaterThanOrEqual(0);
    expect(first.divider).toBeLessThan(60);
    await ben.page.keyboard.press('Enter');
    await newest(ben).waitFor({ state: 'detached' });
    await expect.poll(async () => (await placeOf(ben)).atEnd).toBe(true);
    expect(await focused(ben)).toBe('Message');
  });

  test('leads to the newest, however quickly the second press follows the first', async () => {
    await using stage = await openStage();
    const { ben } = await behind(stage);
    // Before the browser reports that the first one scrolled.
    await newest(ben).evaluate((button) => {
      for (let press = 0; press < 2; press++)
        button.dispatchEvent(new MouseEvent('click', { bubbles: true }));
    });
    await newest(ben).waitFor({ state: 'detached' });
    await expect.poll(async () => (await placeOf(ben)).atEnd).toBe(true);
  });

  test('on a phone, focus is in the log afterwards: no keyboard covers what was new', async () => {
    await using stage = await openStage();
    const { ben } = await behind(stage, { size: PHONE, touch: true });
    await newest(ben).tap();
    await newest(ben).tap();
    await newest(ben).waitFor({ state: 'detached' });
    expect(await focused(ben)).toBe('Messages');
  });

  test('focus is not lost when scrolling hides the button', async () => {
    await using stage = await openStage();
    const { ben } = await behind(stage);
    await newest(ben).focus();
    await ben.log().evaluate((log) => log.scrollTo(0, log.scrollHeight));
    await newest(ben).waitFor({ state: 'detached' });
    expect(await focused(ben)).toBe('Message');
  });
});

test('what goes away while it has the focus, in the log, leaves the focus in the log', async () => {
  await using stage = await openStage();
  const ann = await stage.person();
  await ann.createRoom();
  await ann.send('line\n'.repeat(40));
  await ann.page.getByRole('button', { name: 'Show all' }).press('Enter');
  await ann.page.getByRole('button', { name: 'Show all' }).waitFor({ state: 'detached' });
  expect(await focused(ann)).toBe('Messages');
});

describe('the keyboard', () => {
  test('PageUp and PageDown in the composer scroll the log; in a long draft they are the draft’s', async () => {
    await using stage = await openStage();
    const { ben } = await behind(stage);
    await ben.composer().focus();
    await ben.page.keyboard.press('PageDown');
    const down = await top(ben);
    expect(down).toBeGreaterThan(100);
    await ben.page.keyboard.press('PageUp');
    expect(await top(ben)).toBe(0);
    expect(await focused(ben)).toBe('Message');
    await ben.composer().fill('a line\n'.repeat(60));
    await ben.page.keyboard.press('PageDown');
    expect(await top(ben)).toBe(0);
  });

  test('what is typed reaches the composer from anywhere in the room, from its first letter', async () => {
    await using stage = await openStage();
    const { ben } = await behind(stage);
    const places = [
      () => ben.log().focus(),
      () => ben.page.getByRole('button', { name: 'Invite' }).focus(),
      () => ben.page.locator('.bar__code').click(),
    ];
    for (const [i, goThere] of places.entries()) {
      await goThere();
      await ben.page.keyboard.type(`Is ${i}`);
      expect(await focused(ben)).toBe('Message');
    }
    expect(await ben.composer().inputValue()).toBe('Is 0Is 1Is 2');
  });

  test('what is typed in a dialog or a menu stays there, and shortcuts are the browser’s', async () => {
    await using stage = await openStage();
    const ann = await stage.person();
    await ann.createRoom();
    await ann.page.getByRole('button', { name: 'Change your name' }).click();
    await ann.page.getByRole('dialog').waitFor();
    await ann.page.keyboard.type('Ann');
    expect(await ann.page.getByLabel('Display name').inputValue()).toBe('Ann');
    await ann.page.getByRole('button', { name: 'Close' }).focus();
    await ann.page.keyboard.type('x');
    await ann.page.keyboard.press('Escape');
    await ann.page.getByRole('dialog').waitFor({ state: 'detached' });
    await ann.page.getByRole('button', { name: 'More' }).click();
    await ann.page.getByRole('menu').waitFor();
    await ann.page.keyboard.type('x');
    await ann.page.keyboard.press('Escape');
    await ann.log().focus();
    await ann.page.keyboard.press('Control+a');
    expect(await focused(ann)).toBe('Messages');
    expect(await ann.composer().inputValue()).toBe('');
  });
});
