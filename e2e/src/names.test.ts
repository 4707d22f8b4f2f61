// What people call themselves, and that nobody can be taken for somebody else by it.

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
  await ann.enterCreatedRoom();
  await ben.join(link, `${LONG}\u200B`);
  await cem.join(link);
  await ann.send('from ann');
  await cem.sees('from ann');
  expect(await cutOff(cem)).toEqual([0, 0]);
});
