// Reading a long room: the place where one reads stays, and the end stays in sight for who is there.

import { expect, test } from 'vitest';
import { type Person, openStage } from './stage.ts';

const LINES = Array.from({ length: 30 }, (_, i) => `line ${i}`);

async function fill(person: Person): Promise<void> {
  for (const line of LINES) await person.send(line);
}

const newest = (person: Person) => person.page.getByRole('button', { name: /Newest messages|new message/ });
const top = (person: Person) => person.log().evaluate((log) => log.scrollTop);

test('who reads above stays there; what comes is counted, and one press leads to it', async () => {
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

test('who is at the end stays there when the composer grows while the stream moves', async () => {
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
