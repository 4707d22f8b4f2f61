// The key and the address bar: it leaves on entry, a reload works without it, and the browser's history never gets it
// from whoever made the room.

import { expect, test } from 'vitest';
import { OwnProfile } from './own-profile.ts';
import { type Stage, openStage } from './stage.ts';

function keyOf(link: string): string {
  return link.split('#')[1] ?? expect.unreachable('a link without a key');
}

async function annAndBob(stage: Stage) {
  const [ann, bob] = [await stage.person(), await stage.person()];
  const link = await ann.createRoom({ name: 'Ann' });
  await bob.join(link, 'Bob');
  await ann.participants(2);
  return { ann, bob, link, path: new URL(link).pathname };
}

test('LINK-6: the key of a room made here is never in the address, and nowhere in the history on disk', async () => {
  await using profile = await OwnProfile.open();
  await using stage = await openStage();
  const ann = await stage.person({ profile });
  const addresses: string[] = [];
  ann.page.on('framenavigated', (frame) => addresses.push(frame.url()));
  const link = await ann.createRoom({ name: 'Ann' });
  await ann.send('before the reload');
  await ann.sees('before the reload');
  await ann.page.reload();
  await ann.inRoom();
  await ann.sees('before the reload');
  expect(ann.page.url()).toBe(stage.origin + new URL(link).pathname);
  expect(addresses.filter((address) => address.includes('#'))).toEqual([]);

  const history = await profile.history();
  expect(history.includes(new URL(link).pathname), 'the history has the address').toBe(true);
  expect(history.includes(keyOf(link))).toBe(false);
});

test('a link that was opened is in the history on disk, whatever a page does: the look above would find it', async () => {
  await using profile = await OwnProfile.open();
  await using stage = await openStage();
  const link = await (await stage.person()).createRoom();
  const bob = await stage.person({ profile });
  await bob.join(link);
  const history = await profile.history();
  expect(history.includes(keyOf(link))).toBe(true);
});

test('LINK-6: entering takes the key out of the address; a reload is the same person', async () => {
  await using stage = await openStage();
  const { ann, bob, path } = await annAndBob(stage);
  expect(bob.page.url()).toBe(stage.origin + path);
  await bob.send('as Bob');
  await bob.page.reload();
  await bob.inRoom();
  expect(bob.page.url()).toBe(stage.origin + path);
  await bob.send('still Bob');
  await ann.sees('still Bob');
  await ann.participants(2);
  expect(await bob.log().locator('.turn--own .bubble p').allInnerTexts()).toEqual(['as Bob', 'still Bob']);
});

test('a copy of the address has no key, and the page says what to ask for', async () => {
  await using stage = await openStage();
  const { ann } = await annAndBob(stage);
  const cem = await stage.person();
  await cem.page.goto(ann.page.url());
  await cem.heading('This link is missing its key');
  await cem.page.getByText('send the link again with Copy link').waitFor();
});

test('the end of a room says that the browser’s history may still have the link that was opened', async () => {
  await using stage = await openStage({ settings: { ROOM_EXPIRY_MINUTES: '0.3' } });
  const { ann, bob } = await annAndBob(stage);
  await bob.page.reload();
  for (const person of [ann, bob]) await person.heading('This room has disappeared');
  expect(await bob.page.getByText('history may still have the link you opened').count()).toBe(1);
  expect(await ann.page.getByText('history may still have the link you opened').count()).toBe(0);
  for (const { page } of [ann, bob]) {
    expect(page.url()).toBe(`${stage.origin}/`);
    expect(await page.evaluate(() => globalThis.sessionStorage.length)).toBe(0);
  }
});

test('HIDE_KEY=0: the key of an opened link stays in the address', async () => {
  await using stage = await openStage({ settings: { HIDE_KEY: '0' } });
  const { ann, bob, link } = await annAndBob(stage);
  expect(bob.page.url()).toBe(link);
  expect(ann.page.url()).not.toContain('#');
});
