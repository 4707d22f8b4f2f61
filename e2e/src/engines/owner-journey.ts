// What an owner does, in one room: a passphrase, the door, a removal with a new link, handing over, the owner link, the end.

import { parseRoomLink } from '@mayfly/client';
import { passphraseKey } from '@mayfly/client/passphrase';
import { expect, test } from 'vitest';
import { startTestServer } from '../stage.ts';
import { Talker } from '../talker.ts';
import type { Engine } from './journeys.ts';
import { Visitor } from './visitor.ts';
import { KEYS } from './window.ts';

const PASSPHRASE = 'canary-lake 🦋 at dawn';

async function joinWithPassphrase(person: Visitor, link: string, name: string): Promise<void> {
  await person.window.goTo(link);
  await person.heading('You’re invited to a room');
  await person.fill('Display name', name);
  await person.fill('Passphrase', PASSPHRASE.toUpperCase());
  await person.press('button', 'Join Chat Room');
  await person.sees('That passphrase doesn’t open this room');
  await person.fill('Passphrase', PASSPHRASE);
  await person.press('button', 'Join Chat Room');
  await person.inRoom();
}

async function talkerWithPassphrase(link: string, name: string): Promise<Talker> {
  const parsed = parseRoomLink(link);
  if (parsed.type !== 'room') throw new Error(parsed.type);
  return new Talker(link, name, await passphraseKey(parsed.link.secret, PASSPHRASE));
}

async function openSettings(person: Visitor): Promise<void> {
  await person.press('button', 'More');
  await person.press('menuitem', 'Room settings');
  await person.heading('Room settings');
}

/** Registers the test. */
export function testOwner(engine: () => Engine): void {
  test('an owner makes a room with a passphrase, closes the door, removes someone for good, hands over, comes back by the owner link, and ends the room', async () => {
    await using server = await startTestServer();
    const origin = `http://127.0.0.1:${server.port}`;
    await using ann = new Visitor(await engine().window(), origin);
    await using bob = new Visitor(await engine().window(), origin);
    const link = await ann.createRoom('Ann', PASSPHRASE);
    await joinWithPassphrase(bob, link, 'Bob');
    using dee = await talkerWithPassphrase(link, 'Dee');
    dee.room.send('hello');
    await ann.sees('hello');

    await openSettings(ann);
    await ann.press('textbox', 'Close the door');
    await bob.sees('Ann closed the door');
    await ann.window.pressKeys([KEYS.escape]);

    await ann.press('button', 'About Dee');
    await ann.press('button', 'Remove from room');
    await ann.press('button', 'Remove and change the link');
    await ann.heading('Change the link?');
    await ann.until(
      'has the passphrase of before',
      (text) => document.querySelector<HTMLTextAreaElement>('dialog textarea')?.value === text,
      PASSPHRASE,
    );
    await ann.press('button', 'Change the link');
    for (const text of ['Ann removed Dee', 'The owner changed the link']) await bob.sees(text);
    await ann.heading('The link has changed');
    expect(await ann.shownLink()).not.toBe(link);
    await ann.window.pressKeys([KEYS.escape]);

    await openSettings(ann);
    await ann.press('button', 'Hand over to Bob');
    await ann.heading('Bob');
    await ann.press('button', 'Hand over to Bob');
    await ann.press('button', 'Hand over now');
    await bob.sees('Ann handed the room over to Bob');
    await ann.showsNo('button', 'Hand over now');

    await bob.press('button', 'More');
    await bob.press('menuitem', 'Save owner link');
    await bob.heading('Save owner link');
    const ownerLink = await bob.shownLink();
    await bob.window.pressKeys([KEYS.escape]);
    await ann.window.goTo(ownerLink);
    await ann.heading('This is an owner link');
    await ann.fill('Display name', 'Ann again');
    await ann.press('button', 'Join Chat Room');
    await ann.inRoom();
    await bob.sees('Ann again owns the room now, with the owner link');

    await ann.press('button', 'More');
    await ann.press('menuitem', 'End room for everyone');
    await ann.press('button', 'End room now');
    await bob.heading('The owner ended this room');
    for (const person of [ann, bob]) expect(await person.window.complaints()).toEqual([]);
  });
}
