// What functions answer (mayfly.lua), as what the store answers.

import {
  type Position,
  type Presence,
  type ResetReason,
  encodeProfileFrame,
  toBase64url,
  toHex,
} from '@mayfly/protocol';
import type { Door, HistoryPolicy } from '@mayfly/protocol';
import { RESET_REASONS } from '@mayfly/protocol';
import type { JoinRefused, Joined, MemberSession, Placed, RoomKeys, StoredEvent } from '../room-store.ts';
import { storedEvent } from './announcement.ts';
import type { Head, PresentNow } from './ear.ts';
import { Reply, bytesOf, textOf } from './reply.ts';

export function readKeys(answer: unknown): RoomKeys | undefined {
  if (answer === null) return undefined;
  const reply = new Reply(answer);
  const [ownerPk, accessPk, linkPk] = [reply.bytes(), reply.bytes(), reply.bytes()];
  const [door, epoch] = [Number(reply.text()), Number(reply.text())];
  return { ownerPk, accessPk, ...(linkPk.length > 0 && { linkPk }), epoch, door: asDoor(door) };
}

/** With the nodes that have members of the room in their care. */
export function readJoined(
  answer: unknown,
): { readonly joined: Joined; readonly nodes: readonly string[] } | JoinRefused {
  const reply = new Reply(answer);
  const outcome = reply.text();
  if (outcome !== 'joined') return { outcome: outcome === 'full' ? 'full' : 'denied' };
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
  const { presence, profiles } = readPresent(reply);
  const joined: Joined = {
    outcome: 'joined',
    session,
    logId,
    seq,
    mode: mode === 'resume' ? 'resume' : 'reset',
    ...resetReason(reason),
    missed: readEvents(reply.list()),
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
  return { joined, nodes: reply.list().all((row) => toHex(row.bytes())) };
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

export function readEvents(reply: Reply): readonly StoredEvent[] {
  return reply.all((row) => {
    const seq = row.number();
    return storedEvent(seq, row.text(), row.bytes());
  });
}

/** As a snapshot. */
export function readPresent(reply: Reply): PresentNow {
  const [version, count] = [reply.number(), reply.number()];
  const there = reply.list().all((row) => ({
    slot: row.bytes(),
    idPk: row.bytes(),
    isAway: row.number() === 1,
    sealed: row.bytes(),
  }));
  const presence: Presence = {
    type: 'presence',
    version,
    snapshot: true,
    joined: there.map(({ slot, idPk }) => ({ slot, idPk })),
    away: there.flatMap(({ slot, isAway }) => (isAway ? [slot] : [])),
    left: [],
    count,
  };
  const profiles = there.flatMap(({ slot, idPk, sealed }) =>
    sealed.length > 0 ? [encodeProfileFrame(slot, idPk, sealed)] : [],
  );
  return { presence, profiles };
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
  const nodes = () => reply.list().all((row) => toHex(row.bytes()));
  return { lapsed, living: new Set(nodes()), lately: nodes() };
}

/** The place a join names, as a function's arguments. */
export function placeWords(position: Position | undefined): readonly [Uint8Array, number] {
  return position === undefined
    ? [new Uint8Array(0), 0]
    : [new Uint8Array(Buffer.from(position.logId, 'base64url')), position.seq];
}

export { bytesOf };

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
