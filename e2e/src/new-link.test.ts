// The owner changes the link on a real server: who keeps access, who loses it, and what each of them can read.

import {
  type Identity,
  type Room,
  type RoomLink,
  type RoomUpdate,
  createRoom,
  openRoom,
  socketUrl,
  webSocketTransport,
} from '@mayfly/client';
import { removePerson } from '@mayfly/client/owner';
import { WebSocket } from 'ws';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { randomBytes } from 'node:crypto';
import { newIdentity } from '../../packages/client/src/people/identity.ts';
import { tryAll } from './left-out.ts';
import { copyOf } from './simulation/sdk-member.ts';
import { type ServerProcess, startServerProcess } from './server-process.ts';

const PATIENCE = { timeout: 120_000, interval: 20 };

let server: ServerProcess;
const origin = () => `http://127.0.0.1:${server.port}`;
beforeAll(async () => {
  server = await startServerProcess();
});
afterAll(() => server[Symbol.asyncDispose]());

class Tab {
  readonly #kept = new Map<string, string>();
  readonly updates: RoomUpdate[] = [];
  /** All that the server sent it, but for texts. */
  readonly frames: Uint8Array[] = [];
  room: Room | undefined;

  open(link: RoomLink, name: string, identity?: Identity): this {
    this.updates.length = 0;
    this.room = openRoom({
      link,
      name,
      storage: {
        getItem: (key) => this.#kept.get(key) ?? null,
        setItem: (key, text) => void this.#kept.set(key, text),
        removeItem: (key) => void this.#kept.delete(key),
      },
      transport: (events) =>
        webSocketTransport(
          socketUrl(origin()),
          WebSocket,
        )({
          ...events,
          binary: (frame) => {
            this.frames.push(Uint8Array.from(frame));
            events.binary(frame);
          },
        }),
      ...(identity && { identity }),
    });
    this.room.subscribe((update) => void this.updates.push(update));
    return this;
  }

  close(): void {
    this.room?.close();
  }

  get texts(): readonly string[] {
    const found = this.updates.flatMap((one) => (one.type === 'messages' ? one.messages : []));
    return found.toSorted((a, b) => a.seq - b.seq).map(({ text }) => text ?? '');
  }

  get unverified(): number {
    return this.updates.findLast((one) => one.type === 'unverified')?.count ?? 0;
  }

  get end(): string | undefined {
    const last = this.updates.findLast((one) => one.type === 'connection')?.connection;
    return last?.state === 'ended' ? last.end.why : undefined;
  }

  get link(): RoomLink | undefined {
    return this.updates.findLast((one) => one.type === 'link')?.link;
  }

  get relinked(): number {
    return this.updates.filter((one) => one.type === 'relinked').length;
  }

  async is(state: string): Promise<void> {
    const now = () => this.updates.findLast((one) => one.type === 'connection')?.connection.state;
    await expect.poll(now, PATIENCE).toBe(state);
  }

  async sees(...texts: readonly string[]): Promise<void> {
    await expect.poll(() => this.texts, PATIENCE).toEqual(texts);
  }

  async introduced(): Promise<void> {
    const all = () =>
      this.updates.findLast((one) => one.type === 'members')?.members.every((one) => one.introduced);
    await expect.poll(all, PATIENCE).toBe(true);
  }
}

async function room() {
  const made = await createRoom({ origin: origin(), lifeSeconds: 600, history: 'all', name: 'Ann' });
  if (!made.ok) throw new Error(made.reason);
  const ann = new Tab().open(made.link, 'Ann', made.identity);
  await ann.is('live');
  return { link: made.link, ann };
}

async function joined(link: RoomLink, name: string, identity?: Identity): Promise<Tab> {
  const tab = new Tab().open(link, name, identity);
  await tab.is('live');
  await tab.introduced();
  return tab;
}

test('all who stay move along, and those who were away; with the old link, no one reads or joins', async () => {
  const { link, ann } = await room();
  const identity = newIdentity((length) => Uint8Array.from(randomBytes(length)), 'Cem');
  const kept = copyOf(identity);
  const bob = await joined(link, 'Bob');
  const [cem, dan] = [await joined(link, 'Cem', identity), await joined(link, 'Dan')];
  bob.room?.send('before');
  for (const tab of [ann, bob, cem, dan]) await tab.sees('before');
  dan.close();
  await ann.introduced();

  const removed = cem.room && ann.updates.findLast((one) => one.type === 'members')?.members;
  const cems = removed?.find(({ name }) => name === 'Cem')?.idPk ?? '';
  expect(ann.room && (await removePerson(ann.room.orders, cems))).toEqual({ ok: true });
  // In the first epoch, Cem could read all of it.
  expect(tryAll(ann.frames, link, kept)).toMatchObject({ message: { opened: 1 }, charter: { opened: 1 } });
  for (const tab of [ann, bob]) tab.frames.length = 0;
  expect(await ann.room?.changeLink()).toEqual({ ok: true });
  await expect.poll(() => [ann.link, bob.link].every((one) => one !== undefined), PATIENCE).toBe(true);
  const next = bob.link;
  if (next === undefined) throw new Error('no link');
  expect(ann.link).toEqual(next);
  expect(next.secret).not.toBe(link.secret);
  await expect.poll(() => [ann.relinked, bob.relinked, cem.end], PATIENCE).toEqual([1, 1, 'removed']);

  ann.room?.send('after');
  await bob.sees('before', 'after');
  bob.room?.send('me too');
  await ann.sees('before', 'after', 'me too');

  const [old, eve] = [new Tab().open(link, 'Old'), new Tab().open(next, 'Eve')];
  await expect.poll(() => old.end, PATIENCE).toBe('denied');
  await eve.sees('before', 'after', 'me too');
  dan.open(link, 'Dan');
  await dan.sees('before', 'after', 'me too');
  expect(dan.link).toEqual(next);
  dan.room?.send('back');
  for (const tab of [ann, bob, eve]) await tab.sees('before', 'after', 'me too', 'back');
  expect([ann, bob, dan, eve].map(({ unverified }) => unverified)).toEqual([0, 0, 0, 0]);

  // Attack 18: a server gives Cem every later frame of those who stayed, slices and all.
  const later = () => tryAll([...ann.frames, ...bob.frames], link, kept);
  // Pages publish their profiles again some seconds after the change.
  await expect.poll(() => later().profile.tried, PATIENCE).toBeGreaterThan(1);
  for (const [kind, { tried, opened }] of Object.entries(later())) {
    expect(tried, kind).toBeGreaterThan(1);
    expect(opened, kind).toBe(0);
  }
  const back = new Tab().open(link, 'Cem', { ...kept, joined: true });
  await expect.poll(() => back.end, PATIENCE).toBe('denied');

  bob.close();
  dan.close();
  for (const text of ['second', 'third']) {
    expect(await ann.room?.changeLink({ fresh: text === 'third' })).toEqual({ ok: true });
    ann.room?.send(text);
    await eve.sees(
      'before',
      'after',
      'me too',
      'back',
      ...(text === 'second' ? ['second'] : ['second', 'third']),
    );
  }
  const all = ['before', 'after', 'me too', 'back', 'second', 'third'];
  bob.open(next, 'Bob');
  dan.open(link, 'Dan');
  for (const tab of [bob, dan]) await tab.sees(...all);
  expect([bob.unverified, dan.unverified, bob.link]).toEqual([0, 0, dan.link]);
  bob.close();
  bob.open(bob.link ?? next, 'Bob');
  await bob.sees(...all);
  expect(bob.unverified).toBe(0);
  const late = new Tab().open(dan.link ?? next, 'Late');
  await late.is('live');
  bob.room?.send('hello, Late');
  await late.sees('third', 'hello, Late');
  expect(late.unverified).toBe(0);
  for (const tab of [ann, bob, dan, eve, late, old, cem, back]) tab.close();
});

test('a message that was on its way arrives once, sealed with the new keys', async () => {
  const { link, ann } = await room();
  const bob = await joined(link, 'Bob');
  await ann.introduced();
  const changed = ann.room?.changeLink();
  const texts = Array.from({ length: 12 }, (_, i) => `message ${i}`);
  for (const text of texts) bob.room?.send(text);
  expect(await changed).toEqual({ ok: true });
  await ann.sees(...texts);
  await expect
    .poll(() => bob.updates.findLast((one) => one.type === 'outbox')?.outgoing, PATIENCE)
    .toEqual([]);
  expect([ann.unverified, bob.unverified]).toEqual([0, 0]);
  for (const tab of [ann, bob]) tab.close();
});

test('only the owner’s tab can', async () => {
  const { link, ann } = await room();
  const bob = await joined(link, 'Bob');
  expect(await bob.room?.changeLink()).toEqual({ ok: false, reason: 'not_owner' });
  for (const tab of [ann, bob]) tab.close();
});
