// What the Lua functions take, as arguments.

import { LISTED_MAX, type Position, RESERVATION_MS, concat, u32 } from '@mayfly/protocol';
import { OWNERS_SEAT, RECORDS_PER_MEMBER } from '../member-rules.ts';
import type {
  JoinRequest,
  MemberSession,
  RoomSpec,
  StoreLimits,
  VerifiedCharter,
  VerifiedWith,
} from '../room-store.ts';
import { packMap } from './msgpack.ts';

/** A node's name, random at each start. */
export const NODE_BYTES = 8;

/** `isFull`: nothing is reserved; the answer only says whether the id is taken. */
export function createAsk({ ownerPk, lifeMs, history }: RoomSpec, isFull: boolean): Uint8Array {
  return packMap({ ownerPk, lifeMs, history, reservedMs: RESERVATION_MS, isFull });
}

export function openAsk(
  { bytes, blob, command, args }: VerifiedCharter,
  log: Uint8Array,
  limits: StoreLimits,
  listedMax = LISTED_MAX,
): Uint8Array {
  return packMap({
    ownerPk: command.signerPk,
    accessPk: args.accessPk,
    linkPk: args.door === 1 ? undefined : args.linkPk,
    door: args.door,
    epoch: args.newEpoch,
    c: command.c,
    charter: bytes,
    blob,
    log,
    listedMax,
    historyMessages: limits.historyMessages,
    historyBytes: limits.historyBytes,
  });
}

/** `attempt` is random: it names this join, and a new member's slot. */
export function joinAsk(
  { idPk, as, verifiedWith, position }: JoinRequest,
  attempt: Uint8Array,
  node: Uint8Array,
  { maxMembers, historyMessages }: StoreLimits,
): Uint8Array {
  const [logId, seq] = positionWords(position);
  return packMap({
    idPk,
    mustBeKnown: as === 'member',
    accessPk: verifiedWith.accessPk,
    epoch: verifiedWith.epoch,
    logId,
    seq,
    attempt,
    node,
    seats: maxMembers + (as === 'owner' ? OWNERS_SEAT : 0),
    maxRecords: maxMembers * RECORDS_PER_MEMBER,
    historyMessages,
  });
}

export function lookAsk({ accessPk, epoch }: VerifiedWith, { maxMembers }: StoreLimits): Uint8Array {
  return packMap({ accessPk, epoch, maxMembers });
}

/** A position as a function's arguments. */
export function positionWords(position: Position | undefined): readonly [Uint8Array, number] {
  return position === undefined
    ? [new Uint8Array(0), 0]
    : [new Uint8Array(Buffer.from(position.logId, 'base64url')), position.seq];
}

/** Everything `append` needs beside the envelope, as one argument, since each one costs Redis time. */
export function messageWord(
  { slot, generation }: MemberSession,
  node: Uint8Array,
  n: number,
  epoch: number,
  { historyMessages, historyBytes }: Pick<StoreLimits, 'historyMessages' | 'historyBytes'>,
): Uint8Array {
  return concat(slot, u32(generation), node, ...[n, epoch, historyMessages, historyBytes].map(u32));
}
