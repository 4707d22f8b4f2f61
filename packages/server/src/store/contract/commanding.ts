// Commands: counted and logged in one step, and what they do (docs/protocol.md, COMMAND rules).

import { type LogEvent, OP_END, OP_KICK, decodeServerSealed } from '@mayfly/protocol';
import { expect, test } from 'vitest';
import { SeededRandom } from '../../testing/random.ts';
import { envelope, makeCommand, sealedProfile } from '../../testing/signer.ts';
import type { MemberSession, StoredEvent } from '../room-store.ts';
import {
  CHARTER,
  type Fixture,
  type Fixtures,
  LIFE_MS,
  OWNER,
  ROOM,
  SPEC,
  identity,
  seqs,
  types,
} from './fixture.ts';

// An operation that no version carries out: the store only counts and logs it.
const IDLE_OP = 77;
const idle = (c: number, epoch = 0, mark = 0) =>
  makeCommand(ROOM, OWNER, { c, epoch, op: IDLE_OP, args: Uint8Array.of(mark) });
const END = makeCommand(ROOM, OWNER, { op: OP_END });

const kick = (name: string, c = 2) => makeCommand(ROOM, OWNER, { c, op: OP_KICK, args: identity(name) });

const command = (f: Fixture, session: MemberSession, given = END) => f.store.command(ROOM, session, given);

function decoded({ frame }: StoredEvent): LogEvent {
  const event = decodeServerSealed(frame);
  if (event === undefined || !('seq' in event)) throw new Error('not an event');
  return event;
}

const stale = { outcome: 'refused', code: 'stale' };

export function commanding({ opened, fixture }: Fixtures): void {
  test('CMD-6: a command is verified against the owner, the epoch, the last number and the charter in force', async () => {
    const f = await opened();
    const law = { ownerPk: OWNER.pk, epoch: 0, c: 1, charter: CHARTER.bytes };
    expect(await f.store.law(ROOM)).toEqual(law);
    const ann = await f.join('ann');
    await command(f, ann.session, idle(2));
    expect(await f.store.law(ROOM)).toEqual({ ...law, c: 2 });
    expect(await (await fixture()).store.law(ROOM)).toBeUndefined();
  });

  test('COMMAND-3: it is the next event, for all, and counts in the next welcome', async () => {
    const f = await opened();
    const ann = await f.join('ann');
    await f.say(ann.session, 1);
    f.heard();
    const given = idle(2);
    expect(await command(f, ann.session, given)).toEqual({ outcome: 'appended', seq: 3 });
    const heard = f.heard();
    expect(types(heard)).toEqual(['event']);
    const event = {
      type: 'command',
      seq: 3,
      bytes: given.bytes,
      command: given.command,
      blob: new Uint8Array(0),
    };
    expect(heard.map((notice) => 'event' in notice && decoded(notice.event))).toEqual([event]);
    await f.say(ann.session, 2);
    const bob = await f.join('bob');
    expect([seqs(bob), bob.terms.c]).toEqual([[1, 2, 3, 4], 2]);
    expect(bob.missed[2] && decoded(bob.missed[2])).toEqual(event);
    const back = await f.join('ann', { as: 'member', position: { logId: ann.logId, seq: 2 } });
    expect([back.mode, seqs(back), back.terms.c]).toEqual(['resume', [3, 4], 2]);
  });

  test.each([
    ['the same number again', idle(2)],
    ['an old number', idle(1)],
    ['a number too far', idle(4)],
    ['the last number there is', idle(2 ** 32 - 1)],
    ['another epoch', idle(3, 1)],
  ])('COMMAND-2: %s is stale, and changes nothing', async (_what, given) => {
    const f = await opened();
    const ann = await f.join('ann');
    await command(f, ann.session, idle(2));
    f.heard();
    expect(await command(f, ann.session, given)).toEqual(stale);
    expect(f.heard()).toEqual([]);
    expect((await f.store.law(ROOM))?.c).toBe(2);
    expect(await command(f, ann.session, idle(3))).toEqual({ outcome: 'appended', seq: 3 });
  });

  test('COMMAND-2: of two with one number that come at once, one is logged', async () => {
    const f = await opened();
    const [ann, bob] = [await f.join('ann'), await f.join('bob')];
    for (let c = 2; c <= 12; c++) {
      const both = await Promise.all([
        command(f, ann.session, idle(c, 0, 1)),
        command(f, bob.session, idle(c, 0, 2)),
      ]);
      expect(both.map(({ outcome }) => outcome).toSorted()).toEqual(['appended', 'refused']);
    }
    expect((await f.store.law(ROOM))?.c).toBe(12);
  });

  test('COMMAND-3: a replaced session brings none, and it starts the life anew', async () => {
    const f = await opened();
    const older = await f.join('ann');
    const ann = await f.join('ann');
    expect(await command(f, older.session, idle(2))).toEqual({ outcome: 'replaced' });
    await f.pass(LIFE_MS - 1);
    expect(await command(f, ann.session, idle(2))).toMatchObject({ outcome: 'appended' });
    await f.pass(LIFE_MS - 1);
    expect(await command(f, ann.session, idle(3))).toMatchObject({ outcome: 'appended' });
    await f.pass(LIFE_MS);
    expect(await command(f, ann.session, idle(4))).toEqual({ outcome: 'gone' });
  });

  test('COMMAND-5: who is removed is out for good, with whatever proof, and their session says nothing more', async () => {
    const f = await opened();
    const [ann, bob] = [await f.join('ann'), await f.join('bob')];
    await f.say(bob.session, 1);
    await f.store.publishProfile(ROOM, bob.session, sealedProfile(1));
    f.heard();
    expect(await command(f, ann.session, kick('bob'))).toEqual({ outcome: 'appended', seq: 3 });
    const heard = f.heard();
    expect(types(heard)).toEqual(['event', 'presence']);
    expect(heard[1]).toMatchObject({ presence: { left: [bob.session.slot], count: 1 } });
    expect(await f.append(bob.session, 2)).toEqual({ outcome: 'removed' });
    expect(await command(f, bob.session, idle(3))).toEqual({ outcome: 'removed' });
    expect(await f.store.publishProfile(ROOM, bob.session, sealedProfile(2))).toBeUndefined();
    for (const as of ['key', 'member', 'owner'] as const)
      expect(await f.outcome('bob', { as })).toBe('denied');
    expect(f.heard()).toEqual([]);
    const cem = await f.join('cem');
    expect(cem.profiles).toEqual([]);
    expect(cem.presence.count).toBe(2);
    expect(seqs(cem)).toEqual([1, 2, 3]);
  });

  test('COMMAND-5: someone away, someone who left, and someone who was never here', async () => {
    const f = await opened();
    const [ann, bob, cem] = [await f.join('ann'), await f.join('bob'), await f.join('cem')];
    await f.store.detach(ROOM, bob.session);
    await f.store.leave(ROOM, cem.session);
    await f.pass(1_000);
    for (const [i, name] of ['bob', 'cem', 'dan'].entries()) {
      expect(await command(f, ann.session, kick(name, 2 + i))).toMatchObject({ outcome: 'appended' });
      expect(await f.outcome(name)).toBe('denied');
    }
    f.heard();
    await f.pass(LIFE_MS / 2);
    expect(f.presences()).toEqual([]);
    expect((await f.join('ann')).presence.count).toBe(1);
  });

  test('COMMAND-5: the seat is free at once, and a bar ends with its room', async () => {
    const f = await opened({}, { maxMembers: 2 });
    const [ann] = [await f.join('ann'), await f.join('bob')];
    expect(await f.outcome('cem')).toBe('full');
    await command(f, ann.session, kick('bob'));
    expect(await f.outcome('cem')).toBe('joined');
    await command(f, ann.session, makeCommand(ROOM, OWNER, { c: 3 }));
    await f.store.create(ROOM, SPEC);
    await f.store.open(ROOM, CHARTER);
    expect(await f.outcome('bob')).toBe('joined');
  });

  test('COMMAND-5: the last word is the log’s: messages at the same moment stand before the removal, or nowhere', async () => {
    for (let round = 0; round < 25; round++) {
      const f = await opened({}, { historyMessages: 100 });
      const random = new SeededRandom(round);
      const [ann, bob] = [await f.join('ann'), await f.join('bob')];
      const messages = Array.from({ length: 8 }, (_, i) => () => f.append(bob.session, i + 1));
      const at = random.below(9);
      const all = [
        ...messages.slice(0, at),
        () => command(f, ann.session, kick('bob')),
        ...messages.slice(at),
      ];
      await Promise.all(all.map((ask) => ask()));
      const events = (await f.join('cem')).missed.map(decoded);
      expect(events.at(-1)?.type).toBe('command');
      expect(events).toHaveLength(2 + at);
      expect(await f.outcome('bob', { as: 'member' })).toBe('denied');
    }
  });

  test('CMD-9: the end is the last event and the last notice, and nothing is left', async () => {
    const f = await opened();
    const [ann, bob] = [await f.join('ann'), await f.join('bob')];
    await f.say(ann.session, 1);
    f.heard();
    expect(await command(f, bob.session)).toEqual({ outcome: 'appended', seq: 3 });
    const heard = f.heard();
    expect(types(heard)).toEqual(['event', 'ended']);
    expect(heard[1]).toEqual({ type: 'ended', reason: 'owner' });
    expect(await f.store.law(ROOM)).toBeUndefined();
    expect(await f.store.keys(ROOM)).toBeUndefined();
    expect(await command(f, ann.session)).toEqual({ outcome: 'gone' });
    expect(await f.append(ann.session, 2, envelope(2))).toEqual({ outcome: 'gone' });
    expect([await f.outcome('ann', { as: 'member' }), await f.outcome('cem'), await f.store.size()]).toEqual([
      'denied',
      'denied',
      0,
    ]);
    expect(await f.store.create(ROOM, SPEC)).toBe('created');
  });

  test('CMD-9: of ends that come at once with messages, one ends the room, and nothing follows it', async () => {
    const f = await opened();
    const [ann, bob] = [await f.join('ann'), await f.join('bob')];
    f.heard();
    const answers = await Promise.all([
      f.append(ann.session, 1),
      command(f, ann.session),
      f.append(bob.session, 1),
      command(f, bob.session),
      f.append(ann.session, 2),
    ]);
    expect(answers.map(({ outcome }) => outcome)).toEqual(['appended', 'appended', 'gone', 'gone', 'gone']);
    expect(types(f.heard())).toEqual(['event', 'event', 'ended']);
  });
}
