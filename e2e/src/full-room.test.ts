// A room that is full: its owner still gets in, and people turned away keep their identity.

import { expect, test } from 'vitest';
import { hold } from './held-line.ts';
import { openStage } from './stage.ts';

test('JOIN-5: the creator gets into a full room', async () => {
  await using stage = await openStage({ settings: { ROOM_MAX_MEMBERS: '2' } });
  const [ann, bob, cem] = [await stage.person(), await stage.person(), await stage.person()];
  const letGo = await hold(ann);
  await ann.askForRoom({ name: 'Ann' });
  await ann.roomCreated();
  const link = await ann.shownLink();
  for (const person of [bob, cem]) await person.join(link);
  await bob.participants(2);
  letGo();
  await ann.inRoom();
  await ann.participants(3);
  await ann.page.getByText('you · owner').waitFor();
});

test('Try again after a full room goes in as the same person, name and all', async () => {
  await using stage = await openStage({ settings: { ROOM_MAX_MEMBERS: '2' } });
  const [ann, bob, cem] = [await stage.person(), await stage.person(), await stage.person()];
  const link = await ann.createRoom();
  await bob.join(link);
  await ann.participants(2);
  await cem.page.goto(link);
  await cem.page.getByLabel('Display name').fill('Cem');
  await cem.page.getByRole('button', { name: 'Join Chat Room' }).click();
  await cem.heading('This room is full');
  const identity = () =>
    cem.page.evaluate(() => {
      const name = Object.keys(globalThis.sessionStorage).find((key) => key.endsWith(':identity'));
      return JSON.parse(globalThis.sessionStorage.getItem(name ?? '') ?? '{}').seed;
    });
  const before = await identity();
  expect(before).toHaveLength(43);
  await cem.page.getByRole('button', { name: 'Try again' }).click();
  await cem.heading('This room is full');

  await bob.leave();
  await bob.page.getByRole('button', { name: 'Undo' }).waitFor();
  await bob.page.reload();
  await ann.participants(1);
  await cem.page.getByRole('button', { name: 'Try again' }).click();
  await cem.inRoom();
  await ann.sees('Cem joined the chat');
  expect(await identity()).toBe(before);
});
