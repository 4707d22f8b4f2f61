// The invitation says what is true of its room before anyone joins, and a dead link says so at once.

import { once } from 'node:events';
import { expect, test } from 'vitest';
import { DESKTOP, PHONE, openStage } from './stage.ts';

test('LOOK-2: an invitation says how many are there, how long it lasts and what a newcomer sees; the others notice nothing', async () => {
  await using stage = await openStage({ settings: { ROOM_EXPIRY_MINUTES: '10' } });
  const [ann, ben] = [await stage.person(), await stage.person()];
  const link = await ann.createRoom({ name: 'Ann' });
  await ben.page.goto(link);
  const sight = ben.page.getByRole('status').filter({ hasText: 'The server says' });
  await sight.getByText('1 person is here').waitFor();
  expect(await sight.getByRole('listitem').allInnerTexts()).toEqual([
    '1 person is here',
    'Disappears in 10 min if it stays quiet',
    'You’ll see everything said so far',
  ]);
  await ann.participants(1);
  await ben.page.getByLabel('Display name').fill('Ben');
  await ben.page.getByRole('button', { name: 'Join Chat Room' }).click();
  await ben.inRoom();
  await ann.participants(2);
});

test('LOOK-2: a room for new messages only says so, and a full one', async () => {
  await using stage = await openStage({ settings: { ROOM_MAX_MEMBERS: '2' } });
  const [ann, ben, cem] = [await stage.person(), await stage.person(), await stage.person()];
  const link = await ann.createRoom({ history: 'Only what’s said after they join' });
  await cem.page.goto(link);
  await cem.page.getByText('You’ll see messages from when you join').waitFor();
  await ben.join(link);
  await cem.page.reload();
  await cem.page.getByText('The room is full. You can join when someone leaves.').waitFor();
});

test('LOOK-3: a dead link says so before anyone types a name', async () => {
  await using stage = await openStage();
  const ann = await stage.person();
  const link = await ann.createRoom();
  const dead = link.replace(/\/chat\/\w+/, '/chat/111111');
  await ann.page.goto(dead);
  await ann.heading('Room not found or has expired');
  expect(await ann.page.getByRole('form', { name: 'Join existing room' }).isVisible()).toBe(true);
});

test.each([DESKTOP, PHONE, { width: 320, height: 640 }])(
  'in a window of $width px, nothing moves under the pointer when the server answers',
  async (size) => {
    await using stage = await openStage();
    const [ann, ben] = [await stage.person(), await stage.person({ size })];
    const link = await ann.createRoom();
    const answer = new AbortController();
    await ben.page.routeWebSocket(/\/ws$/, async (wire) => {
      if (!answer.signal.aborted) await once(answer.signal, 'abort');
      wire.connectToServer();
    });
    await ben.page.goto(link);
    await ben.heading('You’re invited to a room');
    const join = ben.page.getByRole('button', { name: 'Join Chat Room' });
    const before = await join.boundingBox();
    answer.abort();
    await ben.page.getByText('The server says').waitFor();
    expect(await join.boundingBox()).toEqual(before);
  },
);
