// A conversation on paper: all of it, and nothing that is there to be pressed.

import { expect, test } from 'vitest';
import { type Person, openStage } from './stage.ts';

const LINES = 'a line\n'.repeat(19).trim();
const MESSAGES = 12;
/** A4 with room for its edges has far fewer. */
const LINES_A_PAGE = 70;

/** Pages of the PDF that the browser would print. */
async function printedPages({ page }: Person): Promise<number> {
  const pdf = await page.pdf({ format: 'A4' });
  return [...pdf.toString('latin1').matchAll(/\/Type\s*\/Page\b/g)].length;
}

test('a long conversation is printed whole, on as many pages as it takes', async () => {
  await using stage = await openStage();
  const ann = await stage.person();
  await ann.createRoom();
  for (let i = 0; i < MESSAGES; i++) await ann.send(`${i}\n${LINES}`);
  await ann.sees(`${MESSAGES - 1} ${LINES.replaceAll('\n', ' ')}`);
  const before = await printedPages(ann);
  expect(before).toBeGreaterThanOrEqual((MESSAGES * 20) / LINES_A_PAGE);

  // What the screen cuts off behind "Show all" is on paper, too.
  await ann.send('and a line\n'.repeat(6 * LINES_A_PAGE));
  await ann.page.getByRole('button', { name: 'Show all' }).waitFor();
  expect(await printedPages(ann)).toBeGreaterThanOrEqual(before + 6);
});

test.each(['light', 'dark'] as const)(
  'a %s page prints black on white: code, time and messages, not the composer, the header or the link',
  async (theme) => {
    await using stage = await openStage();
    const ann = await stage.person({ theme });
    const link = await ann.createRoom();
    await ann.page.emulateMedia({ media: 'print' });
    expect(await ann.page.getByText(link.split('#')[1] ?? '').isVisible()).toBe(false);
    await ann.page.emulateMedia({ media: 'screen' });
    await ann.send('on paper');
    await ann.sees('on paper');
    // The rules for paper come after the first message.
    await ann.page.locator('.print-head').waitFor({ state: 'attached' });
    await ann.page.emulateMedia({ media: 'print' });

    const id = new URL(link).pathname.slice('/chat/'.length);
    expect(await ann.page.getByText(`Mayfly chat · ${id}`).isVisible()).toBe(true);
    const year = String(new Date().getUTCFullYear());
    expect(await ann.page.getByText(/^Printed /).innerText()).toContain(year);
    for (const gone of [ann.composer(), ann.page.locator('.bar'), ann.page.getByRole('complementary')])
      expect(await gone.isVisible()).toBe(false);

    const text = ann.log().getByText('on paper');
    expect(await text.evaluate((element) => getComputedStyle(element).color)).toBe('rgb(0, 0, 0)');
    const log = await ann.log().evaluate((element) => ({
      overflow: getComputedStyle(element).overflowY,
      mask: getComputedStyle(element).maskImage,
    }));
    expect(log).toEqual({ overflow: 'visible', mask: 'none' });
  },
);
