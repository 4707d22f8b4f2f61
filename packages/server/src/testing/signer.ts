// Keys that tests sign with, rooms made with them, and joins.

import { type KeyObject, createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto';
import {
  CHARTER_BLOB_BYTES,
  type CharterArgs,
  type Command,
  type GivenCommand,
  ENVELOPE_BUCKETS,
  ENVELOPE_OVERHEAD,
  ENVELOPE_TYPE,
  EPHEMERAL_BYTES,
  EPHEMERAL_TYPE,
  ERASE_PROOF_BYTES,
  type Join,
  OP_CHARTER,
  OP_END,
  OP_KICK,
  PROFILE_BYTES,
  PROFILE_TYPE,
  type RoomId,
  SIGNATURE_BYTES,
  type SigningPurpose,
  concat,
  decodeCommand,
  encodeCharterArgs,
  encodeCommand,
  encodeUnsignedCommand,
  joinTranscript,
  parseRoomId,
  signedBytes,
  u16,
  u32,
  u8,
} from '@mayfly/protocol';
import type { VerifiedCharter } from '../store/room-store.ts';

const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

export class Signer {
  readonly pk: Uint8Array;
  readonly #secret: KeyObject;

  constructor(seed: string) {
    const seedBytes = createHash('sha256').update(seed).digest();
    this.#secret = createPrivateKey({
      key: Buffer.concat([PKCS8_PREFIX, seedBytes]),
      format: 'der',
      type: 'pkcs8',
    });
    const spki = createPublicKey(this.#secret).export({ format: 'der', type: 'spki' });
    this.pk = Uint8Array.from(spki.subarray(-32));
  }

  sign(purpose: SigningPurpose, message: Uint8Array): Uint8Array {
    return Uint8Array.from(sign(null, signedBytes(purpose, message), this.#secret));
  }
}

export function roomId(text: string): RoomId {
  const id = parseRoomId(text);
  if (id === undefined) throw new Error('not a room id');
  return id;
}

export type CharterChoices = Partial<CharterArgs> & {
  readonly epoch?: number;
  readonly c?: number;
  readonly op?: number;
  readonly blob?: Uint8Array;
  readonly signer?: Signer;
};

/** A charter that opens a door-1 room, except for the given choices. */
export function makeCharter(room: RoomId, owner: Signer, choices: CharterChoices = {}): VerifiedCharter {
  const { epoch = 0, c = 1, op = OP_CHARTER, signer = owner } = choices;
  const blob = choices.blob ?? new Uint8Array(CHARTER_BLOB_BYTES).fill(7);
  const args: CharterArgs = {
    newEpoch: 0,
    accessPk: new Signer(`access ${room}`).pk,
    linkPk: new Uint8Array(32),
    door: 1,
    fresh: false,
    blobHash: Uint8Array.from(createHash('sha256').update(blob).digest()),
    moderators: [],
    ...choices,
  };
  const signed = encodeUnsignedCommand(room, epoch, c, op, encodeCharterArgs(args));
  const bytes = encodeCommand(signed, signer.pk, signer.sign('cmd', signed));
  const command = decodeCommand(bytes);
  if (command === undefined) throw new Error('not a command');
  return { bytes, command, args, blob };
}

type CommandChoices = Partial<Pick<Command, 'epoch' | 'c' | 'op' | 'args'>> & { readonly blob?: Uint8Array };

/** The owner's end of a room, as its second command, except for the given choices. */
export function makeCommand(room: RoomId, signer: Signer, choices: CommandChoices = {}): GivenCommand {
  const { epoch = 0, c = 2, op = OP_END, args = new Uint8Array(0), blob = new Uint8Array(0) } = choices;
  const signed = encodeUnsignedCommand(room, epoch, c, op, args);
  const bytes = encodeCommand(signed, signer.pk, signer.sign('cmd', signed));
  const command = decodeCommand(bytes);
  if (command === undefined) throw new Error('not a command');
  return { type: 'command', bytes, command, blob };
}

/** As a store takes it, which leaves signatures to its nodes. */
export function unsignedKick(room: RoomId, signerPk: Uint8Array, c: number, idPk: Uint8Array): GivenCommand {
  const signed = encodeUnsignedCommand(room, 0, c, OP_KICK, idPk);
  const bytes = encodeCommand(signed, signerPk, new Uint8Array(SIGNATURE_BYTES));
  const command = decodeCommand(bytes);
  if (command === undefined) throw new Error('not a command');
  return { type: 'command', bytes, command, blob: new Uint8Array(0) };
}

/** As much of an envelope as a server can check; different `mark`s make different bytes. */
export function envelope(mark: number, { epoch = 0, bucket = 0, ttl = 0 } = {}): Uint8Array {
  const length = (ENVELOPE_BUCKETS[bucket] ?? 0) + ENVELOPE_OVERHEAD;
  const delH = createHash('sha256').update(eraseProof(mark)).digest().subarray(0, ERASE_PROOF_BYTES);
  const header = concat(u8(ENVELOPE_TYPE), u32(epoch), u16(ttl), delH);
  return concat(header, new Uint8Array(length - header.length - 4).fill(1), u32(mark));
}

/** With which the author of `envelope(mark)` can erase it. */
export function eraseProof(mark: number): Uint8Array {
  return concat(u32(mark), new Uint8Array(ERASE_PROOF_BYTES - 4).fill(1));
}

export function sealedProfile(mark: number, epoch = 0): Uint8Array {
  return concat(u8(PROFILE_TYPE), u32(epoch), new Uint8Array(PROFILE_BYTES - 5).fill(mark));
}

export function sealedSignal(mark: number, epoch = 0): Uint8Array {
  return concat(u8(EPHEMERAL_TYPE), u32(epoch), new Uint8Array(EPHEMERAL_BYTES - 5).fill(mark));
}

/** A join over a challenge's nonce that proves the room's key, except for the given choices. */
export function makeJoin(id: RoomId, nonce: Uint8Array, member: Signer, choices: Partial<Join> = {}): Join {
  const { as = 'key' } = choices;
  const transcript = joinTranscript(id, nonce, member.pk);
  return {
    type: 'join',
    id,
    idPk: member.pk,
    as,
    idSig: member.sign('id', transcript),
    ...(as === 'key' && { keySig: new Signer(`access ${id}`).sign('join', transcript) }),
    ...choices,
  };
}
