// Frames with something wrong in them, by the million: no decoder throws, and what one takes has one reading.

import { isDeepStrictEqual } from 'node:util';
import {
  type ClientControl,
  type ServerControl,
  concat,
  decodeCharterArgs,
  decodeClientControl,
  decodeClientSealed,
  decodeCommand,
  decodeCommandWithBlob,
  decodeCreateRoom,
  decodeServerControl,
  decodeServerSealed,
  encodeClientControl,
  encodeClientSealed,
  encodeCommandEvent,
  encodeCommandWithBlob,
  encodeMessageEvent,
  encodeProfileFrame,
  encodeServerControl,
} from '@mayfly/protocol';
import { encodeStage } from '@mayfly/protocol/rotation';
import { SeededRandom } from '../../../packages/server/src/testing/random.ts';
import {
  Signer,
  envelope,
  makeCharter,
  roomId,
  sealedProfile,
} from '../../../packages/server/src/testing/signer.ts';

export type MutationOutcome = {
  readonly faults: readonly string[];
  /** Mutants that were still a frame. */
  readonly accepted: number;
};

export function mutate(seed: number, count: number): MutationOutcome {
  const random = new SeededRandom(seed);
  const faults: string[] = [];
  let accepted = 0;
  for (let i = 0; i < count && faults.length < 10; i++) {
    const original = random.pick(ORIGINALS);
    const mutant = mutantOf(original, random);
    const verdicts = JUDGES.map((judge) => attempt(judge, mutant));
    if (verdicts.includes('accepted')) accepted += 1;
    const fault = verdicts.find((verdict) => verdict !== 'accepted' && verdict !== 'refused');
    if (fault !== undefined) faults.push(`${fault}: ${Buffer.from(mutant).toString('hex')}`);
  }
  return { faults, accepted };
}

/** What one decoder makes of the bytes; any other word is a fault. */
type Judge = (bytes: Uint8Array) => string;

const JUDGES: readonly Judge[] = [
  (bytes) => readAgain(decodeClientControl, encodeClientControl, asText(bytes)),
  (bytes) => readAgain(decodeServerControl, encodeServerControl, asText(bytes)),
  (bytes) => {
    const frame = decodeClientSealed(bytes);
    if (frame === undefined) return 'refused';
    const again = frame.type === 'stage' ? encodeStage(frame) : encodeClientSealed(frame);
    return isSame(again, bytes) ? 'accepted' : 'a frame with two spellings';
  },
  (bytes) => isAny(decodeServerSealed(bytes)),
  (bytes) => isAny(decodeCommand(bytes)),
  (bytes) => isAny(decodeCommandWithBlob(bytes)),
  (bytes) => isAny(decodeCharterArgs(bytes)),
  (bytes) => isAny(decodeCreateRoom(asText(bytes))),
];

function attempt(judge: Judge, bytes: Uint8Array): string {
  try {
    return judge(bytes);
  } catch (error) {
    return `threw ${String(error)}`;
  }
}

function readAgain<T extends ClientControl | ServerControl>(
  decode: (text: string) => T | undefined,
  encode: (frame: T) => string,
  text: string,
): string {
  const frame = decode(text);
  if (frame === undefined) return 'refused';
  return isDeepStrictEqual(decode(encode(frame)), frame) ? 'accepted' : 'a frame that reads otherwise again';
}

function isAny(decoded: unknown): string {
  return decoded === undefined ? 'refused' : 'accepted';
}

const asText = (bytes: Uint8Array) => Buffer.from(bytes).toString();
const isSame = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;

function mutantOf(original: Uint8Array, random: SeededRandom): Uint8Array {
  let bytes = original;
  for (let times = 1 + random.below(3); times > 0; times--) bytes = random.pick(MUTATIONS)(bytes, random);
  return bytes;
}

type Mutation = (bytes: Uint8Array, random: SeededRandom) => Uint8Array;

const MUTATIONS: readonly [Mutation, ...Mutation[]] = [
  (bytes, random) => replaced(bytes, random, (byte) => byte ^ (1 << random.below(8))),
  (bytes, random) => replaced(bytes, random, () => random.pick([0, 0x7f, 0x80, 0xff])),
  (bytes, random) => replaced(bytes, random, () => random.pick(STRUCTURE)),
  (bytes, random) => bytes.slice(0, random.below(bytes.length + 1)),
  (bytes, random) => bytes.slice(random.below(bytes.length + 1)),
  (bytes, random) => {
    const at = random.below(bytes.length + 1);
    return concat(bytes.slice(0, at), random.bytes(1 + random.below(8)), bytes.slice(at));
  },
  (bytes, random) => {
    const at = random.below(bytes.length + 1);
    const length = random.below(40);
    return concat(bytes.slice(0, at), bytes.slice(at, at + length), bytes.slice(at));
  },
  (bytes, random) => concat(bytes.slice(0, random.below(bytes.length + 1)), random.pick(ORIGINALS)),
];

function replaced(bytes: Uint8Array, random: SeededRandom, by: (byte: number) => number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  const at = random.below(copy.length + 1);
  const byte = copy[at];
  if (byte !== undefined) copy[at] = by(byte);
  return copy;
}

// Signs that JSON is made of.
const STRUCTURE = [0x22, 0x2c, 0x3a, 0x5b, 0x5d, 0x7b, 0x7d, 0x5c, 0x2d, 0x65] as const satisfies [
  number,
  ...number[],
];

const ROOM = roomId('Mutat1on');
const CHARTER = makeCharter(ROOM, new Signer('owner'));
const PK = new Signer('A').pk;
const SLOT = new Uint8Array(8).fill(3);
const text = (frame: string) => Uint8Array.from(Buffer.from(frame));

const ORIGINALS: readonly [Uint8Array, ...Uint8Array[]] = [
  text(
    encodeClientControl({
      type: 'join',
      id: ROOM,
      idPk: PK,
      as: 'key',
      idSig: new Uint8Array(64).fill(1),
      keySig: new Uint8Array(64).fill(2),
      epoch: 0,
      position: { logId: 'AAAAAAAAAAA', seq: 12 },
    }),
  ),
  text('{"type":"ping"}'),
  text(encodeServerControl({ type: 'challenge', nonce: new Uint8Array(32).fill(4) })),
  text(encodeServerControl({ type: 'refused', n: 3, code: 'rate', retryAfterMs: 250 })),
  text(
    encodeServerControl({
      type: 'presence',
      version: 3,
      snapshot: true,
      joined: [{ slot: SLOT, idPk: PK }],
      away: [SLOT],
      left: [],
      count: 1,
    }),
  ),
  text(`{"v":1,"ownerPk":"${Buffer.from(PK).toString('base64url')}","life":600,"history":"all"}`),
  encodeClientSealed({ type: 'send', n: 1, envelope: envelope(1) }),
  encodeClientSealed({
    type: 'send',
    n: 2,
    erase: { seq: 9, proof: new Uint8Array(16) },
    envelope: envelope(2),
  }),
  encodeClientSealed({ type: 'profile', sealed: sealedProfile(1) }),
  encodeMessageEvent(7, envelope(3)),
  encodeCommandEvent(1, CHARTER.bytes, CHARTER.blob),
  encodeProfileFrame(SLOT, PK, sealedProfile(2)),
  encodeCommandWithBlob(CHARTER.bytes, CHARTER.blob),
  CHARTER.bytes,
];
