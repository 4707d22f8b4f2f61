// Orders about the use of a room: the door, the pace, the life and the charter (docs/protocol.md, COMMAND and SEND rules).

import { type GivenCommand, POWER, type TermsChange, encodeTerms, moderatorsOf } from '@mayfly/protocol';
import { expect, test } from 'vitest';
import { envelope, eraseProof, makeCharter, makeCommand } from '../../testing/signer.ts';
import type { MemberSession } from '../room-store.ts';
import {
  CHARTER,
  type Fixture,
  type Fixtures,
  LIFE_MS,
  OWNER,
  ROOM,
  identity,
  seqs,
  types,
} from './fixture.ts';

const order = (change: TermsChange, c = 2) => makeCommand(ROOM, OWNER, { c, ...encodeTerms(change) });

const give = (f: Fixture, session: MemberSession, given: GivenCommand) =>
  f.store.command(ROOM, session, given);

function amendment(c: number, masks: Readonly<Record<string, number>>, mark = 8): GivenCommand {
  const moderators = Object.entries(masks).map(([name, mask]) => ({ idPk: identity(name), mask }));
  const blob = new Uint8Array(CHARTER.blob.length).fill(mark);
  return { type: 'command', ...makeCharter(ROOM, OWNER, { c, moderators, blob }) };
}

const done = (seq: number) => ({ outcome: 'appended', seq });

export function settings({ opened }: Fixtures): void {
  test('COMMAND-7: a closed door keeps newcomers out, by name; who was in, and the owner, come in', async () => {
    const f = await opened();
    const [ann, bob] = [await f.join('ann'), await f.join('bob')];
    await f.store.leave(ROOM, bob.session);
    expect(ann.terms.closed).toBe(false);
    expect(await give(f, ann.session, order({ closed: true }))).toEqual(done(2));
    expect(await f.outcome('cem')).toBe('closed');
    expect(await f.outcome('cem', { as: 'member' })).toBe('denied');
    expect(await f.outcome('bob')).toBe('joined');
    expect(await f.outcome('ann', { as: 'member' })).toBe('joined');
    expect((await f.join('dan', { as: 'owner' })).terms.closed).toBe(true);
    const asked = { accessPk: CHARTER.args.accessPk, epoch: 0 };
    expect(await f.store.look(ROOM, asked)).toMatchObject({ closed: true });
    const { session } = await f.join('ann');
    await give(f, session, order({ closed: false }, 3));
    expect(await f.outcome('cem')).toBe('full');
    await f.store.leave(ROOM, bob.session);
    expect(await f.store.look(ROOM, asked)).toMatchObject({ closed: false });
  });

  test('COMMAND-7: closed is said before full, and a bar before both', async () => {
    const f = await opened({}, { maxMembers: 2 });
    const [ann] = [await f.join('ann'), await f.join('bob')];
    await give(f, ann.session, order({ closed: true }));
    expect(await f.outcome('cem')).toBe('closed');
    await give(f, ann.session, makeCommand(ROOM, OWNER, { c: 3, op: 5, args: identity('bob') }));
    expect(await f.outcome('bob')).toBe('denied');
  });

  test('SEND-10: slow mode asks each member to pause, and says for how long', async () => {
    const f = await opened();
    const [ann, bob] = [await f.join('ann'), await f.join('bob')];
    await f.say(ann.session, 1);
    expect(await give(f, ann.session, order({ slow: 10 }))).toEqual(done(3));
    expect(await f.append(ann.session, 2)).toEqual(done(4));
    expect(await f.append(ann.session, 3)).toEqual({ outcome: 'slow', retryAfterMs: 10_000 });
    await f.pass(4_000);
    expect(await f.append(ann.session, 3)).toEqual({ outcome: 'slow', retryAfterMs: 6_000 });
    expect(await f.append(bob.session, 1)).toEqual(done(5));
    expect(await f.append(ann.session, 2)).toEqual({ outcome: 'repeated' });
    expect(await f.append(ann.session, 4)).toEqual({ outcome: 'refused', code: 'gap' });
    await f.pass(6_000);
    expect(await f.append(ann.session, 3)).toEqual(done(6));
    expect(await f.append(ann.session, 4)).toEqual({ outcome: 'slow', retryAfterMs: 10_000 });
    expect((await f.join('ann')).terms.slow).toBe(10);
    expect((await f.join('ann')).lastN).toBe(3);
  });

  test('SEND-10: another pace begins without pauses, and without one no one waits', async () => {
    const f = await opened();
    const ann = await f.join('ann');
    await give(f, ann.session, order({ slow: 60 }));
    await f.say(ann.session, 1);
    await give(f, ann.session, order({ slow: 5 }, 3));
    expect(await f.append(ann.session, 2)).toEqual(done(5));
    expect(await f.append(ann.session, 3)).toEqual({ outcome: 'slow', retryAfterMs: 5_000 });
    await give(f, ann.session, order({ slow: 0 }, 4));
    expect(await f.append(ann.session, 3)).toEqual(done(7));
    expect(await f.append(ann.session, 4)).toEqual(done(8));
  });

  test('SEND-10: one’s own message can be erased at any time, but not by a guess', async () => {
    const f = await opened();
    const ann = await f.join('ann');
    await give(f, ann.session, order({ slow: 10 }));
    await f.say(ann.session, 1);
    const erase = { seq: 3, proof: eraseProof(2) };
    expect(await f.append(ann.session, 2, envelope(2), erase)).toMatchObject({ code: 'not_allowed' });
    expect(await f.append(ann.session, 2, envelope(2), { ...erase, proof: eraseProof(1) })).toEqual(done(4));
    expect(await f.append(ann.session, 3)).toEqual({ outcome: 'slow', retryAfterMs: 10_000 });
  });

  test('SEND-10: those with any power by the charter in force don’t wait', async () => {
    const f = await opened();
    const [ann, bob] = [await f.join('ann'), await f.join('bob')];
    await give(f, ann.session, amendment(2, { bob: 0, ann: POWER.kick }));
    await give(f, ann.session, order({ slow: 10 }, 3));
    await f.say(ann.session, 1);
    await f.say(bob.session, 1);
    expect(await f.append(ann.session, 2)).toEqual(done(6));
    expect(await f.append(bob.session, 2)).toMatchObject({ outcome: 'slow' });
    await give(f, ann.session, amendment(4, { bob: POWER.owner }));
    expect(await f.append(bob.session, 2)).toEqual(done(8));
    expect(await f.append(ann.session, 3)).toEqual(done(9));
    expect(await f.append(ann.session, 4)).toMatchObject({ outcome: 'slow' });
  });

  test('LIFE-5: another life begins at once, longer or shorter, and everyone hears of it', async () => {
    const f = await opened();
    const ann = await f.join('ann');
    f.heard();
    await give(f, ann.session, order({ lifeMs: 3 * LIFE_MS, history: 'all' }));
    const heard = f.heard();
    expect(types(heard)).toEqual(['event', 'life']);
    expect(heard[1]).toEqual({ type: 'life', expiresInMs: 3 * LIFE_MS });
    await f.pass(3 * LIFE_MS - 1);
    expect(await f.append(ann.session, 1)).toEqual(done(3));
    await f.pass(2 * LIFE_MS);
    expect((await f.join('bob')).terms.lifeMs).toBe(3 * LIFE_MS);
    f.heard();
    await give(f, ann.session, order({ lifeMs: 10_000, history: 'all' }, 3));
    expect(f.heard().at(-1)).toEqual({ type: 'life', expiresInMs: 10_000 });
    await f.pass(10_000);
    expect(f.heard()).toContainEqual({ type: 'ended', reason: 'expired' });
    expect(await f.append(ann.session, 2)).toEqual({ outcome: 'gone' });
  });

  test('LIFE-5: the history that newcomers get is that of the moment when they come', async () => {
    const f = await opened({}, { maxMembers: 5 });
    const ann = await f.join('ann');
    await f.say(ann.session, 1);
    await give(f, ann.session, order({ lifeMs: LIFE_MS, history: 'none' }));
    const bob = await f.join('bob');
    expect([bob.terms.history, seqs(bob)]).toEqual(['none', []]);
    await give(f, ann.session, order({ lifeMs: LIFE_MS, history: 'all' }, 3));
    expect(seqs(await f.join('cem'))).toEqual([1, 2, 3, 4]);
    expect(seqs(await f.join('bob'))).toEqual([4]);
  });

  test('COMMAND-8: an amended charter is logged with its blob, and is in force for newcomers and commands', async () => {
    const f = await opened();
    const ann = await f.join('ann');
    f.heard();
    const given = amendment(2, { ann: POWER.owner });
    expect(await give(f, ann.session, given)).toEqual(done(2));
    expect(types(f.heard())).toEqual(['event']);
    expect(await f.store.law(ROOM)).toMatchObject({ c: 2, charter: given.bytes });
    const bob = await f.join('bob');
    expect(bob.terms).toMatchObject({ c: 2, charter: given.bytes, blob: given.blob });
    expect(bob.missed[1]?.frame.subarray(-given.blob.length)).toEqual(given.blob);
    expect(await f.store.open(ROOM, CHARTER)).toBe('opened');
    expect(await f.store.open(ROOM, makeCharter(ROOM, OWNER, { c: 2 }))).toBe('not_reserved');
  });

  test('COMMAND-8: an amendment moves the owner’s seat: commands are checked by it, newcomers get it, and mask 128 is the new one’s', async () => {
    const f = await opened();
    const [ann, bob] = [await f.join('ann'), await f.join('bob')];
    await give(f, ann.session, amendment(2, { ann: POWER.owner }));
    await give(f, ann.session, order({ slow: 10 }, 3));
    const handOver = amendment(4, { bob: POWER.owner }, 9);
    expect(await give(f, ann.session, handOver)).toEqual(done(4));
    const law = await f.store.law(ROOM);
    expect(law).toMatchObject({ c: 4, ownerPk: OWNER.pk, epoch: 0 });
    expect(law && moderatorsOf(law.charter)).toEqual([{ idPk: identity('bob'), mask: POWER.owner }]);
    await f.say(ann.session, 1);
    await f.say(bob.session, 1, 2);
    expect(await f.append(ann.session, 2)).toMatchObject({ outcome: 'slow' });
    expect(await give(f, ann.session, amendment(4, { ann: POWER.owner }))).toEqual({
      outcome: 'refused',
      code: 'stale',
    });
    for (const name of ['ann', 'bob', 'cem'])
      expect((await f.join(name)).terms).toMatchObject({
        c: 4,
        charter: handOver.bytes,
        blob: handOver.blob,
      });
  });

  test('COMMAND-8: of two amendments at once one is in force, whole', async () => {
    const f = await opened();
    const [ann, bob] = [await f.join('ann'), await f.join('bob')];
    for (let c = 2; c <= 8; c++) {
      const both = [amendment(c, { ann: POWER.owner }, c), amendment(c, { bob: POWER.owner }, 100 + c)];
      const [one, other] = both;
      if (one === undefined || other === undefined) throw new Error('two');
      const answers = await Promise.all([give(f, ann.session, one), give(f, bob.session, other)]);
      expect(answers.map(({ outcome }) => outcome).toSorted()).toEqual(['appended', 'refused']);
      const winner = answers[0]?.outcome === 'appended' ? one : other;
      expect((await f.join('cem')).terms).toMatchObject({ charter: winner.bytes, blob: winner.blob });
    }
  });
}
