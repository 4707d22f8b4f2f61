// Display names: no one can pass for someone else.

import { expect, test } from 'vitest';
import { type Person, openStage } from './stage.ts';

const NARROW = { width: 320, height: 568 };
const LONG = 'x'.repeat(49);

/** How far tags and times reach beyond what can be seen of them. */
const cutOff = (person: Person) =>
  person.page.evaluate(() => {
    const marks = [...document.querySelectorAll('.turn__head .name__tag, .turn__head time')];
    return marks.map((mark) => Math.max(0, mark.getBoundingClientRect().right - globalThis.innerWidth));
  });

test('two people of one long name: what tells them apart is seen on the narrowest phone', async () => {
  await using stage = await openStage();
  const [ann, ben, cem] = [
    await stage.person(),
    await stage.person(),
    await stage.person({ size: NARROW, touch: true }),
  ];
  const link = await ann.createRoom({ name: LONG });
  await ben.join(link, `${LONG}\u200B`);
  await cem.join(link);
  await ann.send('from ann');
  await cem.sees('from ann');
  expect(await cutOff(cem)).toEqual([0, 0]);
});

test('a long name from right to left keeps its beginning where it is cut', async () => {
  await using stage = await openStage();
  const [ann, ben] = [await stage.person(), await stage.person({ size: NARROW, touch: true })];
  const name = 'שלומית-אביגיל בת-שבע מזרחי-אלקיים הרטוגלביא';
  const link = await ann.createRoom({ name });
  await ben.join(link);
  await ann.send('from a long name');
  await ben.sees('from a long name');
  const shown = ben.page.locator('.turn__head').getByText(name);
  const first = await shown.evaluate((element) => {
    const [box, range] = [element.getBoundingClientRect(), document.createRange()];
    range.setStart(element.firstChild ?? element, 0);
    range.setEnd(element.firstChild ?? element, 1);
    const letter = range.getBoundingClientRect();
    return {
      cut: element.scrollWidth > element.clientWidth,
      before: letter.left - box.left,
      behind: box.right - letter.right,
    };
  });
  expect(first.cut).toBe(true);
  expect(first.before).toBeGreaterThanOrEqual(0);
  expect(first.behind).toBeGreaterThanOrEqual(0);
});
