// A reload loses neither what was being written nor what waits to be sent, and doubles nothing (SEND-7).

import { expect, test } from 'vitest';
import { Line } from './line.ts';
import { BLOCK_SITE_DATA, OwnProfile } from './own-profile.ts';
import { type Person, type Stage, openStage } from './stage.ts';

/** Ann reads; the test controls Bob's connection. */
async function two(stage: Stage) {
  const [ann, bob] = [await stage.person(), await stage.person()];
  const line = await Line.of(bob.context);
  const link = await ann.createRoom({ name: 'Ann' });
  await bob.join(link, 'Bob');
  await bob.send('before');
  await ann.sees('before');
  return { ann, bob, line };
}

async function waits(person: Person, ...texts: readonly string[]): Promise<void> {
  for (const text of texts) await person.sees(text);
  await expect.poll(() => person.log().getByText('Waiting for a connection').count()).toBe(texts.length);
}

/** What this tab stores besides its identity. */
function kept(person: Person): Promise<readonly string[]> {
  return person.page.evaluate(() =>
    Object.keys(globalThis.sessionStorage).filter((name) => /:(outbox|draft)/.test(name)),
  );
}

test('the line is cut, three messages and a draft are written, the page is reloaded: all arrive once, the draft is there', async () => {
  await using stage = await openStage();
  const { ann, bob, line } = await two(stage);
  await line.cut();
  const texts = ['one', 'two\nin two lines', 'three 🦊'];
  for (const text of texts) await bob.send(text);
  await waits(bob, ...texts);
  await bob.composer().pressSequentially('half a sent');

  await bob.page.reload();
  await waits(bob, ...texts);
  expect(await bob.composer().inputValue()).toBe('half a sent');
  await bob.page.reload();
  await waits(bob, ...texts);

  line.mend();
  await bob.page.reload();
  await ann.sees('three 🦊');
  await bob.page.getByText('Waiting for a connection').waitFor({ state: 'detached' });
  expect(await ann.messages()).toEqual(['before', ...texts]);
  expect(await bob.messages()).toEqual(['before', ...texts]);
  expect(await bob.composer().inputValue()).toBe('half a sent');
  await expect.poll(() => kept(bob)).toEqual([expect.stringMatching(/:draft$/)]);

  await bob.composer().press('Enter');
  await ann.sees('half a sent');
  await bob.page.reload();
  await bob.inRoom();
  expect(await bob.composer().inputValue()).toBe('');
  expect(await bob.messages()).toEqual(['before', ...texts, 'half a sent']);
  await expect.poll(() => kept(bob)).toEqual([]);
});

test('no network at all: the reload fails, and the next one has it all', async () => {
  await using stage = await openStage();
  const { ann, bob } = await two(stage);
  bob.expectComplaints(/ERR_INTERNET_DISCONNECTED|WebSocket connection/);
  await bob.context.setOffline(true);
  await bob.send('written offline');
  await bob.composer().fill('half a sent');
  await expect(bob.page.reload()).rejects.toThrow('ERR_INTERNET_DISCONNECTED');
  await bob.context.setOffline(false);
  await bob.page.reload();
  await ann.sees('written offline');
  expect(await ann.messages()).toEqual(['before', 'written offline']);
  expect(await bob.composer().inputValue()).toBe('half a sent');
});

test.each([
  ['its echo is on the way', 'down'],
  ['it has not arrived', 'up'],
] as const)('a reload right after Send, while %s: it arrives once', async (_, direction) => {
  await using stage = await openStage();
  const { ann, bob, line } = await two(stage);
  line.lose(direction);
  await bob.send('in the air');
  if (direction === 'down') await ann.sees('in the air');
  line.mend();
  await bob.page.reload();
  await ann.sees('in the air');
  await bob.send('after');
  await ann.sees('after');
  for (const person of [ann, bob]) expect(await person.messages()).toEqual(['before', 'in the air', 'after']);
  expect(await ann.page.getByText('missing').count()).toBe(0);
});

test('sent, and trimmed from the history before the page is back: it says so, with the text', async () => {
  await using stage = await openStage({ settings: { ROOM_HISTORY_MESSAGES: '10' } });
  const { ann, bob, line } = await two(stage);
  line.lose('down');
  await bob.send('long ago');
  await ann.sees('long ago');
  await line.cut();
  for (let i = 0; i < 12; i++) await ann.send(`since then ${i}`);
  await ann.sees('since then 11');
  line.mend();
  await bob.page.reload();
  await bob.sees('since then 11');
  const own = bob.log().locator('.turn--own').filter({ hasText: 'long ago' });
  await own.getByText('Sent. It’s no longer in the room’s history.').waitFor();
  await bob.send('after');
  await ann.sees('after');
  expect((await ann.messages()).filter((text) => text === 'long ago')).toHaveLength(1);
});

test('a duplicated tab is a new person, without the draft and the queued messages', async () => {
  await using stage = await openStage();
  const { ann, bob, line } = await two(stage);
  await line.cut();
  await bob.send('once');
  await bob.composer().fill('half a sent');
  await waits(bob, 'once');
  line.mend();
  const twin = await bob.duplicateTab();
  await twin.inRoom();
  expect(await twin.composer().inputValue()).toBe('');
  expect(await kept(twin)).toEqual([]);
  await bob.page.reload();
  await ann.sees('once');
  await twin.send('from the second tab');
  await ann.sees('from the second tab');
  expect(await ann.messages()).toEqual(['before', 'once', 'from the second tab']);
  expect(await bob.composer().inputValue()).toBe('half a sent');
});

test('leaving the room forgets both', async () => {
  await using stage = await openStage();
  const { bob, line } = await two(stage);
  await line.cut();
  await bob.send('never sent');
  await bob.composer().fill('half a sent');
  await waits(bob, 'never sent');
  expect(await kept(bob)).not.toEqual([]);
  await bob.leave();
  await bob.page.getByRole('dialog').getByRole('button', { name: 'Leave room' }).click();
  await bob.page.getByRole('button', { name: 'Undo' }).waitFor();
  await bob.page.getByRole('button', { name: 'Undo' }).waitFor({ state: 'detached' });
  expect(await bob.page.evaluate(() => globalThis.sessionStorage.length)).toBe(0);
});

test('where the browser keeps nothing, it asks before it drops what waits', async () => {
  await using profile = await OwnProfile.open(BLOCK_SITE_DATA);
  await using stage = await openStage();
  const [ann, bob] = [await stage.person(), await stage.person({ profile })];
  const line = await Line.of(bob.context);
  const link = await ann.createRoom({ name: 'Ann' });
  await bob.join(link, 'Bob');
  await line.cut();
  await bob.send('would be lost');
  await waits(bob, 'would be lost');
  const asked = new Promise<string>((resolve) => {
    bob.page.once('dialog', (dialog) => {
      resolve(dialog.type());
      void dialog.dismiss();
    });
  });
  void bob.page.reload().catch(() => undefined);
  expect(await asked).toBe('beforeunload');
  await waits(bob, 'would be lost');

  line.mend();
  await bob.page.getByText('Waiting for a connection').waitFor({ state: 'detached' });
  await ann.sees('would be lost');
  await bob.page.reload();
  await bob.heading('You’re invited to a room');
});
