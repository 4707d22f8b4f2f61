// What the Lua functions answer, as the store's own types.

import {
  type Door,
  FEATURES,
  type Feature,
  type HistoryPolicy,
  type Presence,
  type RecordsPage,
  RESET_REASONS,
  type ResetReason,
  type Sight,
  encodeProfileFrame,
  encodeSliceFrame,
  equalBytes,
  parseRoomId,
  toBase64url,
  toHex,
} from '@mayfly/protocol';
import {
  type Appended,
  type Joined,
  type MemberSession,
  type RoomLaw,
  type RoomKeys,
  type RoomTerms,
  type Staged,
  type StoredEvent,
} from '../room-store.ts';
import { storedEvent } from './announcement.ts';
import { NODE_BYTES } from './asks.ts';
import type { Partition, Unused } from './room-cap.ts';
import type { Head, PresentNow } from './room-feed.ts';
import { type Fields, unpackMap } from './msgpack.ts';
import { Reply, bytesOf, textOf } from './reply.ts';

export function readKeys(answer: unknown): RoomKeys | undefined {
  if (answer === null) return undefined;
  const keys = unpackMap(bytesOf(answer));
  const linkPk = keys.bytesIfAny('linkPk');
  return {
    ownerPk: keys.bytes('ownerPk'),
    accessPk: keys.bytes('accessPk'),
    ...(linkPk !== undefined && { linkPk }),
    epoch: keys.number('epoch'),
    door: asDoor(keys.number('door')),
  };
}

export function readLaw(answer: unknown): RoomLaw | undefined {
  if (answer === null) return undefined;
  const law = unpackMap(bytesOf(answer));
  return {
    ownerPk: law.bytes('ownerPk'),
    epoch: law.number('epoch'),
    c: law.number('c'),
    charter: law.bytes('charter'),
  };
}

export function readPartition(answer: unknown): Partition {
  const partition = unpackMap(bytesOf(answer));
  return {
    rooms: partition.number('rooms'),
    freeInMs: partition.numberIfAny('freeInMs'),
    unused: readUnused(partition),
  };
}

/** Whether the room is over, and its partition's longest unused room. */
export function readGaveWay(answer: unknown): {
  readonly isOver: boolean;
  readonly next: Unused | undefined;
} {
  const gaveWay = unpackMap(bytesOf(answer));
  return { isOver: gaveWay.flag('isOver'), next: readUnused(gaveWay) };
}

function readUnused(fields: Fields): Unused | undefined {
  const unused = fields.mapIfAny('unused');
  const room = unused && parseRoomId(unused.text('room'));
  return unused && room && { room, forMs: unused.number('forMs') };
}

export type JoinAnswer = {
  readonly joined: Joined;
  /** Set if `missed` is empty because it is long: the events after this seq must still be read. */
  readonly missedAfter: number | undefined;
  /** When the next message has to be erased. */
  readonly dueInMs: number | undefined;
  /** The nodes that look after members of the room. */
  readonly nodes: readonly string[];
};

/** `nodes` as in `JoinAnswer`. */
export type FullAnswer = { readonly outcome: 'full'; readonly nodes: readonly string[] };

export function readJoined(
  answer: unknown,
): JoinAnswer | FullAnswer | { readonly outcome: 'denied' | 'closed' } {
  const reply = new Reply(answer);
  const outcome = reply.text();
  if (outcome === 'full') return { outcome, nodes: readNodes(reply.list()) };
  if (outcome !== 'joined') return { outcome: outcome === 'closed' ? outcome : 'denied' };
  const fields = unpackMap(reply.bytes());
  const session = { slot: fields.bytes('slot'), generation: fields.number('generation') };
  const { presence, profiles } = readPresent(reply, session.slot);
  const missed = reply.listOrNumber();
  const nodes = readNodes(reply.list());
  const joined: Joined = {
    outcome: 'joined',
    session,
    logId: toBase64url(fields.bytes('logId')),
    seq: fields.number('seq'),
    mode: fields.text('mode') === 'resume' ? 'resume' : 'reset',
    ...resetReason(fields.text('reason')),
    missed: typeof missed === 'number' ? [] : readEvents(missed),
    terms: readTerms(fields.map('terms')),
    lastN: fields.number('lastN'),
    expiresInMs: fields.number('expiresInMs'),
    presence,
    profiles,
    slices: reply.list().all((row) => encodeSliceFrame(row.number(), row.bytes())),
  };
  const missedAfter = typeof missed === 'number' ? missed : undefined;
  const dueInMs = fields.numberIfAny('dueInMs');
  return { joined, missedAfter, dueInMs, nodes };
}

function readTerms(terms: Fields): RoomTerms {
  return {
    epoch: terms.number('epoch'),
    c: terms.number('c'),
    charter: terms.bytes('charter'),
    blob: terms.bytes('blob'),
    closed: terms.flag('closed'),
    slow: terms.number('slow'),
    history: asHistory(terms.text('history')),
    lifeMs: terms.number('lifeMs'),
  };
}

/** `nodes` as in `JoinAnswer`. */
export type LookAnswer = { readonly sight: Sight; readonly nodes: readonly string[] };

export function readSight(answer: unknown): LookAnswer | undefined {
  if (answer === null) return undefined;
  const reply = new Reply(answer);
  const fields = unpackMap(reply.bytes());
  const sight: Sight = {
    type: 'room',
    count: fields.number('count'),
    expiresInMs: fields.number('expiresInMs'),
    history: asHistory(fields.text('history')),
    full: fields.flag('full'),
    closed: fields.flag('closed'),
    charter: fields.bytes('charter'),
    blob: fields.bytes('blob'),
  };
  return { sight, nodes: readNodes(reply.list()) };
}

/** The log may have trimmed some of the missed events before they were read. */
export function withMissed(joined: Joined, after: number, missed: readonly StoredEvent[]): Joined {
  const isWhole = missed.length === joined.seq - after;
  return { ...joined, missed, ...(!isWhole && { mode: 'reset', reason: joined.reason ?? 'too_old' }) };
}

export function readAppended(answer: unknown): Appended | 'vanished' {
  if (typeof answer === 'number') return { outcome: 'appended', seq: answer };
  if (Array.isArray(answer)) return { outcome: 'slow', retryAfterMs: new Reply(answer).number() };
  const word = textOf(answer);
  switch (word) {
    case 'epoch':
    case 'gap':
    case 'not_allowed':
    case 'stale':
      return { outcome: 'refused', code: word };
    case 'repeated':
    case 'replaced':
    case 'removed':
    case 'gone':
      return { outcome: word };
    case 'vanished':
      return word;
    default:
      throw new Error('Redis answered an append with another word');
  }
}

export function readStaged(answer: unknown): Staged {
  if (typeof answer === 'number') return { outcome: 'staged', count: answer };
  const word = textOf(answer);
  return { outcome: word === 'replaced' || word === 'removed' ? word : 'gone' };
}

export function readRecords(answer: unknown): RecordsPage | undefined {
  if (answer === null) return undefined;
  const reply = new Reply(answer);
  const more = reply.number() === 1;
  const [slots, records, profiles] = [reply.list(), reply.list(), reply.list()];
  return {
    more,
    records: slots.all((row) => ({
      slot: row.bytes(),
      idPk: records.bytes().subarray(ID_PK_AT),
      profile: profiles.bytesIfAny(),
    })),
  };
}

/** Entries of a stream. */
export function readEvents(reply: Reply): readonly StoredEvent[] {
  return reply.all((rows) => {
    const row = rows.list();
    const seq = Number.parseInt(row.text(), 10);
    const entry = row.list();
    return storedEvent(seq, entry.text(), entry.bytes());
  });
}

/** As a snapshot. A newcomer is last in the list, maybe for the second time, and goes first. */
export function readPresent(reply: Reply, newcomer?: Uint8Array): PresentNow {
  const [version, count] = [reply.number(), reply.number()];
  const listed = readMembers(reply.list());
  if (newcomer === undefined) return snapshotOf(listed, version, count);
  const others = listed.slice(0, -1).filter(({ slot }) => !equalBytes(slot, newcomer));
  return snapshotOf([...listed.slice(-1), ...others].slice(0, listed.length - 1), version, count);
}

type Member = {
  readonly slot: Uint8Array;
  readonly idPk: Uint8Array;
  readonly isAway: boolean;
  readonly profile: Uint8Array | undefined;
};

// The layout of a record: `pack_member` in members.lua.
const STANDING_AT = 8;
const AWAY = 3;
const ID_PK_AT = 29;

function readMembers(reply: Reply): readonly Member[] {
  const [slots, records, profiles] = [reply.list(), reply.list(), reply.list()];
  return slots.all((row) => {
    const slot = row.bytes();
    const record = records.bytes();
    const idPk = record.subarray(ID_PK_AT);
    const sealed = profiles.bytesIfAny();
    return {
      slot,
      idPk,
      isAway: record[STANDING_AT] === AWAY,
      profile: sealed && encodeProfileFrame(slot, idPk, sealed),
    };
  });
}

function snapshotOf(there: readonly Member[], version: number, count: number): PresentNow {
  const presence: Presence = {
    type: 'presence',
    version,
    snapshot: true,
    joined: there.map(({ slot, idPk }) => ({ slot, idPk })),
    away: there.flatMap(({ slot, isAway }) => (isAway ? [slot] : [])),
    left: [],
    count,
  };
  return { presence, profiles: there.flatMap(({ profile }) => profile ?? []) };
}

/** The room is over: the reason it ended, or `vanished` if Redis lost it. */
export type Over = { readonly why: string };

export function readHeads(answer: unknown): readonly (Head | Over)[] {
  return new Reply(answer).all((rows) => {
    const head = unpackMap(rows.bytes());
    const why = head.textIfAny('why');
    if (why !== undefined) return { why };
    return {
      logId: toBase64url(head.bytes('logId')),
      seq: head.number('seq'),
      version: head.number('version'),
      expiresInMs: head.number('expiresInMs'),
    };
  });
}

export function readSessions(answer: unknown): readonly MemberSession[] {
  return new Reply(answer).all((row) => ({ slot: row.bytes(), generation: row.number() }));
}

/** Whether this node's lease had run out, the living nodes, and those that died within the last minute. */
export type Leases = {
  readonly lapsed: boolean;
  readonly living: ReadonlySet<string>;
  readonly lately: readonly string[];
  /** In use, or until a minute ago. */
  readonly libraries: readonly string[];
  /** What every living node takes (rule WELCOME-4). */
  readonly features: readonly Feature[];
};

export function readLeases(answer: unknown): Leases {
  const reply = new Reply(answer);
  const lapsed = reply.text() === 'lapsed';
  const living = new Set(readNodes(reply.list()));
  return {
    lapsed,
    living,
    lately: readNodes(reply.list()),
    libraries: reply.list().all((row) => row.text()),
    features: takenByAll(living, reply.list()),
  };
}

// Each entry is a node and the names of what it takes; nodes of older builds have none.
function takenByAll(living: ReadonlySet<string>, entries: Reply): readonly Feature[] {
  const taken = new Map(entries.all((row) => readOffer(row.bytes())));
  return FEATURES.filter((feature) => [...living].every((node) => taken.get(node)?.includes(feature)));
}

function readOffer(bytes: Uint8Array): readonly [string, readonly string[]] {
  const names = new TextDecoder().decode(bytes.subarray(NODE_BYTES));
  return [toHex(bytes.subarray(0, NODE_BYTES)), names.split(',')];
}

/** Another data version holds this Redis, by so many living nodes. */
export type VersionConflict = { readonly held: number; readonly ours: number; readonly nodes: number };

export function readClaim(answer: unknown): VersionConflict | undefined {
  if (answer === null) return undefined;
  const conflict = unpackMap(bytesOf(answer));
  return {
    held: conflict.number('held'),
    ours: conflict.number('ours'),
    nodes: conflict.number('nodes'),
  };
}

export function readNodes(reply: Reply): readonly string[] {
  return reply.all((row) => toHex(row.bytes()));
}

function resetReason(text: string): { readonly reason?: ResetReason } {
  const reason = RESET_REASONS.find((known) => known === text);
  return reason === undefined ? {} : { reason };
}

function asHistory(text: string): HistoryPolicy {
  return text === 'none' ? 'none' : 'all';
}

function asDoor(door: number): Door {
  if (door === 1 || door === 2 || door === 3) return door;
  throw new Error('Redis holds a room with a door that does not exist');
}
