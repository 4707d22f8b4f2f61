// What an owner does, in one room: the door, a removal with a new link, handing over, the owner link, the end.

import { expect, test } from 'vitest';
import { startTestServer } from '../stage.ts';
import { Talker } from '../talker.ts';
import type { Engine } from './journeys.ts';
import { Visitor } from './visitor.ts';
import { KEYS } from './window.ts';

async function openSettings(person: Visitor): Promise<void> {
  await person.press('button', 'More');
  await person.press('menuitem', 'Room settings');
  await person.heading('Room settings');
}

/** Registers the test. */
export function testOwner(engine: () => Engine): void {
  test('an owner closes the door, removes someone for good, hands over, comes back by the owner link, and ends the room', async () => {
    await using server = await startTestServer();
    const origin = `http://127.0.0.1:${server.port}`;
    await using ann = new Visitor(await engine().window(), origin);
    await using bob = new Visitor(await engine().window(), origin);
    const link = await ann.createRoom('Ann');
    await bob.join(link, 'Bob');
    using dee = new Talker(link, 'Dee');
    dee.room.send('hello');
    await ann.sees('hello');

    await openSettings(ann);
    await ann.press('textbox', 'Close the door');
    await bob.sees('Ann closed the door');
    await ann.window.pressKeys([KEYS.escape]);

    await ann.press('button', 'About Dee');
    await ann.press('button', 'Remove from room');
    await ann.press('button', 'Remove and change the link');
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
