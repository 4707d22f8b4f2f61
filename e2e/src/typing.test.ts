// The typing line above the composer: it appears and disappears without moving anything, and screen readers skip it.

import { expect, test } from 'vitest';
import { type Person, openStage } from './stage.ts';

const typing = ({ page }: Person) => page.locator('.typing');

async function places({ page }: Person): Promise<readonly unknown[]> {
  return Promise.all(['.composer', '.scroll'].map((part) => page.locator(part).first().boundingBox()));
}

test('TYPING-2: who is typing is shown until they stop or their message is here', async () => {
  await using stage = await openStage();
  const [ann, bob, cem] = [await stage.person(), await stage.person(), await stage.person()];
  const link = await ann.createRoom({ name: 'Ann' });
  await bob.join(link, 'Bob');
  await cem.join(link, 'Cem');
  for (const person of [ann, bob, cem]) await person.participants(3);
  const before = await places(ann);

  await bob.composer().pressSequentially('hi');
  await typing(ann).getByText('Bob is typing…').waitFor();
  expect(await places(ann)).toEqual(before);
  expect(await typing(bob).innerText()).toBe('');
  expect(await typing(ann).getAttribute('aria-live')).toBe('off');
  expect(await ann.page.locator('[role=log] .typing, [aria-live=polite] .typing').count()).toBe(0);

  await bob.composer().press('Enter');
  await ann.sees('hi');
  expect(await typing(ann).innerText()).toBe('');

  await cem.composer().pressSequentially('no');
  await typing(bob).getByText('Cem is typing…').waitFor();
  await cem.composer().fill('');
  await typing(bob).getByText('Cem is typing…').waitFor({ state: 'detached' });
});
