// An open room: joining, its people, its life, and listeners.

import { encodeProfileFrame, equalBytes, joinTranscript, toBase64url } from '@mayfly/protocol';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { openProfile, sealProfile } from './crypto/profile.ts';
import { verify } from './crypto/signature.ts';
import { loadIdentity, newIdentity } from './people/identity.ts';
import { Author, ID, KEYS, OWNER, OWNER_CODE, SECRETS } from './testing/author.ts';
import { enter, open } from './testing/open-room.ts';
import { seededRandom } from './testing/random.ts';
import { LIFE_MS, ServerDouble } from './testing/server-double.ts';
import { NetworkDouble } from './testing/wire-double.ts';

// Loaded before time is ours: else a retry may come before it.
import './link-follower.ts';

beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) }));
afterEach(() => void vi.useRealTimers());

describe('joining', () => {
  test('JOIN-2: a newcomer proves identity and key, over this nonce', async () => {
    const { server, connection } = await open();
    expect(connection()).toBe('connecting');
    const join = server.challenge();
    expect(join).toMatchObject({ id: ID, as: 'key', epoch: 0 });
    expect(join.position).toBeUndefined();
    const transcript = joinTranscript(ID, new Uint8Array(32).fill(5), join.idPk);
    expect(verify(join.idPk, 'id', transcript, join.idSig)).toBe(true);
    expect(verify(SECRETS.access.pk, 'join', transcript, join.keySig ?? new Uint8Array())).toBe(true);
  });

  test('JOIN-2: the holder of the owner code proves that until first joined, and is a member from then on', async () => {
    const identity = { ...newIdentity(seededRandom('owner'), 'Owner'), ownerCode: OWNER_CODE };
    const first = await open({ identity });
    const join = first.server.challenge();
    expect(join.as).toBe('owner');
    const transcript = joinTranscript(ID, new Uint8Array(32).fill(5), join.idPk);
    expect(verify(OWNER.pk, 'owner', transcript, join.keySig ?? new Uint8Array())).toBe(true);
    first.room.close();

    const second = await enter({ storage: first.storage });
    expect(second.server.challenge().as).toBe('owner');
    second.room.close();
    const third = await open({ storage: first.storage });
    expect(third.server.challenge()).toMatchObject({ as: 'member', idPk: join.idPk });
    third.room.close();
  });

  test('JOIN-4: after a reload the same person joins as a member', async () => {
    const before = await enter();
    const { idPk } = before.server.challenge();
    before.room.close();
    const after = await open({ storage: before.storage });
    const join = after.server.challenge();
    expect(join.as).toBe('member');
    expect(join.keySig).toBeUndefined();
    expect(equalBytes(join.idPk, idPk)).toBe(true);
  });

  test('reports the connection, the facts and the life, in this order', async () => {
    const { updates, last } = await enter();
    expect(updates.slice(0, 4).map(({ type }) => type)).toEqual([
      'connection',
      'connection',
      'facts',
      'life',
    ]);
    expect(last('facts')?.facts).toMatchObject({ id: ID, lifeMs: LIFE_MS, history: 'all', owner: false });
    expect(last('facts')?.facts.safetyCode).toHaveLength(8);
    expect(last('life')?.expiresInMs).toBe(LIFE_MS - 1000);
  });

  test('CHARTER-6: name and topic come with the facts', async () => {
    const { server, last } = await open();
    server.charter = new ServerDouble(new NetworkDouble(), undefined, { name: 'Lab', topic: 'Tea' }).charter;
    server.letIn();
    expect(last('facts')?.facts).toMatchObject({ name: 'Lab', topic: 'Tea' });
  });

  test("the owner's own tab is known by the charter", async () => {
    const { last } = await enter({ identity: newIdentity(seededRandom('owner'), 'Owner') });
    expect(last('facts')?.facts.owner).toBe(true);
  });

  test('publishes a profile that opens, for the slot we were given', async () => {
    const { server } = await enter();
    const { idPk } = server.challenge();
    const [frame] = server.wire.sealed;
    if (frame?.type !== 'profile') throw new Error('no profile was published');
    expect(openProfile(KEYS, { slot: server.slot, idPk, sealed: frame.sealed })).toMatchObject({
      name: 'Me',
    });
  });
});

describe('CHARTER-4: a false room', () => {
  const cases: Record<string, (server: ServerDouble) => void> = {
    'another blob': (server) => {
      server.charter = {
        ...server.charter,
        blob: server.charter.blob.map((byte, i) => (i === 99 ? byte ^ 1 : byte)),
      };
    },
    'a signature that does not hold': (server) => {
      const { bytes, blob } = server.charter;
      server.charter = { blob, bytes: bytes.map((byte, i) => (i === bytes.length - 40 ? byte ^ 1 : byte)) };
    },
  };
  for (const [name, falsify] of Object.entries(cases)) {
    test(`${name}: we stay out, and nothing is sent`, async () => {
      const { server, room, connection, network, storage, last } = await open();
      room.send('secret');
      falsify(server);
      server.letIn();
      expect(connection()).toBe('false_room');
      expect(network.open).toHaveLength(0);
      expect(server.wire.sealed).toEqual([]);
      expect(last('facts')).toBeUndefined();
      vi.advanceTimersByTime(600_000);
      expect(network.wires).toHaveLength(1);
      // The server may be honest tomorrow.
      expect(loadIdentity(storage, ID)).toBeDefined();
    });
  }

  test('also at a later welcome', async () => {
    const { server, connection, reconnect, room, sent } = await enter();
    room.send('hi');
    reconnect();
    cases['another blob']?.(server);
    server.letIn();
    expect(connection()).toBe('false_room');
    expect(sent()).toEqual([]);
  });

  test('an epoch that the charter isn’t for', async () => {
    const { server, network, connection, sent } = await open();
    server.letIn({ epoch: 1 });
    await expect.poll(() => network.wires).toHaveLength(2);
    server.letIn({ epoch: 1 });
    expect(connection()).toBe('false_room');
    expect(sent()).toEqual([]);
  });
});

describe('people', () => {
  const ann = new Author('Ann');
  const annSlot = new Uint8Array(8).fill(2);

  test('join with their name, by their profile', async () => {
    const { server, last, of } = await enter();
    const idPk = ann.key.pk;
    server.wire.say({
      type: 'presence',
      version: 1,
      snapshot: false,
      joined: [{ slot: annSlot, idPk }],
      away: [],
      left: [],
      count: 2,
    });
    const xPk = newIdentity(seededRandom('ann x'), '').xPk;
    const sealed = sealProfile(KEYS, ann.key, annSlot, { xPk, at: 1, name: 'Ann' }, seededRandom('profile'));
    server.wire.give(encodeProfileFrame(annSlot, idPk, sealed));
    expect(of('joined')).toMatchObject([{ person: { name: 'Ann', idPk: toBase64url(idPk) } }]);
    vi.advanceTimersByTime(100);
    expect(last('members')?.count).toBe(2);
  });

  test("are not named by someone else's profile", async () => {
    const { server, of } = await enter();
    const mallory = new Author('Mallory');
    server.wire.say({
      type: 'presence',
      version: 1,
      snapshot: false,
      joined: [{ slot: annSlot, idPk: ann.key.pk }],
      away: [],
      left: [],
      count: 2,
    });
    const forger = { seed: mallory.key.seed, pk: ann.key.pk };
    const xPk = newIdentity(seededRandom('ann x'), '').xPk;
    const sealed = sealProfile(KEYS, forger, annSlot, { xPk, at: 1, name: 'Eve' }, seededRandom('profile'));
    server.wire.give(encodeProfileFrame(annSlot, ann.key.pk, sealed));
    vi.advanceTimersByTime(2_000);
    expect(of('joined')).toMatchObject([{ person: { name: '' } }]);
  });

  test('rename: stored for a reload, published, and in every message from then on', async () => {
    const { room, server, storage, of } = await enter();
    expect(room.rename('x'.repeat(51))).toEqual({ ok: false });
    expect(room.rename('New')).toEqual({ ok: true });
    expect(loadIdentity(storage, ID)?.name).toBe('New');
    expect(server.wire.sealed.filter(({ type }) => type === 'profile')).toHaveLength(2);
    room.send('hi');
    server.logSent();
    expect(of('messages').at(-1)?.messages[0]?.from.name).toBe('New');
  });

  test('a resume publishes nothing if our profile was echoed, unless the name changed meanwhile', async () => {
    const { room, server, reconnect } = await enter();
    server.echoProfile();
    reconnect();
    server.letIn();
    expect(server.wire.sealed).toEqual([]);
    reconnect();
    room.rename('New');
    server.letIn();
    expect(server.wire.sealed.map(({ type }) => type)).toEqual(['profile']);
  });

  test('REFUSED-1: a profile sent too fast is published once after the pause, with the newest name', async () => {
    const { room, server } = await enter();
    server.echoProfile();
    const published = () => server.wire.sealed.filter(({ type }) => type === 'profile').length;
    const before = published();
    room.rename('New');
    room.rename('Newer');
    const sent = published();
    expect(sent).toBe(before + 2);
    for (let i = 0; i < 2; i++) server.wire.say({ type: 'refused', code: 'rate', retryAfterMs: 10_000 });
    vi.advanceTimersByTime(9_999);
    expect(published()).toBe(sent);
    vi.advanceTimersByTime(1);
    expect(published()).toBe(sent + 1);
    server.echoProfile();
    server.wire.say({ type: 'refused', code: 'rate', retryAfterMs: 10_000 });
    vi.advanceTimersByTime(15_000);
    expect(published()).toBe(sent + 1);
  });

  test('a profile lost with its connection is published again', async () => {
    const { room, server, reconnect } = await enter();
    const published = () => server.wire.sealed.map(({ type }) => type);
    reconnect();
    server.letIn();
    expect(published()).toEqual(['profile']);
    server.echoProfile();
    room.rename('New');
    reconnect();
    server.letIn();
    expect(published()).toEqual(['profile']);
    server.echoProfile();
    reconnect();
    server.letIn();
    expect(published()).toEqual([]);
  });
});

describe('LIFE', () => {
  test('LIFE-2: a message restarts it; the server reports other causes', async () => {
    const { server, last, room } = await enter();
    server.append(new Author('Ann').write('a').envelope);
    expect(last('life')?.expiresInMs).toBe(LIFE_MS);
    server.wire.say({ type: 'life', expiresInMs: 77_000 });
    expect(last('life')?.expiresInMs).toBe(77_000);
    room.keepAlive();
    expect(server.wire.said.at(-1)).toEqual({ type: 'keep' });
  });
});

describe('listeners', () => {
  test('one that throws breaks neither the room nor the others', async () => {
    const { room, server, texts } = await enter();
    const again: string[] = [];
    const angry = room.subscribe(() => {
      throw new Error('angry');
    });
    room.subscribe(({ type }) => void again.push(type));
    server.append(new Author('Ann').write('a').envelope);
    expect(texts()).toEqual(['a']);
    expect(again).toContain('messages');
    angry[Symbol.dispose]();
  });

  test('one that leaves during an update takes effect at once', async () => {
    for (const type of ['connection', 'facts', 'life', 'messages', 'outbox'] as const) {
      const { room, server, updates, network } = await open();
      server.append(new Author('Ann').write('a').envelope);
      room.subscribe((one) => {
        if (one.type === type && (one.type !== 'connection' || one.connection.state === 'live')) room.leave();
      });
      server.letIn();
      expect(updates.at(-1)).toEqual({
        type: 'connection',
        connection: { state: 'ended', end: { why: 'left' } },
      });
      expect(network.open).toHaveLength(0);
      expect(vi.getTimerCount()).toBe(0);
    }
  });

  test('one that was disposed of gets no updates', async () => {
    const { room, server } = await open();
    const received: string[] = [];
    const subscription = room.subscribe(({ type }) => void received.push(type));
    subscription[Symbol.dispose]();
    server.letIn();
    expect(received).toEqual([]);
  });
});

test('frames before the welcome are ignored', async () => {
  const { server, updates, connection } = await open();
  const before = updates.length;
  server.append(new Author('Ann').write('a').envelope);
  server.wire.say({ type: 'life', expiresInMs: 1 });
  server.wire.say({ type: 'refused', n: 1, code: 'rate', retryAfterMs: 0 });
  server.wire.say({ type: 'presence', version: 1, snapshot: true, joined: [], away: [], left: [], count: 0 });
  expect(updates).toHaveLength(before);
  expect(connection()).toBe('connecting');
});
