// Editing a message that is there.

import { expect, test } from 'vitest';
import { expectAccessible } from './accessibility.ts';
import { type Person, type Stage, openStage } from './stage.ts';

async function inOneRoom(stage: Stage): Promise<[Person, Person]> {
  const [ann, ben] = [await stage.person(), await stage.person()];
  const link = await ann.createRoom({ name: 'Ann' });
  await ben.join(link, 'Ben');
  await ann.participants(2);
  return [ann, ben];
}

test.concurrent('↑ edits the last message, Esc leaves it, and earlier wordings can be read', async () => {
  await using stage = await openStage();
  const [ann, ben] = await inOneRoom(stage);
  await ann.send('five o’clock');
  await ben.sees('five o’clock');
  await ann.composer().press('ArrowUp');
  await ann.page.getByText('Editing your message').waitFor();
  expect(await ann.composer().inputValue()).toBe('five o’clock');
  await ann.composer().press('Escape');
  expect(await ann.composer().inputValue()).toBe('');
  await ann.composer().press('ArrowUp');
  await ann.composer().fill('six o’clock');
  await expectAccessible(ann, 'edit');
  await ann.composer().press('Enter');
  await ben.sees('six o’clock');
  expect(await ben.messages()).toEqual(['six o’clock']);
  await ben.log().getByRole('button', { name: 'Edited' }).click();
  await ben.page.getByRole('dialog', { name: 'Earlier wordings' }).getByText('five o’clock').waitFor();
  await expectAccessible(ben, 'earlier wordings');
});
