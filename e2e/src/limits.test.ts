// What people see when they are too fast for the server: why, and when it goes on.

import { encodeCreateRoom } from '@mayfly/protocol';
import { expect, test } from 'vitest';
import { openStage } from './stage.ts';

test('a flooding member is slowed down and sees why; everything arrives in order, and the others go on writing', async () => {
  await using stage = await openStage({ settings: { RATE_LIMITS: 'strict' } });
  const ann = await stage.person();
  const bob = await stage.person();
  const link = await ann.createRoom({ name: 'Ann' });
  await bob.join(link, 'Bob');

  const texts = Array.from({ length: 30 }, (_, i) => `number ${i + 1}`);
  const slowed = ann.log().getByText(/^You’re sending messages too fast\. Sending resumes in 1 second\.$/);
  const told = slowed.first().waitFor();
  for (const text of texts) await ann.send(text);
  await told;
  expect(await ann.log().getByText('Failed to send.').count()).toBe(0);

  await bob.send('may I?');
  await ann.sees('may I?');
  await bob.sees('number 30');
  expect((await bob.messages()).filter((text) => text !== 'may I?')).toEqual(texts);
  await slowed.first().waitFor({ state: 'detached' });
});

test('creating too often: the page says so, and when to try again', async () => {
  await using stage = await openStage({ settings: { RATE_LIMITS: 'strict' } });
  const body = encodeCreateRoom({ ownerPk: new Uint8Array(32).fill(7), life: 600, history: 'all' });
  const headers = { 'Content-Type': 'application/json' };
  for (let i = 0; i < 5; i++) {
    const made = await fetch(`${stage.origin}/api/rooms`, { method: 'POST', headers, body });
    expect(made.status).toBe(201);
  }
  const ann = await stage.person();
  ann.expectComplaints(/429/);
  await ann.open('/');
  await ann.page.getByRole('button', { name: 'Create Shareable Link' }).click();
  await ann.page.getByText(/^Too many new rooms just now\. Try again in (?:1?\d|20) seconds\.$/).waitFor();
});
