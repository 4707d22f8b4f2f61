// A store with one room, and the notices its followers received. The test controls time.

import { COUNT_EVERY_MS, type Erase, type Presence, toHex } from '@mayfly/protocol';
import { SeededRandom } from '../../testing/random.ts';
import { Signer, envelope, makeCharter, roomId } from '../../testing/signer.ts';
import type { FileStore } from '../file-store.ts';
import type {
  JoinRequest,
  Joined,
  MemberSession,
  StoreNotice,
  RoomSpec,
  RoomStore,
  StoreLimits,
} from '../room-store.ts';

type StoreUnderTest = {
  readonly store: RoomStore;
  readonly files: FileStore;
  /** Time passes, and timers fire. */
  readonly pass: (ms: number) => Promise<void>;
  /** Time passes, but no timer has fired yet. */
  readonly jump: (ms: number) => Promise<void>;
};

export type MakeStore = (limits: StoreLimits) => Promise<StoreUnderTest>;

const FILE_LIMITS = { roomBytes: 2_000_000, allBytes: 10_000_000, lifeMs: 50_000 };
const LIMITS: StoreLimits = {
  maxRooms: 10,
  maxMembers: 3,
  historyMessages: 6,
  historyBytes: 100_000,
  files: FILE_LIMITS,
};
export const LIFE_MS = 60_000;
export const ROOM = roomId('Room11');
export const OWNER = new Signer('owner');
export const CHARTER = makeCharter(ROOM, OWNER);
export const SPEC: RoomSpec = { ownerPk: OWNER.pk, lifeMs: LIFE_MS, history: 'all' };
export const VERIFIED_WITH = { accessPk: CHARTER.args.accessPk, epoch: 0 };

const people = new Map<string, Uint8Array>();
export function identity(name: string): Uint8Array {
  const known = people.get(name) ?? new Signer(name).pk;
  people.set(name, known);
  return known;
}

export function asking(name: string, more: Partial<JoinRequest> = {}): JoinRequest {
  return { idPk: identity(name), as: 'key', verifiedWith: VERIFIED_WITH, ...more };
}

export class Fixture {
  readonly store: RoomStore;
  readonly files: FileStore;
  readonly pass: StoreUnderTest['pass'];
  readonly jump: StoreUnderTest['jump'];
  readonly notices: StoreNotice[] = [];
  #strangers = 0;

  constructor({ store, files, pass, jump }: StoreUnderTest) {
    this.store = store;
    this.files = files;
    this.pass = pass;
    this.jump = jump;
  }

  async open(spec: Partial<RoomSpec> = {}): Promise<this> {
    await this.store.create(ROOM, { ...SPEC, ...spec });
    await this.store.open(ROOM, CHARTER);
    this.store.follow(ROOM, (notice) => this.notices.push(notice));
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

  async append(
    session: MemberSession,
    n: number,
    bytes = envelope(n),
    erase?: Erase,
  ): Promise<Awaited<ReturnType<RoomStore['append']>>> {
    return this.store.append(ROOM, session, n, bytes, erase);
  }

  /** So many more members, each a new identity. */
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

  /** Passes the time in which throttled notices go out. */
  async settle(): Promise<void> {
    await this.pass(2 * COUNT_EVERY_MS);
  }

  /** Notices since the last call. */
  heard(): readonly StoreNotice[] {
    return this.notices.splice(0);
  }

  presences(): readonly Presence[] {
    return this.heard().flatMap((notice) => (notice.type === 'presence' ? [notice.presence] : []));
  }
}

export const types = (notices: readonly StoreNotice[]) => notices.map((item) => item.type);
export const seqs = (joined: Joined) => joined.missed.map((event) => event.seq);
export const namesNobody = ({ joined, away, left, snapshot }: Presence) =>
  !snapshot && joined.length + away.length + left.length === 0;
export const names = (slots: readonly Uint8Array[]) => slots.map(toHex);
export const slotsOf = (presence: Presence | undefined) =>
  presence?.joined.map((member) => toHex(member.slot));

/** Starting points: a store without a room, with an open room, with a crowd. */
export function fixtures(make: MakeStore) {
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
  return { fixture, opened, crowded };
}

export type Fixtures = ReturnType<typeof fixtures>;
