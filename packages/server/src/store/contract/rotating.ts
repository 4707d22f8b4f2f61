// A new link: records, slices that wait, and the step in which the charter comes into force (docs/protocol.md, ROTATE rules).

import {
  EPOCHS_KEPT,
  OP_KICK,
  RECORDS_MAX,
  STAGED_MS,
  type Slice,
  decodeServerSealed,
  toHex,
} from '@mayfly/protocol';
import { decodeRotationFrame } from '@mayfly/protocol/rotation';
import { expect, test } from 'vitest';
import { SeededRandom } from '../../testing/random.ts';
import { Signer, envelope, makeCharter, makeCommand, sealedProfile } from '../../testing/signer.ts';
import type { Joined, MemberSession, VerifiedCharter } from '../room-store.ts';
import { type Fixture, type Fixtures, OWNER, ROOM, VERIFIED_WITH, identity, seqs, types } from './fixture.ts';

const access = (epoch: number) => (epoch === 0 ? VERIFIED_WITH.accessPk : new Signer(`access ${epoch}`).pk);
const verifiedIn = (epoch: number) => ({ accessPk: access(epoch), epoch });

/** To the next epoch. */
const charterTo = (newEpoch: number, choices: { readonly c?: number; readonly fresh?: boolean } = {}) =>
  makeCharter(ROOM, OWNER, {
    epoch: newEpoch - 1,
    newEpoch,
    c: newEpoch + 1,
    accessPk: access(newEpoch),
    ...choices,
  });

const tagOf = ({ command }: VerifiedCharter) => command.signature.subarray(0, 8);
const slice = ({ slot }: MemberSession, mark: number): Slice => ({
  slot,
  sealed: new Uint8Array(112).fill(mark),
});

async function stage(f: Fixture, by: MemberSession, charter: VerifiedCharter, slices: readonly Slice[]) {
  return f.store.stage(ROOM, by, tagOf(charter), slices);
}

async function rotate(
  f: Fixture,
  by: MemberSession,
  charter: VerifiedCharter,
  stay: readonly MemberSession[],
) {
  await stage(
    f,
    by,
    charter,
    stay.map((session) => slice(session, charter.args.newEpoch)),
  );
  return f.store.rotate(ROOM, by, charter, tagOf(charter));
}

const given = ({ slices }: Joined) =>
  slices.map((frame) => {
    const found = decodeRotationFrame(frame);
    return found?.type === 'slice' ? [found.epoch, found.sealed[0]] : 'unreadable';
  });

const notAllowed = { outcome: 'refused', code: 'not_allowed' };
const stale = { outcome: 'refused', code: 'stale' };

export function rotating({ opened }: Fixtures): void {
  test('ROTATE-2: the records of all who ever joined, in the order of their slots, with their newest profile', async () => {
    const f = await opened();
    const [ann, bob, cem] = [await f.join('ann'), await f.join('bob'), await f.join('cem')];
    await f.store.publishProfile(ROOM, bob.session, sealedProfile(1));
    await f.store.publishProfile(ROOM, bob.session, sealedProfile(2));
    await f.store.leave(ROOM, bob.session);
    const page = await f.store.records(ROOM, undefined);
    const expected = [ann, bob, cem].map(({ session }, i) => ({
      slot: session.slot,
      idPk: identity(['ann', 'bob', 'cem'][i] ?? ''),
      profile: i === 1 ? sealedProfile(2) : undefined,
    }));
    const inOrder = expected.toSorted((a, b) => (toHex(a.slot) < toHex(b.slot) ? -1 : 1));
    expect(page).toEqual({ more: false, records: inOrder });
    const rest = await f.store.records(ROOM, inOrder[0]?.slot);
    expect(rest).toEqual({ more: false, records: inOrder.slice(1) });
    expect(await f.store.records(ROOM, inOrder[2]?.slot)).toEqual({ more: false, records: [] });
    await f.store.end(ROOM);
    expect(await f.store.records(ROOM, undefined)).toBeUndefined();
  });

  test('ROTATE-2: page by page, each record once', async () => {
    const f = await opened({}, { maxMembers: RECORDS_MAX + 2 });
    await f.crowd(RECORDS_MAX + 2);
    const first = await f.store.records(ROOM, undefined);
    const second = await f.store.records(ROOM, first?.records.at(-1)?.slot);
    expect([first?.more, first?.records.length, second?.more, second?.records.length]).toEqual([
      true,
      RECORDS_MAX,
      false,
      2,
    ]);
    const slots = [first, second].flatMap((page) => page?.records.map(({ slot }) => toHex(slot)) ?? []);
    expect(new Set(slots).size).toBe(RECORDS_MAX + 2);
  });

  test('ROTATE-3: slices are counted once for each record; of strangers, and of another charter, none are kept', async () => {
    const f = await opened();
    const [ann, bob] = [(await f.join('ann')).session, (await f.join('bob')).session];
    const [first, second] = [charterTo(1), charterTo(1, { fresh: true })];
    const stranger = { slot: new SeededRandom(3).bytes(8), generation: 1 };
    expect(await stage(f, ann, first, [])).toEqual({ outcome: 'staged', count: 0 });
    expect(await stage(f, ann, first, [slice(ann, 1), slice(stranger, 1)])).toEqual({
      outcome: 'staged',
      count: 1,
    });
    expect(await stage(f, ann, first, [slice(ann, 2), slice(bob, 1)])).toEqual({
      outcome: 'staged',
      count: 2,
    });
    expect(await stage(f, ann, second, [slice(ann, 1)])).toEqual({ outcome: 'staged', count: 1 });
    expect(await f.store.rotate(ROOM, ann, first, tagOf(first))).toEqual(notAllowed);
    expect((await f.store.law(ROOM))?.epoch).toBe(0);
  });

  test('ROTATE-3: what no charter comes for is forgotten, and without slices none counts', async () => {
    const f = await opened({ lifeMs: 4 * STAGED_MS });
    const ann = (await f.join('ann')).session;
    const charter = charterTo(1);
    expect(await f.store.rotate(ROOM, ann, charter, tagOf(charter))).toEqual(notAllowed);
    await stage(f, ann, charter, [slice(ann, 1)]);
    await f.pass(STAGED_MS - 1);
    expect(await stage(f, ann, charter, [])).toEqual({ outcome: 'staged', count: 1 });
    await f.pass(STAGED_MS);
    expect(await f.store.rotate(ROOM, ann, charter, tagOf(charter))).toEqual(notAllowed);
    expect(await stage(f, ann, charter, [])).toEqual({ outcome: 'staged', count: 0 });
  });

  test('ROTATE-4: the charter is an event, with a slice for each; then only the new keys count', async () => {
    const f = await opened();
    const [ann, bob] = [await f.join('ann'), await f.join('bob')];
    await f.say(ann.session, 1);
    f.heard();
    const charter = charterTo(1);
    expect(await rotate(f, ann.session, charter, [ann.session, bob.session])).toEqual({
      outcome: 'appended',
      seq: 3,
    });
    const [event, ...more] = f.heard();
    expect(more).toEqual([]);
    if (event?.type !== 'event') throw new Error('no event');
    expect(decodeServerSealed(event.event.frame)).toMatchObject({
      type: 'command',
      seq: 3,
      bytes: charter.bytes,
      blob: charter.blob,
    });
    const slots = [ann, bob].map(({ session }) => toHex(session.slot));
    expect([...(event.slices ?? [])].map(([slot]) => slot).toSorted()).toEqual(slots.toSorted());
    const own = event.slices?.get(slots[1] ?? '');
    expect(own && decodeRotationFrame(own)).toMatchObject({ type: 'slice', epoch: 1 });

    expect(await f.store.keys(ROOM)).toMatchObject({ ...verifiedIn(1), ownerPk: OWNER.pk });
    expect(await f.store.law(ROOM)).toMatchObject({ epoch: 1, c: 2, charter: charter.bytes });
    expect(await f.outcome('cem')).toBe('denied');
    expect(await f.store.look(ROOM, VERIFIED_WITH)).toBeUndefined();
    expect(await f.append(bob.session, 1)).toEqual({ outcome: 'refused', code: 'epoch' });
    expect(await f.append(bob.session, 1, envelope(1, { epoch: 1 }))).toEqual({
      outcome: 'appended',
      seq: 4,
    });
    const cem = await f.join('cem', { verifiedWith: verifiedIn(1) });
    expect([seqs(cem), cem.terms.epoch, cem.terms.blob, given(cem)]).toEqual([
      [1, 2, 3, 4],
      1,
      charter.blob,
      [],
    ]);
  });

  test('ROTATE-5: whoever gets no slice is out: at once if they are here, and when they return', async () => {
    const f = await opened();
    const [ann, bob, cem] = [await f.join('ann'), await f.join('bob'), await f.join('cem')];
    await f.store.leave(ROOM, cem.session);
    f.heard();
    await rotate(f, ann.session, charterTo(1), [ann.session]);
    const heard = f.heard();
    expect(types(heard)).toEqual(['event', 'presence']);
    expect(heard[1]).toMatchObject({ presence: { left: [bob.session.slot], count: 1 } });
    expect(await f.append(bob.session, 1, envelope(1, { epoch: 1 }))).toEqual({ outcome: 'removed' });
    for (const name of ['bob', 'cem']) {
      expect(await f.outcome(name, { as: 'member', verifiedWith: verifiedIn(1) })).toBe('denied');
      expect(await f.outcome(name)).toBe('denied');
      expect(await f.outcome(name, { verifiedWith: verifiedIn(1) })).toBe('joined');
    }
    expect((await f.store.records(ROOM, undefined))?.records).toHaveLength(3);
  });

  test.each([
    ['a charter that is not the next command', charterTo(1, { c: 3 })],
    ['the last number there is', charterTo(1, { c: 2 ** 32 - 1 })],
    ['a charter for another epoch', charterTo(2)],
  ])('COMMAND-2: %s is stale, and changes nothing', async (_what, charter) => {
    const f = await opened();
    const ann = (await f.join('ann')).session;
    f.heard();
    expect(await rotate(f, ann, charter, [ann])).toEqual(stale);
    expect(f.heard()).toEqual([]);
    expect(await f.store.law(ROOM)).toMatchObject({ epoch: 0, c: 1 });
    expect(await rotate(f, ann, charterTo(1), [ann])).toMatchObject({ outcome: 'appended' });
  });

  test('ROTATE-4: a charter counts once, and of two tabs of the owner’s one is first', async () => {
    const f = await opened();
    const [ann, bob] = [(await f.join('ann')).session, (await f.join('bob')).session];
    const [charter, other] = [charterTo(1), charterTo(1, { fresh: true })];
    await rotate(f, ann, charter, [ann, bob]);
    expect(await rotate(f, ann, charter, [ann])).toEqual(stale);
    expect(await rotate(f, bob, other, [bob])).toEqual(stale);
    expect((await f.store.law(ROOM))?.charter).toEqual(charter.bytes);
    expect(await f.append(ann, 1, envelope(1, { epoch: 1 }))).toMatchObject({ outcome: 'appended' });
  });

  test('ROTATE-3, ROTATE-4: a replaced session prepares nothing, and the end of the room ends all of it', async () => {
    const f = await opened();
    const older = (await f.join('ann')).session;
    const ann = (await f.join('ann')).session;
    const charter = charterTo(1);
    expect(await stage(f, older, charter, [slice(ann, 1)])).toEqual({ outcome: 'replaced' });
    expect(await rotate(f, older, charter, [ann])).toEqual({ outcome: 'replaced' });
    await stage(f, ann, charter, [slice(ann, 1)]);
    await f.store.command(ROOM, ann, makeCommand(ROOM, OWNER));
    expect(await stage(f, ann, charter, [slice(ann, 1)])).toEqual({ outcome: 'gone' });
    expect(await f.store.rotate(ROOM, ann, charter, tagOf(charter))).toEqual({ outcome: 'gone' });
  });

  test('ROTATE-3, COMMAND-5: a slice of someone who was removed since is not handed to anyone, and the charter is stale', async () => {
    const f = await opened();
    const [ann, bob] = [await f.join('ann'), await f.join('bob')];
    const charter = charterTo(1);
    await stage(f, ann.session, charter, [slice(ann.session, 1), slice(bob.session, 1)]);
    await f.store.command(
      ROOM,
      ann.session,
      makeCommand(ROOM, OWNER, { op: OP_KICK, args: identity('bob') }),
    );
    expect(await f.store.rotate(ROOM, ann.session, charter, tagOf(charter))).toEqual(stale);
    const next = charterTo(1, { c: 3 });
    expect(await stage(f, ann.session, next, [slice(ann.session, 1), slice(bob.session, 1)])).toEqual({
      outcome: 'staged',
      count: 1,
    });
    f.heard();
    expect(await f.store.rotate(ROOM, ann.session, next, tagOf(next))).toMatchObject({ outcome: 'appended' });
    const [event] = f.heard();
    expect(event?.type === 'event' && [...(event.slices?.keys() ?? [])]).toEqual([toHex(ann.session.slot)]);
    expect(await f.outcome('bob', { as: 'member', verifiedWith: verifiedIn(1), epoch: 0 })).toBe('denied');
    expect(await f.outcome('bob', { verifiedWith: verifiedIn(1) })).toBe('denied');
  });

  test('ROTATE-4: what was staged is used up: the next charter needs slices of its own', async () => {
    const f = await opened();
    const ann = (await f.join('ann')).session;
    const [first, second] = [charterTo(1), charterTo(2)];
    await rotate(f, ann, first, [ann]);
    for (const charter of [first, second])
      expect(await f.store.rotate(ROOM, ann, charter, tagOf(second))).toEqual(
        charter === first ? stale : notAllowed,
      );
    expect(await stage(f, ann, second, [])).toEqual({ outcome: 'staged', count: 0 });
  });

  test('ROTATE-6: who joins or comes back never gets another’s slice, nor one of an epoch they have', async () => {
    const f = await opened();
    const [ann, bob] = [await f.join('ann'), await f.join('bob')];
    await stage(f, ann.session, charterTo(1), [slice(ann.session, 1), slice(bob.session, 2)]);
    const charter = charterTo(1);
    await f.store.rotate(ROOM, ann.session, charter, tagOf(charter));
    const cem = await f.join('cem', { verifiedWith: verifiedIn(1), epoch: 0 });
    const back = await f.join('bob', { as: 'member', verifiedWith: verifiedIn(1), epoch: 0 });
    expect([given(cem), given(back)]).toEqual([[], [[1, 2]]]);
  });

  test('ROTATE-6: who was away gets a slice for each epoch they lack, in order, and their place in the log', async () => {
    const f = await opened();
    const [ann, bob] = [await f.join('ann'), await f.join('bob')];
    await f.store.leave(ROOM, bob.session);
    for (let epoch = 1; epoch <= 3; epoch++)
      await rotate(f, ann.session, charterTo(epoch), [ann.session, bob.session]);
    const back = (epoch?: number) =>
      f.join('bob', {
        as: 'member',
        verifiedWith: verifiedIn(3),
        position: { logId: bob.logId, seq: 1 },
        ...(epoch !== undefined && { epoch }),
      });
    const returned = await back(0);
    expect([given(returned), returned.mode, seqs(returned)]).toEqual([
      [
        [1, 1],
        [2, 2],
        [3, 3],
      ],
      'resume',
      [2, 3, 4],
    ]);
    expect(given(await back(2))).toEqual([[3, 3]]);
    expect([given(await back(3)), given(await back(7)), given(await back())]).toEqual([[], [], []]);
  });

  test('ROTATE-6: slices are kept for so many epochs', async () => {
    const f = await opened({}, { historyMessages: 50 });
    const ann = await f.join('ann');
    const last = EPOCHS_KEPT + 2;
    for (let epoch = 1; epoch <= last; epoch++) await rotate(f, ann.session, charterTo(epoch), [ann.session]);
    const back = await f.join('ann', { as: 'member', verifiedWith: verifiedIn(last), epoch: 0 });
    expect(given(back).map(([epoch]) => epoch)).toEqual(
      Array.from({ length: EPOCHS_KEPT }, (_, i) => last - EPOCHS_KEPT + 1 + i),
    );
  });

  test('ROTATE-7: after a fresh start newcomers get nothing older than the charter; the others keep their place', async () => {
    const f = await opened();
    const [ann, bob] = [await f.join('ann'), await f.join('bob')];
    await f.say(ann.session, 1, 2);
    await rotate(f, ann.session, charterTo(1, { fresh: true }), [ann.session, bob.session]);
    await f.append(ann.session, 3, envelope(3, { epoch: 1 }));
    const cem = await f.join('cem', { verifiedWith: verifiedIn(1) });
    expect(seqs(cem)).toEqual([4, 5]);
    const again = await f.join('cem', {
      as: 'member',
      verifiedWith: verifiedIn(1),
      position: { logId: cem.logId, seq: 1 },
    });
    expect(seqs(again)).toEqual([4, 5]);
    const bobBack = await f.join('bob', {
      as: 'member',
      verifiedWith: verifiedIn(1),
      position: { logId: bob.logId, seq: 2 },
    });
    expect(seqs(bobBack)).toEqual([3, 4, 5]);
  });
}
