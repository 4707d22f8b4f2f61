// What the Lua functions take, as arguments.

import {
  ERASE_PROOF_BYTES,
  type Erase,
  LISTED_MAX,
  OP_KICK,
  type Position,
  RESERVATION_MS,
  concat,
  decodeTerms,
  ttlOf,
  u32,
} from '@mayfly/protocol';
import { OWNERS_SEAT, RECORDS_PER_MEMBER } from '../member-rules.ts';
import type {
  JoinRequest,
  MemberSession,
  RoomSpec,
  StoreLimits,
  VerifiedCharter,
  VerifiedCommand,
  VerifiedWith,
} from '../room-store.ts';
import { restHashOf, sha256 } from '../stubs.ts';
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
  { idPk, as, verifiedWith, position, epoch: known }: JoinRequest,
  attempt: Uint8Array,
  node: Uint8Array,
  { maxMembers, historyMessages }: StoreLimits,
): Uint8Array {
  const [logId, seq] = positionWords(position);
  return packMap({
    idPk,
    mustBeKnown: as === 'member',
    isOwner: as === 'owner',
    accessPk: verifiedWith.accessPk,
    epoch: verifiedWith.epoch,
    known,
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

export function commandAsk(
  { slot, generation }: MemberSession,
  node: Uint8Array,
  { bytes, command, blob }: VerifiedCommand,
  { historyMessages, historyBytes }: StoreLimits,
): Uint8Array {
  const { op, epoch, c } = command;
  const target = op === OP_KICK ? command.args : undefined;
  const limits = { historyMessages, historyBytes };
  const given = { slot, generation, node, op, epoch, c, target, bytes, blob };
  return packMap({ ...given, ...limits, ...decodeTerms(command) });
}

export function rotateAsk(
  { slot, generation }: MemberSession,
  node: Uint8Array,
  { bytes, blob, command, args }: VerifiedCharter,
  tag: Uint8Array,
  { historyMessages, historyBytes }: StoreLimits,
): Uint8Array {
  const { epoch, c } = command;
  const { accessPk, door, fresh } = args;
  return packMap({
    slot,
    generation,
    node,
    epoch,
    c,
    tag,
    charter: bytes,
    blob,
    accessPk,
    linkPk: door === 1 ? undefined : args.linkPk,
    door,
    fresh,
    historyMessages,
    historyBytes,
  });
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

/** The words that only some messages need. `erased`: the envelope that `erase` is about, if the log still has it. */
export function moreOfMessage(
  envelope: Uint8Array,
  erase: Erase | undefined,
  erased: Uint8Array | undefined,
): readonly Uint8Array[] {
  const timed = ttlOf(envelope) > 0 ? restHashOf(envelope) : NOTHING;
  if (erase === undefined) return timed === NOTHING ? [] : [timed];
  return [timed, eraseWord(erase, erased)];
}

const NOTHING = new Uint8Array(0);
const NO_HASH = new Uint8Array(32);

// The store compares the hash of the proof with the message's header.
function eraseWord({ seq, proof }: Erase, erased: Uint8Array | undefined): Uint8Array {
  const delH = sha256(proof).subarray(0, ERASE_PROOF_BYTES);
  return concat(u32(seq), delH, proof, erased ? restHashOf(erased) : NO_HASH);
}
