// What functions answer (mayfly.lua), as what the store answers.

import {
  type Door,
  type HistoryPolicy,
  type Position,
  type Presence,
  RESET_REASONS,
  type ResetReason,
  type Sight,
  concat,
  encodeProfileFrame,
  equalBytes,
  parseRoomId,
  toBase64url,
  toHex,
  u32,
} from '@mayfly/protocol';
import type { Joined, MemberSession, Placed, RoomKeys, StoreLimits, StoredEvent } from '../room-store.ts';
import { storedEvent } from './announcement.ts';
import type { Partition, Unused } from './room-cap.ts';
import type { Head, PresentNow } from './room-feed.ts';
import { Reply, textOf } from './reply.ts';

export function readKeys(answer: unknown): RoomKeys | undefined {
  if (answer === null) return undefined;
  const reply = new Reply(answer);
  const [ownerPk, accessPk, linkPk] = [reply.bytes(), reply.bytes(), reply.bytes()];
  const [door, epoch] = [Number(reply.text()), reply.number()];
  return { ownerPk, accessPk, ...(linkPk.length > 0 && { linkPk }), epoch, door: asDoor(door) };
}

export function readPartition(answer: unknown): Partition {
  const reply = new Reply(answer);
  const [rooms, freeInMs] = [reply.number(), reply.number()];
  return { rooms, freeInMs: freeInMs < 0 ? undefined : freeInMs, unused: readUnused(reply) };
}

/** Whether the room is over, and the longest unused of its partition now. */
export function readGaveWay(answer: unknown): {
  readonly isOver: boolean;
  readonly next: Unused | undefined;
} {
  const reply = new Reply(answer);
  return { isOver: reply.number() === 1, next: readUnused(reply) };
}

function readUnused(reply: Reply): Unused | undefined {
  const [room, forMs] = [parseRoomId(reply.text()), reply.number()];
  return room && { room, forMs };
}

export type JoinAnswer = {
  readonly joined: Joined;
  /** Where `missed` is empty because it is long: what comes after this is still to be read. */
  readonly missedAfter: number | undefined;
  /** Those that have members of the room in their care. */
  readonly nodes: readonly string[];
};

/** `nodes` as in `JoinAnswer`. */
export type FullAnswer = { readonly outcome: 'full'; readonly nodes: readonly string[] };

export function readJoined(answer: unknown): JoinAnswer | FullAnswer | { readonly outcome: 'denied' } {
  const reply = new Reply(answer);
  const outcome = reply.text();
  if (outcome === 'full') return { outcome, nodes: readNodes(reply.list()) };
  if (outcome !== 'joined') return { outcome: 'denied' };
  const session = { slot: reply.bytes(), generation: reply.number() };
  const [logId, seq] = [toBase64url(reply.bytes()), reply.number()];
  const [mode, reason] = [reply.text(), reply.text()];
  const [epoch, c, charter, blob] = [reply.number(), reply.number(), reply.bytes(), reply.bytes()];
  const [lastN, history, lifeMs, expiresInMs] = [
    reply.number(),
    reply.text(),
    reply.number(),
    reply.number(),
  ];
  const { presence, profiles } = readPresent(reply, session.slot);
  const missed = reply.listOrNumber();
  const joined: Joined = {
    outcome: 'joined',
    session,
    logId,
    seq,
    mode: mode === 'resume' ? 'resume' : 'reset',
    ...resetReason(reason),
    missed: typeof missed === 'number' ? [] : readEvents(missed),
    epoch,
    c,
    charter,
    blob,
    lastN,
    closed: false,
    slow: 0,
    history: asHistory(history),
    lifeMs,
    expiresInMs,
    presence,
    profiles,
  };
  const missedAfter = typeof missed === 'number' ? missed : undefined;
  return { joined, missedAfter, nodes: readNodes(reply.list()) };
}

/** `nodes` as in `JoinAnswer`. */
export type LookAnswer = { readonly sight: Sight; readonly nodes: readonly string[] };

export function readSight(answer: unknown): LookAnswer | undefined {
  if (answer === null) return undefined;
  const reply = new Reply(answer);
  const [count, expiresInMs, history, full] = [reply.number(), reply.number(), reply.text(), reply.number()];
  return {
    sight: { type: 'room', count, expiresInMs, history: asHistory(history), full: full === 1, closed: false },
    nodes: readNodes(reply.list()),
  };
}

/** Some of what was missed may have left the log before it was read. */
export function withMissed(joined: Joined, after: number, missed: readonly StoredEvent[]): Joined {
  const isWhole = missed.length === joined.seq - after;
  return { ...joined, missed, ...(!isWhole && { mode: 'reset', reason: joined.reason ?? 'too_old' }) };
}

export function readPlaced(answer: unknown): Placed | 'vanished' {
  if (typeof answer === 'number') return { outcome: 'placed', seq: answer };
  const word = textOf(answer);
  switch (word) {
    case 'epoch':
    case 'gap':
      return { outcome: 'refused', code: word };
    case 'repeated':
    case 'replaced':
    case 'gone':
      return { outcome: word };
    case 'vanished':
      return word;
    default:
      throw new Error('Redis answered an append with another word');
  }
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

/** As a snapshot. A newcomer stands at the end of the list, may be in it once more, and is told first. */
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

// The layout of a record: mayfly.lua, `pack_member`.
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

/** Of a room that is over: whether it ended, or was lost with its Redis. */
export type Over = { readonly why: string };

export function readHeads(answer: unknown): readonly (Head | Over)[] {
  return new Reply(answer).all((rows) => {
    const row = rows.list();
    if (row.text() !== 'here') return { why: row.text() };
    return {
      logId: toBase64url(row.bytes()),
      seq: row.number(),
      version: row.number(),
      expiresInMs: row.number(),
    };
  });
}

export function readSessions(answer: unknown): readonly MemberSession[] {
  return new Reply(answer).all((row) => ({ slot: row.bytes(), generation: row.number() }));
}

/** Whether this node's lease had run out, the nodes that live, and those that did until a minute ago. */
export type Leases = {
  readonly lapsed: boolean;
  readonly living: ReadonlySet<string>;
  readonly lately: readonly string[];
};

export function readLeases(answer: unknown): Leases {
  const reply = new Reply(answer);
  const lapsed = reply.text() === 'lapsed';
  return { lapsed, living: new Set(readNodes(reply.list())), lately: readNodes(reply.list()) };
}

export function readNodes(reply: Reply): readonly string[] {
  return reply.all((row) => toHex(row.bytes()));
}

/** The place a join names, as a function's arguments. */
export function positionWords(position: Position | undefined): readonly [Uint8Array, number] {
  return position === undefined
    ? [new Uint8Array(0), 0]
    : [new Uint8Array(Buffer.from(position.logId, 'base64url')), position.seq];
}

/** All that `append` asks for beside the envelope, as one argument (mayfly.lua, `append`): each one costs Redis time. */
export function messageWord(
  { slot, generation }: MemberSession,
  node: Uint8Array,
  n: number,
  epoch: number,
  { historyMessages, historyBytes }: Pick<StoreLimits, 'historyMessages' | 'historyBytes'>,
): Uint8Array {
  return concat(slot, u32(generation), node, ...[n, epoch, historyMessages, historyBytes].map(u32));
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
