// Commands as a page gives and obeys them (docs/protocol.md, COMMAND rules; docs/crypto.md, CMD rules).

import {
  type Command,
  OP_END,
  type RefusedCode,
  decodeCommand,
  encodeCommandEvent,
  encodeProfileFrame,
  equalBytes,
  CLOSE,
  OP_KICK,
  toBase64url,
} from '@mayfly/protocol';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import known from '../../../docs/vectors/crypto.json' with { type: 'json' };
import { makeCommand, verifyCommand } from './crypto/command.ts';
import { sealProfile } from './crypto/profile.ts';
import type { SigningKey } from './crypto/signature.ts';
import { endRoom, removePerson } from './governance/orders.ts';
import { loadIdentity, newIdentity } from './people/identity.ts';
import { Author, ID, KEYS, OWNER, OWNER_CODE, roomId, spoilSignature } from './testing/author.ts';
import { open } from './testing/open-room.ts';
import { seededRandom } from './testing/random.ts';
import { ServerDouble } from './testing/server-double.ts';

beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) }));
afterEach(() => void vi.useRealTimers());

const NOTHING = new Uint8Array(0);

/** The tab that made the room. */
async function owner(features: readonly 'commands'[] = ['commands']) {
  const identity = { ...newIdentity(seededRandom('owner'), 'Owner'), ownerCode: OWNER_CODE };
  const page = await enterWith(features, { identity });
  return { ...page, identity, given: () => givenTo(page.server) };
}

async function enterWith(features: readonly 'commands'[], options: Parameters<typeof open>[0] = {}) {
  const page = await open(options);
  page.server.letIn({ features });
  return page;
}

const member = () => enterWith(['commands']);

/** The commands that the newest wire was given. */
function givenTo({ wire }: ServerDouble): readonly Command[] {
  return wire.sealed.flatMap((frame) => (frame.type === 'command' ? [frame.command] : []));
}

/** Logs it and sends it to the newest wire. */
function log(server: ServerDouble, bytes: Uint8Array): void {
  const frame = encodeCommandEvent(server.seq + 1, bytes, NOTHING);
  server.frames.push(frame);
  server.wire.give(frame);
}

function signed(c: number, signer: SigningKey = OWNER, op = OP_END, id = ID, epoch = 0): Uint8Array {
  return makeCommand({ id, epoch, c, op, args: NOTHING }, signer);
}

const kick = (target: Uint8Array, c = 2, signer: SigningKey = OWNER) =>
  makeCommand({ id: ID, epoch: 0, c, op: OP_KICK, args: target }, signer);

/** The log is another one, with nothing but the charter. */
function loseAll(server: ServerDouble): void {
  server.logId = 'AAAAAAAAAAA';
  server.frames.splice(1);
}

describe('CMD-9: the end of a room', () => {
  test('in the log, signed by the owner: the owner ended it, and the identity is forgotten', async () => {
    const { server, connection, storage, network } = await member();
    log(server, signed(2));
    expect(connection()).toBe('ended_by_owner');
    server.wire.say({ type: 'ended', reason: 'owner' });
    expect(connection()).toBe('ended_by_owner');
    expect(loadIdentity(storage, ID)).toBeUndefined();
    expect(network.open).toHaveLength(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('missed, and sent after a resume: the same', async () => {
    const { server, connection, reconnect } = await member();
    server.frames.push(encodeCommandEvent(2, signed(2), NOTHING));
    reconnect();
    server.letIn({ c: 2 });
    expect(connection()).toBe('ended_by_owner');
    expect(vi.getTimerCount()).toBe(0);
  });

  const stranger = new Author('stranger').key;
  const changed = signed(2).map((byte, i, { length }) => (i === length - 1 ? byte ^ 1 : byte));
  test.each<readonly [string, Uint8Array]>([
    ['signed by anyone else', signed(2, stranger)],
    ['with a changed signature', changed],
    ['for another room', signed(2, OWNER, OP_END, roomId('other1'))],
    ['under a number that is taken', signed(1)],
    ['under a number too far', signed(3)],
    ['under the last number there is', signed(2 ** 32 - 1)],
    ['with arguments', makeCommand({ id: ID, epoch: 0, c: 2, op: OP_END, args: Uint8Array.of(1) }, OWNER)],
    ['for another epoch', signed(2, OWNER, OP_END, ID, 1)],
  ])('%s: nothing ends', async (_what, bytes) => {
    const { server, connection, room, sent } = await member();
    log(server, bytes);
    expect(connection()).toBe('live');
    room.send('still here');
    expect(sent()).toHaveLength(1);
  });

  test('LIFE-4: the bare word of the server stays its word', async () => {
    const { server, connection } = await member();
    server.wire.say({ type: 'ended', reason: 'owner' });
    expect(connection()).toBe('owner');
  });
});

describe('CMD-10: removing people', () => {
  const [bob, cem] = [new Author('Bob'), new Author('Cem')];

  test('someone else: said once, by name, and what they write after that is only counted', async () => {
    const { server, of, texts, last } = await member();
    server.append(bob.write('before').envelope);
    log(server, kick(bob.key.pk));
    expect(of('removed')).toMatchObject([{ seq: 3, person: { name: 'Bob' }, own: false, at: Date.now() }]);
    expect(of('removed')[0]).not.toHaveProperty('by');
    server.append(bob.write('after').envelope);
    server.append(cem.write('still').envelope);
    expect(texts()).toEqual(['before', 'still']);
    expect(last('unverified')?.count).toBe(1);
  });

  test('in a history, too, and after a resume; it has no time there', async () => {
    const page = await open();
    const after = bob.write('late one').envelope;
    for (const frame of [kick(bob.key.pk)]) page.server.frames.push(encodeCommandEvent(2, frame, NOTHING));
    page.server.append(after);
    page.server.letIn({ c: 2 });
    expect(page.texts()).toEqual([]);
    expect(page.of('removed')[0]).not.toHaveProperty('at');
    page.reconnect();
    page.server.append(bob.write('and another').envelope);
    page.server.letIn({ c: 2 });
    expect(page.texts()).toEqual([]);
    expect(page.last('unverified')?.count).toBe(2);
  });

  test('a message that only a later one would vouch for stays unshown if that comes too late', async () => {
    const { server, texts } = await member();
    const [first, second] = [bob.write('one'), bob.write('two')];
    server.append(spoilSignature(first.envelope, 'one', 'Bob'));
    log(server, kick(bob.key.pk));
    server.append(second.envelope);
    expect(texts()).toEqual([]);
  });

  test('ourselves: by whom, as signed; the identity is forgotten, and nothing runs on', async () => {
    const identity = newIdentity(seededRandom('me'), 'Me');
    const pk = Uint8Array.from(identity.pk);
    const tab = new Author('tab').key;
    const page = await open({ identity });
    page.server.charter = new ServerDouble(page.network, tab.pk).charter;
    page.server.frames[0] = encodeCommandEvent(1, page.server.charter.bytes, page.server.charter.blob);
    page.server.letIn({ features: ['commands'] });
    log(page.server, kick(pk, 2, tab));
    expect(page.connection()).toBe('removed');
    expect(page.last('connection')?.connection).toMatchObject({ end: { by: { idPk: toBase64url(tab.pk) } } });
    page.server.wire.breakWith(CLOSE.kicked.code);
    expect(page.connection()).toBe('removed');
    expect(loadIdentity(page.storage, ID)).toBeUndefined();
    expect(vi.getTimerCount()).toBe(0);
  });

  test('the close without the command stays the word of the server', async () => {
    const { server, connection } = await member();
    server.wire.breakWith(CLOSE.kicked.code);
    expect(connection()).toBe('kicked');
  });

  test('by anyone else, of the owner’s tab, of oneself, and with a broken key: no one is removed', async () => {
    const { server, of, connection, identity } = await owner();
    log(server, kick(cem.key.pk, 2, bob.key));
    log(server, kick(identity.pk, 2));
    log(server, kick(cem.key.pk.subarray(1), 3));
    expect(of('removed')).toEqual([]);
    expect(connection()).toBe('live');
    server.append(cem.write('hello').envelope);
    expect(of('messages')).toHaveLength(1);
  });

  test('their leaving needs no line of its own', async () => {
    const { server, of } = await member();
    const slot = new Uint8Array(8).fill(9);
    const joined = [{ slot, idPk: bob.key.pk }];
    const all = { type: 'presence', snapshot: false, joined: [], away: [], left: [] } as const;
    server.wire.say({ ...all, version: 1, snapshot: true, joined, count: 1 });
    server.append(bob.write('hi').envelope);
    log(server, kick(bob.key.pk));
    server.wire.say({ ...all, version: 2, left: [slot], count: 0 });
    expect(of('left')).toEqual([]);
    expect(of('removed')).toHaveLength(1);
  });

  test('attack 45, SIG-4: someone whose profile has a key of small order is removed like anyone else', async () => {
    const { room, server, given, of } = await owner();
    const slot = new Uint8Array(8).fill(9);
    for (const [i, hex] of known.low_order_u.entries()) {
      const weak = { xPk: Uint8Array.from(Buffer.from(hex, 'hex')), at: 1, name: 'Weak' };
      const sealed = sealProfile(KEYS, bob.key, slot, weak, seededRandom(`profile ${i}`));
      server.wire.give(encodeProfileFrame(slot, bob.key.pk, sealed));
    }
    void removePerson(room.orders, toBase64url(bob.key.pk));
    expect(given()).toMatchObject([{ op: OP_KICK, args: bob.key.pk }]);
    log(server, kick(bob.key.pk));
    expect(of('removed')).toHaveLength(1);
  });

  test('the owner’s tab signs it with its own key', async () => {
    const { room, server, given, identity, of, last } = await owner();
    expect(last('facts')?.facts.canRemove).toBe(true);
    const result = removePerson(room.orders, toBase64url(bob.key.pk));
    const [command] = given();
    expect(command).toMatchObject({ c: 2, op: OP_KICK, args: bob.key.pk, signerPk: identity.pk });
    log(server, kick(bob.key.pk, 2, identity));
    expect(await result).toEqual({ ok: true });
    expect(of('removed')).toMatchObject([{ own: true, by: { name: 'Me' } }]);
    const guest = await member();
    expect(guest.last('facts')?.facts.canRemove).toBe(false);
  });
});

describe('COMMAND-6: a server that lost commands', () => {
  const cem = new Author('Cem');
  const kicked = makeCommand({ id: ID, epoch: 0, c: 2, op: OP_KICK, args: cem.key.pk }, OWNER);

  test('gets them again, byte for byte, from anyone who has them, and they stay in force until then', async () => {
    const { server, reconnect, of, texts } = await member();
    log(server, kicked);
    log(server, signed(3, OWNER, 77));
    loseAll(server);
    reconnect();
    server.letIn({ features: ['commands'], c: 1 });
    expect(givenTo(server).map(({ c }) => c)).toEqual([2, 3]);
    expect(givenTo(server)[0]).toEqual(decodeCommand(kicked));
    server.append(cem.write('I am back').envelope);
    expect(texts()).toEqual([]);
    log(server, kicked);
    expect(of('removed').map(({ seq }) => seq)).toEqual([2, 6]);
    reconnect();
    server.letIn({ features: ['commands'], c: 2 });
    expect(givenTo(server)).toEqual([]);
  });

  test('gets none that takes none, and none that it still has', async () => {
    const { server, reconnect } = await member();
    log(server, kicked);
    reconnect();
    server.letIn({ features: ['commands'], c: 2 });
    expect(givenTo(server)).toEqual([]);
    loseAll(server);
    reconnect();
    server.letIn({ features: [], c: 1 });
    expect(givenTo(server)).toEqual([]);
  });
});

describe('COMMAND-1: giving a command', () => {
  test('the owner’s tab signs the next number with the owner’s key; the event is the answer', async () => {
    const { room, server, given, connection, last } = await owner();
    expect(last('facts')?.facts.canEnd).toBe(true);
    const result = endRoom(room.orders);
    const [command] = given();
    expect(command).toMatchObject({ id: ID, epoch: 0, c: 2, op: OP_END, args: NOTHING });
    expect(command && equalBytes(command.signerPk, OWNER.pk) && verifyCommand(command)).toBe(true);
    log(server, signed(2));
    expect(await result).toEqual({ ok: true });
    expect(connection()).toBe('ended_by_you');
  });

  test('no one else can, and no one on a server that takes none', async () => {
    const guest = await member();
    expect(guest.last('facts')?.facts.canEnd).toBe(false);
    expect(await endRoom(guest.room.orders)).toEqual({ ok: false, reason: 'not_owner' });
    const old = await owner([]);
    expect(old.last('facts')?.facts.canEnd).toBe(false);
    expect(await endRoom(old.room.orders)).toEqual({ ok: false, reason: 'not_supported' });
    expect([...givenTo(guest.server), ...old.given()]).toEqual([]);
  });

  test('one at a time, and none once the room is over', async () => {
    const { room, given } = await owner();
    const first = endRoom(room.orders);
    expect(await endRoom(room.orders)).toEqual({ ok: false, reason: 'busy' });
    expect(given()).toHaveLength(1);
    room.close();
    expect(await first).toEqual({ ok: false, reason: 'ended' });
    expect(await endRoom(room.orders)).toEqual({ ok: false, reason: 'ended' });
  });

  test('COMMAND-2: stale means that another came first: it is signed again with the next number', async () => {
    const { room, server, given } = await owner();
    const result = endRoom(room.orders);
    server.wire.say({ type: 'refused', c: 2, code: 'stale', retryAfterMs: 0 });
    expect(given()).toHaveLength(1);
    log(server, signed(2, OWNER, 77));
    await Promise.resolve();
    expect(given().map(({ c }) => c)).toEqual([2, 3]);
    server.wire.say({ type: 'refused', c: 2, code: 'stale', retryAfterMs: 0 });
    log(server, signed(3));
    expect(await result).toEqual({ ok: true });
  });

  test('COMMAND-2: the command that came first may be here before the refusal', async () => {
    const { room, server, given } = await owner();
    void endRoom(room.orders);
    log(server, signed(2, OWNER, 77));
    server.wire.say({ type: 'refused', c: 2, code: 'stale', retryAfterMs: 0 });
    expect(given().map(({ c }) => c)).toEqual([2, 3]);
    server.wire.say({ type: 'refused', c: 3, code: 'stale', retryAfterMs: 0 });
    vi.advanceTimersByTime(10_000);
    expect(given()).toHaveLength(2);
  });

  test('after a lost connection the same bytes go out again, unless they were logged', async () => {
    const { room, server, given, reconnect } = await owner();
    const result = endRoom(room.orders);
    const [first] = given();
    reconnect();
    server.letIn({ features: ['commands'] });
    expect(given()).toEqual([first]);
    server.frames.push(encodeCommandEvent(2, signed(2), NOTHING));
    reconnect();
    server.letIn({ features: ['commands'], c: 2 });
    expect(await result).toEqual({ ok: true });
  });

  test.each<RefusedCode>(['rate', 'busy', 'unavailable', 'server_full'])(
    '%s: the same bytes again after the pause, ten times',
    async (code) => {
      const { room, server, given } = await owner();
      const result = endRoom(room.orders);
      for (let times = 1; times <= 10; times++) {
        expect(given()).toHaveLength(times);
        server.wire.say({ type: 'refused', c: 2, code, retryAfterMs: 1_000 });
        vi.advanceTimersByTime(1_000);
      }
      expect(await result).toEqual({ ok: false, reason: code });
      expect(new Set(given().map(({ c }) => c))).toEqual(new Set([2]));
    },
  );

  test('a refusal for good is the result, and another try is free', async () => {
    const { room, server, given, of } = await owner();
    const result = endRoom(room.orders);
    server.wire.say({ type: 'refused', c: 2, code: 'not_allowed', retryAfterMs: 0 });
    expect(await result).toEqual({ ok: false, reason: 'not_allowed' });
    void endRoom(room.orders);
    expect(given()).toHaveLength(2);
    expect(of('outbox').at(-1)?.outgoing ?? []).toEqual([]);
  });
});
