// What every store of rooms must do, by rule number (docs/protocol.md). Time is in the test's hands.

import {
  COUNT_EVERY_MS,
  GRACE_MS,
  LISTED_MAX,
  type Position,
  type Presence,
  RESERVATION_MS,
  decodeServerSealed,
  equalBytes,
  toHex,
} from '@mayfly/protocol';
import { describe, expect, test } from 'vitest';
import { SeededRandom } from '../testing/random.ts';
import { Signer, envelope, makeCharter, roomId, sealedProfile } from '../testing/signer.ts';
import { AWAY_AFTER_MS, RECORDS_PER_MEMBER } from './members.ts';
import type {
  JoinRequest,
  Joined,
  MemberSession,
  RoomNews,
  RoomSpec,
  RoomStore,
  StoreLimits,
} from './room-store.ts';

type StoreUnderTest = {
  readonly store: RoomStore;
  /** Time goes by, and what is due happens. */
  readonly pass: (ms: number) => Promise<void>;
  /** Time goes by, and the store has not looked at its clock yet. */
  readonly jump: (ms: number) => Promise<void>;
};

export type MakeStore = (limits: StoreLimits) => Promise<StoreUnderTest>;

const LIMITS: StoreLimits = { maxRooms: 10, maxMembers: 3, historyMessages: 6, historyBytes: 100_000 };
const LIFE_MS = 60_000;
const ROOM = roomId('Room11');
const OWNER = new Signer('owner');
const CHARTER = makeCharter(ROOM, OWNER);
const SPEC: RoomSpec = { ownerPk: OWNER.pk, lifeMs: LIFE_MS, history: 'all' };
const VERIFIED_WITH = { accessPk: CHARTER.args.accessPk, epoch: 0 };

const people = new Map<string, Uint8Array>();
function identity(name: string): Uint8Array {
  const known = people.get(name) ?? new Signer(name).pk;
  people.set(name, known);
  return known;
}

function asking(name: string, more: Partial<JoinRequest> = {}): JoinRequest {
  return { idPk: identity(name), as: 'key', verifiedWith: VERIFIED_WITH, ...more };
}

class Fixture {
  readonly store: RoomStore;
  readonly pass: StoreUnderTest['pass'];
  readonly jump: StoreUnderTest['jump'];
  readonly news: RoomNews[] = [];
  #strangers = 0;

  constructor({ store, pass, jump }: StoreUnderTest) {
    this.store = store;
    this.pass = pass;
    this.jump = jump;
  }

  async open(spec: Partial<RoomSpec> = {}): Promise<this> {
    await this.store.create(ROOM, { ...SPEC, ...spec });
    await this.store.open(ROOM, CHARTER);
    this.store.follow(ROOM, (news) => this.news.push(news));
    return this;
  }

  async join(name: string, more: Partial<JoinRequest> = {}): Promise<Joined> {
    const answer = await this.store.join(ROOM, asking(name, more));
    if (answer.outcome !== 'joined') throw new Error(`${name} heard ${answer.outcome}`);
    return answer;
  }

  async outcome(name: string, more: Partial<JoinRequest> = {}): Promise<string> {
    return (await this.store.join(ROOM, asking(name, more))).outcome;
  }

  async say(session: MemberSession, ...ns: readonly number[]): Promise<void> {
    for (const n of ns) await this.store.append(ROOM, session, n, envelope(n));
  }

  append(session: MemberSession, n: number, bytes = envelope(n)): ReturnType<RoomStore['append']> {
    return this.store.append(ROOM, session, n, bytes);
  }

  /** So many more, each by a name of their own. */
  async crowd(count: number): Promise<MemberSession[]> {
    const sessions: MemberSession[] = [];
    for (let i = 0; i < count; i++) {
      const idPk = new SeededRandom(this.#strangers++).bytes(32);
      sessions.push((await this.join('', { idPk })).session);
    }
    return sessions;
  }

  async leave(sessions: readonly MemberSession[]): Promise<void> {
    for (const session of sessions) await this.store.leave(ROOM, session);
  }

  /** What is gathered has been told. */
  async settle(): Promise<void> {
    await this.pass(2 * COUNT_EVERY_MS);
  }

  /** What was told since this was last asked. */
  heard(): readonly RoomNews[] {
    return this.news.splice(0);
  }

  presences(): readonly Presence[] {
    return this.heard().flatMap((news) => (news.type === 'presence' ? [news.presence] : []));
  }
}

const types = (news: readonly RoomNews[]) => news.map((item) => item.type);
const seqs = (joined: Joined) => joined.missed.map((event) => event.seq);
const namesNobody = ({ joined, away, left, snapshot }: Presence) =>
  !snapshot && joined.length + away.length + left.length === 0;
const names = (slots: readonly Uint8Array[]) => slots.map(toHex);
const slotsOf = (presence: Presence | undefined) => presence?.joined.map((member) => toHex(member.slot));

export function roomStoreContract(name: string, make: MakeStore): void {
  const fixture = async (limits: Partial<StoreLimits> = {}) =>
    new Fixture(await make({ ...LIMITS, ...limits }));
  const opened = async (spec: Partial<RoomSpec> = {}, limits: Partial<StoreLimits> = {}) =>
    (await fixture(limits)).open(spec);
  const crowded = async (count: number) => {
    const f = await opened({}, { maxMembers: 1_000 });
    const sessions = await f.crowd(count);
    await f.settle();
    f.heard();
    return { f, sessions };
  };

  describe(`${name}: making a room`, () => {
    test('API-1: an id is reserved once, and nobody can join before the charter', async () => {
      const { store, ...f } = await fixture();
      expect(await store.create(ROOM, SPEC)).toBe('created');
      expect(await store.create(ROOM, SPEC)).toBe('taken');
      expect(await store.reservedFor(ROOM)).toEqual(OWNER.pk);
      expect(await store.keys(ROOM)).toBeUndefined();
      expect((await store.join(ROOM, asking('ann'))).outcome).toBe('denied');
      expect(f.news).toEqual([]);
    });

    test('API-1: a reservation runs out, also when its timer is late', async () => {
      const { store, pass, jump } = await fixture();
      await store.create(ROOM, SPEC);
      await pass(RESERVATION_MS - 1);
      expect(await store.reservedFor(ROOM)).toBeDefined();
      await pass(1);
      expect(await store.size()).toBe(0);
      expect(await store.open(ROOM, CHARTER)).toBe('not_reserved');
      await store.create(ROOM, SPEC);
      await jump(RESERVATION_MS);
      expect(await store.reservedFor(ROOM)).toBeUndefined();
      await store.create(ROOM, SPEC);
      await jump(RESERVATION_MS);
      expect(await store.open(ROOM, CHARTER)).toBe('not_reserved');
    });

    test('API-2: the charter is event 1, and what proofs are checked against', async () => {
      const f = await opened();
      expect(await f.store.keys(ROOM)).toEqual({ ...VERIFIED_WITH, ownerPk: OWNER.pk, door: 1 });
      expect(await f.store.reservedFor(ROOM)).toBeUndefined();
      const joined = await f.join('ann');
      const [first] = joined.missed;
      const event = first && decodeServerSealed(first.frame);
      if (event?.type !== 'command') throw new Error('the first event is no command');
      expect(event.seq).toBe(1);
      expect(event.bytes).toEqual(CHARTER.bytes);
      expect(event.blob).toEqual(CHARTER.blob);
    });

    test('API-2: a door that needs the link keeps its key', async () => {
      const { store } = await fixture();
      const linkPk = new Signer('link').pk;
      await store.create(ROOM, SPEC);
      await store.open(ROOM, makeCharter(ROOM, OWNER, { door: 2, linkPk }));
      expect(await store.keys(ROOM)).toMatchObject({ door: 2, linkPk });
    });

    test('API-3: a charter opens only what its signer reserved', async () => {
      const { store } = await fixture();
      expect(await store.open(ROOM, CHARTER)).toBe('not_reserved');
      await store.create(ROOM, SPEC);
      expect(await store.open(ROOM, makeCharter(ROOM, new Signer('thief')))).toBe('not_reserved');
      expect(await store.reservedFor(ROOM)).toBeDefined();
      expect(await store.open(ROOM, CHARTER)).toBe('opened');
      const another = makeCharter(ROOM, OWNER, { moderators: [{ idPk: identity('ann'), mask: 1 }] });
      expect(await store.open(ROOM, another)).toBe('not_reserved');
      expect(await store.create(ROOM, SPEC)).toBe('taken');
    });

    test('API-2: the same charter again changes nothing, and dies with the room', async () => {
      const f = await opened();
      const ann = await f.join('ann');
      await f.say(ann.session, 1);
      f.heard();
      await f.pass(LIFE_MS / 2);
      expect(await f.store.open(ROOM, CHARTER)).toBe('opened');
      expect(f.heard()).toEqual([]);
      const position = { logId: ann.logId, seq: 2 };
      expect(await f.join('ann', { as: 'member', position })).toMatchObject({
        mode: 'resume',
        seq: 2,
        lastN: 1,
        expiresInMs: LIFE_MS / 2,
      });
      expect(await f.store.size()).toBe(1);
      await f.jump(LIFE_MS / 2);
      expect(await f.store.open(ROOM, CHARTER)).toBe('not_reserved');
    });

    test('LIMIT-3: rooms and reservations count together', async () => {
      const f = await opened({}, { maxRooms: 2 });
      expect(await f.store.create(roomId('Room22'), SPEC)).toBe('created');
      expect(await f.store.size()).toBe(2);
      expect(await f.store.create(roomId('Room33'), SPEC)).toBe('full');
      expect(await f.store.create(ROOM, SPEC)).toBe('taken');
      await f.pass(RESERVATION_MS);
      expect(await f.store.create(roomId('Room33'), SPEC)).toBe('created');
    });

    test('what a caller does with its bytes afterwards changes nothing', async () => {
      const { store, ...f } = await fixture();
      const ownerPk = Uint8Array.from(OWNER.pk);
      await store.create(ROOM, { ...SPEC, ownerPk });
      ownerPk.fill(0);
      const charter = makeCharter(ROOM, OWNER);
      expect(await store.open(ROOM, charter)).toBe('opened');
      for (const bytes of [charter.bytes, charter.blob, charter.args.accessPk]) bytes.fill(0);
      const idPk = Uint8Array.from(identity('ann'));
      const ann = await store.join(ROOM, asking('ann', { idPk }));
      if (ann.outcome !== 'joined') throw new Error('not in');
      idPk.fill(0);
      const sent = envelope(5);
      await store.append(ROOM, ann.session, 1, sent);
      sent.fill(0);
      const again = await new Fixture({ store, ...f }).join('ann', { as: 'member' });
      expect(again.charter).toEqual(CHARTER.bytes);
      expect(again.blob).toEqual(CHARTER.blob);
      expect(again.missed[1]?.frame.subarray(5)).toEqual(envelope(5));
    });
  });

  describe(`${name}: joining`, () => {
    test('WELCOME-1: a newcomer hears what the room is', async () => {
      const f = await opened();
      const joined = await f.join('ann');
      expect(joined).toMatchObject({
        seq: 1,
        mode: 'reset',
        reason: 'fresh',
        epoch: 0,
        c: 1,
        charter: CHARTER.bytes,
        blob: CHARTER.blob,
        lastN: 0,
        closed: false,
        slow: 0,
        history: 'all',
        lifeMs: LIFE_MS,
        expiresInMs: LIFE_MS,
      });
      expect(joined.session.slot).toHaveLength(8);
      expect(joined.presence).toMatchObject({ snapshot: true, count: 1, away: [], left: [] });
      expect(joined.presence.joined).toEqual([{ slot: joined.session.slot, idPk: identity('ann') }]);
    });

    test('WELCOME-1: time left is a whole number that does not promise less than there is', async () => {
      const f = await opened();
      await f.join('ann');
      await f.pass(10.6);
      const { expiresInMs } = await f.join('ann', { as: 'member' });
      expect(expiresInMs).toBe(LIFE_MS - 10);
    });

    test('JOIN-3: a verdict that rested on other keys is no verdict', async () => {
      const f = await opened();
      const accessPk = new Signer('old access').pk;
      expect(await f.outcome('ann', { verifiedWith: { accessPk, epoch: 0 } })).toBe('denied');
      expect(await f.outcome('ann', { verifiedWith: { ...VERIFIED_WITH, epoch: 1 } })).toBe('denied');
      expect(f.heard()).toEqual([]);
      expect(await f.outcome('ann')).toBe('joined');
    });

    test('JOIN-2: "member" is for those whose identity the room knows', async () => {
      const f = await opened();
      expect(await f.outcome('ann', { as: 'member' })).toBe('denied');
      await f.join('ann');
      expect(await f.outcome('ann', { as: 'member' })).toBe('joined');
      expect(await f.outcome('bob', { as: 'member' })).toBe('denied');
      expect((await f.store.join(roomId('Nobody'), asking('ann'))).outcome).toBe('denied');
    });

    test('JOIN-4: the newest session of an identity fences off the older', async () => {
      const f = await opened();
      const old = await f.join('ann');
      await f.say(old.session, 1);
      f.heard();
      const young = await f.join('ann');
      expect(young.session.slot).toEqual(old.session.slot);
      expect(young.session.generation).toBe(old.session.generation + 1);
      expect(young.lastN).toBe(1);
      expect(f.heard()).toEqual([{ type: 'replaced', session: young.session }]);

      expect(await f.append(old.session, 2)).toEqual({ outcome: 'replaced' });
      await f.store.publishProfile(ROOM, old.session, sealedProfile(1));
      await f.store.renew(ROOM, old.session);
      await f.store.leave(ROOM, old.session);
      await f.store.detach(ROOM, old.session);
      await f.pass(GRACE_MS);
      expect(f.heard()).toEqual([]);
      expect(await f.append(young.session, 2)).toEqual({ outcome: 'placed', seq: 3 });
    });

    test('JOIN-5: a full room turns newcomers back, but neither members nor the owner', async () => {
      const f = await opened({}, { maxMembers: 2 });
      const ann = await f.join('ann');
      const bob = await f.join('bob');
      expect(await f.outcome('cem')).toBe('full');
      expect(await f.outcome('cem', { as: 'member' })).toBe('denied');
      await f.store.detach(ROOM, bob.session);
      expect(await f.outcome('cem')).toBe('full');
      await f.store.leave(ROOM, ann.session);
      expect(await f.outcome('cem')).toBe('joined');
      expect(await f.outcome('dan')).toBe('full');
      expect(await f.outcome('ann', { as: 'member' })).toBe('joined');
      expect(await f.outcome('ann')).toBe('joined');
      expect(await f.outcome('the owner', { as: 'owner' })).toBe('joined');
      expect(await f.outcome('dan')).toBe('full');
    });

    test('the longest gone are forgotten first when records run out', async () => {
      const f = await opened({}, { maxMembers: 2 });
      const bound = 2 * RECORDS_PER_MEMBER;
      const first = await f.join('p0');
      for (let i = 1; i < bound; i++) {
        const { session } = await f.join(`p${i}`);
        await f.store.leave(ROOM, session);
      }
      await f.store.leave(ROOM, first.session);
      await f.join('one more');
      expect(await f.outcome('p1', { as: 'member' })).toBe('denied');
      expect(await f.outcome('p2', { as: 'member' })).toBe('joined');
      const back = await f.join('p0', { as: 'member' });
      expect(back.session.slot).toEqual(first.session.slot);
    });

    test('PRESENCE-1: a crowd is told as a number, and a bounded list that has the newcomer in it', async () => {
      const f = await opened({}, { maxMembers: 1000 });
      const first = await f.join('ann');
      await f.store.publishProfile(ROOM, first.session, sealedProfile(1));
      await f.crowd(LISTED_MAX);
      const { presence, session, profiles } = await f.join('zoe');
      expect(presence.count).toBe(LISTED_MAX + 2);
      expect(presence.joined).toHaveLength(LISTED_MAX);
      expect(slotsOf(presence)).toContain(toHex(session.slot));
      expect(profiles).toHaveLength(1);
    });
  });

  describe(`${name}: sending`, () => {
    test('SEND-1: only the next n is logged; a repeat changes nothing, a gap is refused', async () => {
      const f = await opened();
      const { session } = await f.join('ann');
      expect(await f.append(session, 2)).toEqual({ outcome: 'refused', code: 'gap' });
      expect(await f.append(session, 1)).toEqual({ outcome: 'placed', seq: 2 });
      f.heard();
      expect(await f.append(session, 1, envelope(99))).toEqual({ outcome: 'repeated' });
      expect(await f.append(session, 3)).toEqual({ outcome: 'refused', code: 'gap' });
      expect(f.heard()).toEqual([]);
      expect(await f.append(session, 2)).toEqual({ outcome: 'placed', seq: 3 });
      const again = await f.join('ann');
      expect(again).toMatchObject({ lastN: 2, seq: 3 });
      expect(again.missed[1]?.frame.subarray(5)).toEqual(envelope(1));
    });

    test('SEND-1: everybody has numbers of their own', async () => {
      const f = await opened();
      const [ann, bob] = [await f.join('ann'), await f.join('bob')];
      expect(await f.append(ann.session, 1)).toEqual({ outcome: 'placed', seq: 2 });
      expect(await f.append(bob.session, 1)).toEqual({ outcome: 'placed', seq: 3 });
      expect(await f.append(ann.session, 2)).toEqual({ outcome: 'placed', seq: 4 });
      expect((await f.join('bob')).lastN).toBe(1);
    });

    test('SEND-3: another epoch is refused and spends no n; a repeat stays a repeat', async () => {
      const f = await opened();
      const { session } = await f.join('ann');
      expect(await f.append(session, 1, envelope(1, { epoch: 1 }))).toEqual({
        outcome: 'refused',
        code: 'epoch',
      });
      expect(await f.append(session, 1)).toEqual({ outcome: 'placed', seq: 2 });
      expect(await f.append(session, 1, envelope(1, { epoch: 1 }))).toEqual({ outcome: 'repeated' });
    });

    test('SEND-3: nobody speaks who has left, lost the connection or was never there', async () => {
      const f = await opened();
      const [ann, bob] = [await f.join('ann'), await f.join('bob')];
      await f.store.leave(ROOM, ann.session);
      await f.store.detach(ROOM, bob.session);
      f.heard();
      expect(await f.append(ann.session, 1)).toEqual({ outcome: 'replaced' });
      expect(await f.append(bob.session, 1)).toEqual({ outcome: 'replaced' });
      const stranger = { slot: new Uint8Array(8), generation: 1 };
      expect(await f.append(stranger, 1)).toEqual({ outcome: 'replaced' });
      const future = { ...bob.session, generation: bob.session.generation + 1 };
      expect(await f.append(future, 1)).toEqual({ outcome: 'replaced' });
      expect(await f.store.append(roomId('Nobody'), ann.session, 1, envelope(1))).toEqual({
        outcome: 'gone',
      });
      expect(f.heard()).toEqual([]);
    });

    test('PROFILE-1: a profile is told to all and kept for those who come; a stale epoch is not', async () => {
      const f = await opened();
      const ann = await f.join('ann');
      f.heard();
      await f.store.publishProfile(ROOM, ann.session, sealedProfile(1, 3));
      expect(f.heard()).toEqual([]);
      await f.store.publishProfile(ROOM, ann.session, sealedProfile(1));
      await f.store.publishProfile(ROOM, ann.session, sealedProfile(2));
      const heard = f.heard();
      expect(types(heard)).toEqual(['profile', 'profile']);
      const [profile, ...others] = (await f.join('bob')).profiles;
      expect(others).toEqual([]);
      expect(profile && decodeServerSealed(profile)).toEqual({
        type: 'profile',
        slot: ann.session.slot,
        idPk: identity('ann'),
        sealed: sealedProfile(2),
      });
      await f.store.leave(ROOM, ann.session);
      expect((await f.join('cem')).profiles).toEqual([]);
      expect((await f.join('ann')).profiles).toHaveLength(1);
    });
  });

  describe(`${name}: following`, () => {
    test('WELCOME-3: all followers hear the same, in order, each event once', async () => {
      const f = await opened();
      const other: RoomNews[] = [];
      f.store.follow(ROOM, (news) => other.push(news));
      const { session } = await f.join('ann');
      await f.say(session, 1, 2, 3);
      const heard = f.heard();
      expect(types(heard)).toEqual(['presence', 'life', 'event', 'event', 'event']);
      expect(other).toEqual(heard);
      const events = heard.flatMap((news) => (news.type === 'event' ? [news.event] : []));
      expect(events.map((event) => event.seq)).toEqual([2, 3, 4]);
      expect((await f.join('bob')).missed.slice(1)).toEqual(events);
    });

    test('nothing is told to who has stopped following, and nothing of another room', async () => {
      const f = await opened();
      const [gone, elsewhere]: RoomNews[][] = [[], []];
      f.store.follow(ROOM, (news) => gone?.push(news))[Symbol.dispose]();
      f.store.follow(roomId('Room22'), (news) => elsewhere?.push(news));
      await f.join('ann');
      expect(gone).toEqual([]);
      expect(elsewhere).toEqual([]);
      expect(f.heard()).not.toEqual([]);
    });

    test('who stops following while news is being told hears none of it', async () => {
      const f = await opened();
      const heard: RoomNews[] = [];
      const stop: Disposable[] = [];
      f.store.follow(ROOM, () => stop[0]?.[Symbol.dispose]());
      stop.push(f.store.follow(ROOM, (news) => heard.push(news)));
      await f.join('ann');
      expect(heard).toEqual([]);
    });

    test('a follower that causes news while hearing some does not disturb the order', async () => {
      const f = await opened();
      const { session } = await f.join('ann');
      const early: number[] = [];
      const late: number[] = [];
      const asked: Promise<unknown>[] = [];
      f.store.follow(ROOM, (news) => {
        if (news.type !== 'event') return;
        early.push(news.event.seq);
        if (news.event.seq === 2) asked.push(f.append(session, 2));
      });
      f.store.follow(ROOM, (news) => {
        if (news.type === 'event') late.push(news.event.seq);
      });
      await f.append(session, 1);
      await Promise.all(asked);
      expect(early).toEqual([2, 3]);
      expect(late).toEqual([2, 3]);
    });
  });

  describe(`${name}: history and resume`, () => {
    test('RESUME-4: history is bounded by number; the charter in force is kept apart', async () => {
      const { f } = await sevenEvents(await opened());
      const joined = await f.join('bob');
      expect(seqs(joined)).toEqual([2, 3, 4, 5, 6, 7]);
      expect(joined.charter).toEqual(CHARTER.bytes);
      expect(joined.blob).toEqual(CHARTER.blob);
    });

    test('RESUME-4: history is bounded by bytes of envelopes', async () => {
      const f = await opened({}, { historyBytes: envelope(0).length * 2 });
      const { session } = await f.join('ann');
      await f.say(session, 1, 2, 3);
      expect(seqs(await f.join('bob'))).toEqual([3, 4]);
      await f.append(session, 4, envelope(4, { bucket: 1 }));
      expect(seqs(await f.join('bob'))).toEqual([5]);
      await f.append(session, 5, envelope(5, { bucket: 3 }));
      const none = await f.join('bob');
      expect(seqs(none)).toEqual([]);
      expect(none.seq).toBe(6);
    });

    const matrix: readonly [string, (logId: string) => Position | undefined, object, number][] = [
      ['RESUME-2: no position', () => undefined, { mode: 'reset', reason: 'fresh' }, 2],
      [
        'RESUME-2: another log',
        () => ({ logId: 'AAAAAAAAAAA', seq: 5 }),
        { mode: 'reset', reason: 'new_log' },
        2,
      ],
      ['RESUME-2: ahead by one', (logId) => ({ logId, seq: 8 }), { mode: 'reset', reason: 'ahead' }, 2],
      ['RESUME-2: too old by one', (logId) => ({ logId, seq: 0 }), { mode: 'reset', reason: 'too_old' }, 2],
      ['RESUME-1: the oldest that still is', (logId) => ({ logId, seq: 1 }), { mode: 'resume' }, 2],
      ['RESUME-1: in the middle', (logId) => ({ logId, seq: 4 }), { mode: 'resume' }, 5],
      ['RESUME-1: nothing missed', (logId) => ({ logId, seq: 7 }), { mode: 'resume' }, 8],
    ];
    test.each(matrix)('%s', async (_title, position, verdict, first) => {
      const { f, logId } = await sevenEvents(await opened());
      const at = position(logId);
      const joined = await f.join('ann', { as: 'member', ...(at && { position: at }) });
      expect(joined).toMatchObject({ seq: 7, lastN: 6, ...verdict });
      expect('reason' in joined).toBe('reason' in verdict);
      expect(seqs(joined)).toEqual([2, 3, 4, 5, 6, 7].filter((seq) => seq >= first));
    });

    test('RESUME-3: without history nobody sees what was before them, whatever position they make up', async () => {
      const { f, logId } = await sevenEvents(await opened({ history: 'none' }));
      const bob = await f.join('bob');
      expect(bob.missed).toEqual([]);
      expect(bob.seq).toBe(7);
      await f.say(bob.session, 1);
      const positions = [
        { logId, seq: 0 },
        { logId, seq: 3 },
        { logId, seq: 7 },
        { logId, seq: 99 },
      ];
      for (const position of [undefined, { logId: 'AAAAAAAAAAA', seq: 0 }, ...positions]) {
        for (const as of ['key', 'member'] as const) {
          const again = await f.join('bob', { as, ...(position && { position }) });
          expect(seqs(again)).toEqual([8]);
        }
      }
      const cem = await f.join('cem', { position: { logId, seq: 0 } });
      expect(cem.missed).toEqual([]);
    });

    test('RESUME-3: without history a member still gets all since their first join, after having left too', async () => {
      const f = await opened({ history: 'none' });
      const [ann, bob] = [await f.join('ann'), await f.join('bob')];
      await f.say(ann.session, 1);
      await f.store.leave(ROOM, bob.session);
      await f.say(ann.session, 2);
      expect(seqs(await f.join('bob', { as: 'member' }))).toEqual([2, 3]);
    });

    test('RESUME-1: whatever was sent and kept, a resume is gapless from the position to the newest', async () => {
      for (let seed = 1; seed <= 60; seed++) {
        const random = new SeededRandom(seed);
        const f = await opened(
          {},
          { historyMessages: 1 + random.below(8), historyBytes: 319 + random.below(3_000) },
        );
        const { session, logId } = await f.join('ann');
        const total = random.below(20);
        for (let n = 1; n <= total; n++) await f.append(session, n, envelope(n, { bucket: random.below(3) }));
        const position = { logId, seq: random.below(total + 2) };
        const joined = await f.join('ann', { as: 'member', position });
        const got = seqs(joined);
        const first = joined.mode === 'resume' ? position.seq + 1 : joined.seq + 1 - got.length;
        expect(got, `seed ${seed}`).toEqual(
          Array.from({ length: joined.seq + 1 - first }, (_, i) => first + i),
        );
      }
    });
  });

  describe(`${name}: presence`, () => {
    test('PRESENCE-5: who had left and joins again is told with their profile, for those who came meanwhile', async () => {
      const f = await opened();
      const ann = await f.join('ann');
      await f.store.publishProfile(ROOM, ann.session, sealedProfile(1));
      await f.store.leave(ROOM, ann.session);
      await f.join('bob');
      await f.settle();
      const profile = f.heard().find(({ type }) => type === 'profile');
      await f.join('ann', { as: 'member' });
      await f.settle();
      const [joined, known, ...more] = f.heard();
      expect(joined).toMatchObject({ presence: { joined: [{ slot: ann.session.slot }] } });
      expect(known).toEqual(profile);
      expect(profile).toBeDefined();
      expect(more).toEqual([]);
    });

    test('PRESENCE-1: who comes and leaves is told with versions that rise by one', async () => {
      const f = await opened();
      const ann = await f.join('ann');
      const bob = await f.join('bob');
      await f.store.leave(ROOM, ann.session);
      const told = f.presences();
      expect(told.map((presence) => presence.snapshot)).toEqual([false, false, false]);
      expect(told.map((presence) => presence.count)).toEqual([1, 2, 1]);
      expect(told[1]?.joined).toEqual([{ slot: bob.session.slot, idPk: identity('bob') }]);
      expect(names(told[2]?.left ?? [])).toEqual([toHex(ann.session.slot)]);
      const version = told[0]?.version ?? 0;
      expect(told.map((presence) => presence.version)).toEqual([version, version + 1, version + 2]);
      expect(ann.presence.version).toBe(version);
      expect((await f.join('bob')).presence).toMatchObject({ version: version + 2, count: 1 });
    });

    test('PRESENCE-2: without a connection: quiet, then away, then left', async () => {
      const f = await opened();
      const ann = await f.join('ann');
      f.heard();
      await f.store.detach(ROOM, ann.session);
      await f.pass(AWAY_AFTER_MS - 1);
      expect(f.heard()).toEqual([]);
      await f.pass(1);
      const [away] = f.presences();
      expect(away).toMatchObject({ joined: [], away: [ann.session.slot], left: [], count: 1 });
      await f.pass(GRACE_MS - AWAY_AFTER_MS - 1);
      expect(f.heard()).toEqual([]);
      await f.pass(1);
      const [left] = f.presences();
      expect(left).toMatchObject({ joined: [], away: [], left: [ann.session.slot], count: 0 });
      await f.pass(GRACE_MS);
      expect(f.heard()).toEqual([]);
    });

    test('PRESENCE-2: who is back before anybody knew was never gone', async () => {
      const f = await opened();
      const ann = await f.join('ann');
      await f.store.detach(ROOM, ann.session);
      await f.pass(AWAY_AFTER_MS - 1);
      f.heard();
      const back = await f.join('ann', { as: 'member' });
      await f.pass(GRACE_MS);
      expect(f.heard()).toEqual([]);
      expect(back.presence.count).toBe(1);
    });

    test('PRESENCE-2: who was told away and returns is told for the same slot', async () => {
      const f = await opened();
      const ann = await f.join('ann');
      await f.store.detach(ROOM, ann.session);
      await f.pass(AWAY_AFTER_MS);
      f.heard();
      const bob = await f.join('bob');
      expect(names(bob.presence.away)).toEqual([toHex(ann.session.slot)]);
      expect(slotsOf(bob.presence)).toContain(toHex(ann.session.slot));
      f.heard();
      await f.join('ann', { as: 'member' });
      const [back] = f.presences();
      expect(back).toMatchObject({ joined: [{ slot: ann.session.slot }], away: [], left: [], count: 2 });
      await f.pass(GRACE_MS);
      expect(f.heard()).toEqual([]);
    });

    test('PRESENCE-2: who returns after having left comes anew, as the same member', async () => {
      const f = await opened();
      const ann = await f.join('ann');
      await f.say(ann.session, 1);
      await f.store.detach(ROOM, ann.session);
      await f.pass(GRACE_MS);
      f.heard();
      const back = await f.join('ann', { as: 'member' });
      expect(back).toMatchObject({ lastN: 1, session: { slot: ann.session.slot } });
      expect(types(f.heard())).toEqual(['presence']);
    });

    test('PRESENCE-3: leave is a departure at once; the room lives on, empty', async () => {
      const f = await opened();
      const ann = await f.join('ann');
      f.heard();
      await f.store.leave(ROOM, ann.session);
      await f.store.leave(ROOM, ann.session);
      await f.store.detach(ROOM, ann.session);
      expect(f.presences()).toMatchObject([{ left: [ann.session.slot], count: 0 }]);
      await f.pass(GRACE_MS);
      expect(f.heard()).toEqual([]);
      expect(await f.outcome('bob')).toBe('joined');
    });
  });

  describe(`${name}: a crowd`, () => {
    const SMALL_AGAIN = 150;

    test('PRESENCE-6: up to 200 members everything is told by name, with one more by number', async () => {
      const { f } = await crowded(LISTED_MAX - 1);
      const ann = await f.join('ann');
      expect(f.presences()).toMatchObject([{ joined: [{ slot: ann.session.slot }], count: LISTED_MAX }]);
      await f.join('bob');
      await f.settle();
      const told = f.presences();
      expect(told.map(namesNobody)).toEqual([true]);
      expect(told).toMatchObject([{ version: ann.presence.version + 1, count: LISTED_MAX + 1 }]);
    });

    test('PRESENCE-6: at most one count a second, each one version higher, the last one within two', async () => {
      const { f } = await crowded(LISTED_MAX + 10);
      const { version } = (await f.join('ann', { as: 'key' })).presence;
      await f.settle();
      const before = f.presences().at(-1)?.version ?? version;
      const sessions: MemberSession[] = [];
      const seconds = 5;
      for (let i = 0; i < seconds * 4; i++) {
        sessions.push(...(await f.crowd(3)));
        await f.leave(sessions.splice(0, 1));
        await f.pass(COUNT_EVERY_MS / 4);
      }
      await f.settle();
      const told = f.presences();
      expect(told.every(namesNobody)).toBe(true);
      expect(told.map((presence) => presence.version)).toEqual(told.map((_, i) => before + 1 + i));
      expect(told.length).toBeGreaterThanOrEqual(seconds / 2);
      expect(told.length).toBeLessThanOrEqual(seconds + 2);
      expect(told.at(-1)?.count).toBe(LISTED_MAX + 11 + seconds * 4 * 2);
    });

    test('PRESENCE-6: the last of many changes at once is told, and then nothing more', async () => {
      const { f, sessions } = await crowded(LISTED_MAX + 20);
      await f.crowd(30);
      await f.leave(sessions.slice(0, 40));
      await f.settle();
      const told = f.presences();
      expect(told.length).toBeLessThanOrEqual(3);
      expect(told.at(-1)?.count).toBe(LISTED_MAX + 10);
      await f.pass(10 * COUNT_EVERY_MS);
      expect(f.presences()).toEqual([]);
    });

    test('PRESENCE-6: a newcomer among many hears the exact count, and later ones from there on', async () => {
      const { f } = await crowded(LISTED_MAX + 1);
      await f.crowd(5);
      const { presence } = await f.join('ann');
      expect(presence).toMatchObject({ snapshot: true, count: LISTED_MAX + 7 });
      await f.settle();
      const told = f.presences();
      const later = told.filter(({ version }) => version > presence.version);
      expect(told.at(-1)?.count).toBe(LISTED_MAX + 7);
      expect(later.map(({ version }) => version)).toEqual(later.map((_, i) => presence.version + 1 + i));
    });

    test('PRESENCE-2, PRESENCE-6: who loses the connection among many is away and left without a name', async () => {
      const { f, sessions } = await crowded(LISTED_MAX + 2);
      const [first] = sessions;
      if (first === undefined) throw new Error('nobody');
      await f.store.detach(ROOM, first);
      await f.pass(GRACE_MS - 1);
      expect((await f.join('ann')).presence.away.map(toHex)).toEqual([toHex(first.slot)]);
      await f.pass(1);
      await f.settle();
      const told = f.presences();
      expect(told.every(namesNobody)).toBe(true);
      expect(told.at(-1)?.count).toBe(LISTED_MAX + 2);
    });

    test('PRESENCE-5, PRESENCE-6: a profile among many is kept, told to nobody, and returned for its author', async () => {
      const { f, sessions } = await crowded(LISTED_MAX + 1);
      const [first] = sessions;
      if (first === undefined) throw new Error('nobody');
      const frame = await f.store.publishProfile(ROOM, first, sealedProfile(1));
      expect(frame && decodeServerSealed(frame)).toMatchObject({
        slot: first.slot,
        sealed: sealedProfile(1),
      });
      expect(await f.store.publishProfile(ROOM, first, sealedProfile(2, 3))).toBeUndefined();
      expect(f.heard()).toEqual([]);
      expect((await f.join('ann')).profiles).toEqual([frame]);
    });

    test('PRESENCE-6: once they are few again, everybody is told by name with their profiles, and so is what follows', async () => {
      const { f, sessions } = await crowded(LISTED_MAX + 1);
      const [author, quiet, ...others] = sessions.toReversed();
      if (author === undefined || quiet === undefined) throw new Error('nobody');
      const profile = await f.store.publishProfile(ROOM, author, sealedProfile(1));
      await f.store.detach(ROOM, quiet);
      await f.pass(AWAY_AFTER_MS);
      await f.leave(others.slice(0, LISTED_MAX - SMALL_AGAIN));
      await f.settle();
      const counts = f.heard();
      expect(counts.every((news) => news.type === 'presence' && namesNobody(news.presence))).toBe(true);

      await f.leave(others.slice(LISTED_MAX - SMALL_AGAIN, LISTED_MAX - SMALL_AGAIN + 1));
      await f.settle();
      const [last, ...profiles] = f.heard().slice(-2);
      const snapshot = last?.type === 'presence' ? last.presence : undefined;
      expect(snapshot).toMatchObject({ snapshot: true, count: SMALL_AGAIN, left: [] });
      expect(names(snapshot?.away ?? [])).toEqual([toHex(quiet.slot)]);
      const there = [author, quiet, ...others.slice(LISTED_MAX - SMALL_AGAIN + 1)];
      expect(slotsOf(snapshot)?.toSorted()).toEqual(there.map(({ slot }) => toHex(slot)).toSorted());
      expect(profiles).toEqual([{ type: 'profile', frame: profile }]);

      const ann = await f.join('ann');
      expect(await f.store.publishProfile(ROOM, ann.session, sealedProfile(2))).toBeUndefined();
      const [joined, , told] = f.heard();
      expect(joined).toMatchObject({
        presence: { joined: [{ slot: ann.session.slot }], version: (snapshot?.version ?? 0) + 1 },
      });
      expect(told?.type).toBe('profile');
    });

    test('PRESENCE-6: a crowd that comes back before it was told stays a crowd', async () => {
      const { f, sessions } = await crowded(LISTED_MAX + 1);
      await f.leave(sessions.slice(0, 1));
      await f.leave(sessions.slice(1, 100));
      await f.crowd(100);
      await f.settle();
      const told = f.presences();
      expect(told.at(-1)).toMatchObject({ count: LISTED_MAX + 1, snapshot: false, joined: [] });
    });

    test('LIFE-2, PRESENCE-6: among many, a new life is told once a second, as what is left then', async () => {
      const { f, sessions } = await crowded(LISTED_MAX + 1);
      const lives = () => f.heard().flatMap((news) => (news.type === 'life' ? [news.expiresInMs] : []));
      for (const session of sessions.slice(0, 20)) {
        await f.store.renew(ROOM, session);
        await f.pass(COUNT_EVERY_MS / 10);
      }
      await f.crowd(20);
      await f.settle();
      const told = lives();
      expect(told.length).toBeGreaterThanOrEqual(2);
      expect(told.length).toBeLessThanOrEqual(4);
      expect(told.every((left) => left > LIFE_MS - 2 * COUNT_EVERY_MS && left <= LIFE_MS)).toBe(true);
      await f.pass(LIFE_MS - 2 * COUNT_EVERY_MS - 1);
      expect(lives()).toEqual([]);
      await f.pass(1);
      expect(types(f.heard())).toEqual(['ended']);
    });

    test('LIFE-2, PRESENCE-6: a new life that is told late says what is left, not what there was', async () => {
      const { f, sessions } = await crowded(LISTED_MAX + 1);
      const [first] = sessions;
      if (first === undefined) throw new Error('nobody');
      const step = COUNT_EVERY_MS / 10;
      await f.store.renew(ROOM, first);
      await f.pass(step);
      await f.store.renew(ROOM, first);
      f.heard();
      let told = 0;
      for (let waited = 0; waited < 2 * COUNT_EVERY_MS; waited += step) {
        await f.pass(step);
        for (const news of f.heard()) if (news.type === 'life') told = waited + step + news.expiresInMs;
      }
      expect(Math.abs(told - LIFE_MS)).toBeLessThanOrEqual(step);
    });
  });

  describe(`${name}: life`, () => {
    test('LIFE-4: at the end everybody hears it last, and nothing is left', async () => {
      const f = await opened();
      const ann = await f.join('ann');
      await f.store.detach(ROOM, ann.session);
      f.heard();
      await f.pass(LIFE_MS - 1);
      expect(await f.store.keys(ROOM)).toBeDefined();
      f.heard();
      await f.pass(1);
      expect(f.heard()).toEqual([{ type: 'ended', reason: 'expired' }]);
      expect(await f.store.size()).toBe(0);
      expect(await f.store.keys(ROOM)).toBeUndefined();
      expect(await f.outcome('ann', { as: 'member' })).toBe('denied');
    });

    const operations: readonly [string, (f: Fixture, session: MemberSession) => Promise<unknown>, unknown][] =
      [
        ['join', (f) => f.outcome('bob'), 'denied'],
        ['resume', (f) => f.outcome('ann', { as: 'member' }), 'denied'],
        ['append', (f, session) => f.append(session, 1), { outcome: 'gone' }],
        ['profile', (f, session) => f.store.publishProfile(ROOM, session, sealedProfile(1)), undefined],
        ['renew', (f, session) => f.store.renew(ROOM, session), undefined],
        ['leave', (f, session) => f.store.leave(ROOM, session), undefined],
        ['detach', (f, session) => f.store.detach(ROOM, session), undefined],
        ['keys', (f) => f.store.keys(ROOM), undefined],
        ['create', (f) => f.store.create(ROOM, SPEC), 'created'],
      ];
    test.each(operations)('LIFE-4: a late sweep lets no %s revive a room', async (_name, act, answer) => {
      const f = await opened();
      const ann = await f.join('ann');
      f.heard();
      await f.jump(LIFE_MS);
      expect(await act(f, ann.session)).toEqual(answer);
      expect(f.heard()).toEqual([{ type: 'ended', reason: 'expired' }]);
      await f.pass(1);
      expect(await f.append(ann.session, 1)).toEqual({ outcome: 'gone' });
      expect(f.heard()).toEqual([]);
    });

    test('LIFE-4: an id that is used again is another room, and old followers hear nothing of it', async () => {
      const f = await opened();
      const ann = await f.join('ann');
      await f.say(ann.session, 1);
      await f.pass(LIFE_MS);
      f.heard();
      await f.store.create(ROOM, SPEC);
      await f.store.open(ROOM, CHARTER);
      expect(await f.outcome('ann', { as: 'member' })).toBe('denied');
      const again = await f.join('ann', { position: { logId: ann.logId, seq: 2 } });
      expect(again).toMatchObject({ mode: 'reset', reason: 'new_log', seq: 1, lastN: 0 });
      expect(f.heard()).toEqual([]);
    });

    test('LIFE-1, LIFE-2: first joins and keep start life anew and say so; a message says it by itself', async () => {
      const f = await opened();
      await f.pass(LIFE_MS - 1);
      const ann = await f.join('ann');
      expect(types(f.heard())).toEqual(['presence', 'life']);
      await f.pass(LIFE_MS - 1);
      await f.store.renew(ROOM, ann.session);
      expect(f.heard()).toEqual([{ type: 'life', expiresInMs: LIFE_MS }]);
      await f.pass(LIFE_MS - 1);
      await f.append(ann.session, 1);
      expect(types(f.heard())).toEqual(['event']);
      await f.pass(LIFE_MS - 1);
      expect(await f.append(ann.session, 2)).toMatchObject({ outcome: 'placed' });
      await f.pass(LIFE_MS);
      expect(types(f.heard())).toEqual(['event', 'ended']);
    });

    test('LIFE-1: resumes, profiles, departures and refused or repeated messages do not', async () => {
      const f = await opened();
      const { session } = await f.join('ann');
      const bob = await f.join('bob');
      await f.say(session, 1);
      await f.pass(LIFE_MS / 2);
      await f.store.publishProfile(ROOM, session, sealedProfile(1));
      await f.append(session, 1);
      await f.append(session, 7);
      await f.append(session, 2, envelope(2, { epoch: 4 }));
      await f.store.leave(ROOM, bob.session);
      await f.store.detach(ROOM, session);
      f.heard();
      const again = await f.join('ann', { as: 'member' });
      const back = await f.join('bob', { as: 'member' });
      expect(types(f.heard())).toEqual(['presence']);
      expect([again.expiresInMs, back.expiresInMs]).toEqual([LIFE_MS / 2, LIFE_MS / 2]);
      await f.pass(LIFE_MS / 2);
      expect(types(f.heard())).toEqual(['ended']);
    });
  });

  describe(`${name}: many at once`, () => {
    test.each([1, 2, 3, 4, 5, 6, 7, 8])(
      'WELCOME-3, SEND-1: one gapless log for all (seed %i)',
      async (seed) => {
        const random = new SeededRandom(seed);
        const f = await opened({}, { maxMembers: 10, historyMessages: 1_000, historyBytes: 10_000_000 });
        const sent = await Promise.all(
          ['ann', 'bob', 'cem', 'dan'].map((who) => chatter(f, who, new SeededRandom(random.below(1e9)))),
        );
        const told = f.heard().flatMap((news) => (news.type === 'event' ? [news.event] : []));
        expect(told.map((event) => event.seq)).toEqual(told.map((_, i) => i + 2));
        expect(told).toHaveLength(sent.reduce((sum, marks) => sum + marks.length, 0));
        for (const marks of sent) {
          const own = told
            .map((event) => event.frame.subarray(5))
            .filter((bytes) => marks.some((mark) => equalBytes(mark, bytes)));
          expect(own).toEqual(marks);
        }
        expect((await f.join('eve')).missed.slice(1)).toEqual(told);
      },
    );
  });
}

/** Seven events, of which the newest six are kept: seq 2 to 7. */
async function sevenEvents(f: Fixture): Promise<{ readonly f: Fixture; readonly logId: string }> {
  const { session, logId } = await f.join('ann');
  await f.say(session, 1, 2, 3, 4, 5, 6);
  return { f, logId };
}

/** Sends thirty messages, with repeats, gaps and new sessions in between; resolves to what must be in the log. */
async function chatter(f: Fixture, who: string, random: SeededRandom): Promise<readonly Uint8Array[]> {
  const marks: Uint8Array[] = [];
  let { session } = await f.join(who);
  const older = session;
  for (let n = 1; n <= 30; n++) {
    const mark = envelope(random.below(2 ** 31));
    marks.push(mark);
    const attempts = [
      f.append(session, n + 1),
      f.append(session, n, mark),
      f.append(session, n, envelope(0)),
    ];
    if (older !== session && random.below(3) === 0) attempts.push(f.append(older, n + 1));
    await Promise.all(attempts);
    if (random.below(4) === 0) await f.store.detach(ROOM, session);
    if (random.below(4) === 0) await f.pass(random.below(3));
    ({ session } = await f.join(who, { as: 'member' }));
  }
  return marks;
}
