// Two people and a third one, from the landing page to the vanished room, in real browser windows.

import { EventEmitter, once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { expectAccessible } from './accessibility.ts';
import { PHONE, type Person, lanAddress, openStage } from './stage.ts';

const SHORT_LIFE = { ROOM_EXPIRY_MINUTES: '0.3' };

describe.concurrent.each([
  { where: 'on this machine', address: '127.0.0.1', secure: true },
  { where: 'on the LAN, over plain HTTP', address: lanAddress(), secure: false },
])('a conversation $where', ({ address, secure }) => {
  test('create, copy, join, chat, come late, refresh, leave', async () => {
    await using stage = await openStage({ address, ownBrowser: true });
    const ann = await stage.person();
    const bob = await stage.person({ size: PHONE, touch: true });

    const link = await ann.createRoom({ name: 'Ann' });
    expect(await ann.page.evaluate(() => globalThis.isSecureContext)).toBe(secure);
    expect(await ann.page.evaluate(() => globalThis.crypto.subtle !== undefined)).toBe(secure);
    await expectAccessible(ann, 'room created');

    await ann.page.getByRole('button', { name: 'Copy link' }).click();
    await ann.page.getByRole('button', { name: 'Link copied' }).waitFor();
    expect(await pasted(ann)).toBe(link);

    await bob.join(link, 'Bob');
    await ann.sees('Bob joined the chat');
    await ann.participants(2);
    await bob.participants(2);

    await ann.send('hello Bob');
    await bob.sees('hello Bob');
    await bob.send('hello Ann\nsecond line');
    await ann.sees('hello Ann second line');
    await expectAccessible(ann, 'chat');
    await expectAccessible(bob, 'chat on a phone');

    const cem = await stage.person();
    await cem.join(link);
    await cem.sees('hello Bob');
    expect(await cem.messages()).toEqual(['hello Bob', 'hello Ann\nsecond line']);
    await ann.sees('Anonymous joined the chat');

    await bob.page.reload();
    await bob.inRoom();
    await bob.send('still me');
    await ann.sees('still me');
    await ann.participants(3);
    expect(await ann.log().getByText('Bob left the chat').count()).toBe(0);
    expect(await ann.log().getByText('Bob joined the chat').count()).toBe(1);
    expect(await bob.messages()).toEqual(['hello Bob', 'hello Ann\nsecond line', 'still me']);

    await cem.leave();
    await cem.heading('A room that lives as long as the conversation.');
    await cem.page.getByText(/^You left \w{6}$/).waitFor();
    await ann.sees('Anonymous left the chat');
    await ann.participants(2);
    expect(cem.page.url()).toBe(`${stage.origin}/`);
    expect(await cem.page.evaluate(() => globalThis.sessionStorage.length)).toBe(0);
  });

  test('a room whose time is up shows what was erased', async () => {
    await using stage = await openStage({ address, settings: SHORT_LIFE });
    const ann = await stage.person();
    const link = await ann.createRoom({ name: 'Ann' });
    await ann.send('soon gone');
    await ann.sees('soon gone');

    await ann.heading('This room has disappeared');
    await ann.page.getByText('1 message', { exact: true }).waitFor();
    expect(await ann.page.getByText('soon gone').count()).toBe(0);
    expect(ann.page.url()).toBe(`${stage.origin}/`);
    expect(await ann.page.evaluate(() => JSON.stringify(globalThis.sessionStorage))).not.toContain(
      link.split('#')[1],
    );
    await expectAccessible(ann, 'disappeared');

    const late = await stage.person();
    await late.page.goto(link);
    await late.heading('Room not found or has expired');
    await expectAccessible(late, 'not found');
  });
});

test.concurrent('Back in the browser steps out of the room, and the address it leads to stays as it was', async () => {
  await using stage = await openStage();
  const ann = await stage.person();
  await ann.open('/?room=k3F9ab');
  await ann.page.getByRole('button', { name: 'Create Shareable Link' }).click();
  await ann.inRoom();
  await ann.page.goBack();
  await ann.heading('A room that lives as long as the conversation.');
  expect(ann.page.url()).toBe(`${stage.origin}/?room=k3F9ab`);
});

test.concurrent('on a slow line, a room that is on its way says so', async () => {
  await using stage = await openStage();
  const [ann, ben] = [await stage.person(), await stage.person()];
  const link = await ann.createRoom();
  const line = new EventEmitter();
  const free = once(line, 'free');
  await ben.page.route(/room-part.*\.js$/, async (route) => {
    await free;
    await route.continue();
  });
  await ben.page.goto(link);
  await ben.page.getByRole('button', { name: 'Join Chat Room' }).click();
  await ben.page.getByText('Opening the room…').waitFor();
  line.emit('free');
  await ben.inRoom();
});

/** What Ctrl+V brings, in a second tab of the same browser. */
async function pasted(person: Person): Promise<string> {
  const tab = await person.context.newPage();
  await tab.goto(new URL('/', person.page.url()).href);
  const field = tab.getByLabel('Room link');
  await field.press('Control+V');
  const text = await field.inputValue();
  await tab.close();
  return text;
}
