// What the browser's tab says of a room, for whoever looks at something else.

import { expect, test } from 'vitest';
import { type Person, openStage } from './stage.ts';

const title = ({ page }: Person) => page.title();
const icon = ({ page }: Person) =>
  page.evaluate(() => document.querySelector<HTMLLinkElement>('link[rel=icon]')?.getAttribute('href'));

/** The browser under test has no other windows; the test dispatches the events they would cause. */
async function turnTo({ page }: Person, inFront: 'this' | 'another'): Promise<void> {
  await page.evaluate((here) => {
    document.hasFocus = () => here;
    globalThis.dispatchEvent(new Event(here ? 'focus' : 'blur'));
  }, inFront === 'this');
}

test('a window behind another one counts in its tab, and marks the icon, until it is in front again', async () => {
  await using stage = await openStage();
  const [ann, ben] = [await stage.person(), await stage.person()];
  const link = await ann.createRoom();
  const id = new URL(link).pathname.slice('/chat/'.length);
  await ben.join(link);
  expect(await title(ann)).toBe(`Mayfly chat · ${id}`);

  await turnTo(ann, 'another');
  expect(await ann.page.evaluate(() => document.visibilityState)).toBe('visible');
  for (const text of ['one', 'two', 'three']) await ben.send(text);
  await ann.sees('three');
  expect(await title(ann)).toBe(`(3) Mayfly chat · ${id}`);
  expect(await icon(ann)).toBe('/logo-unread.svg');

  await turnTo(ann, 'this');
  await ann.page.waitForFunction((seen) => document.title === seen, `Mayfly chat · ${id}`);
  expect(await icon(ann)).toBe('/logo.svg');
});

test('the page’s policy lets the browser show both icons', async () => {
  await using stage = await openStage();
  const ann = await stage.person();
  await ann.open('/');
  const widths = await ann.page.evaluate(() =>
    Promise.all(
      ['/logo.svg', '/logo-unread.svg'].map(async (path) => {
        const image = new Image();
        image.src = path;
        await image.decode();
        return image.width;
      }),
    ),
  );
  for (const width of widths) expect(width).toBeGreaterThan(0);
});
