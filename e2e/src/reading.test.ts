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
  await ann.enterCreatedRoom();
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
  await ann.enterCreatedRoom();
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
