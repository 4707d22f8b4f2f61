// A message, sealed and signed (ENV-1 to ENV-7). Order, chains and acceptance are up to the receiver.

import { sha256 } from '@noble/hashes/sha2.js';
import {
  BODY_BYTES_MAX,
  ByteReader,
  ENVELOPE_BUCKETS,
  ENVELOPE_HEADER_BYTES,
  ENVELOPE_TYPE,
  ERASE_PROOF_BYTES,
  PUBLIC_KEY_BYTES,
  SIGNATURE_BYTES,
  allZero,
  concat,
  decodeUtf8,
  epochOf,
  isEnvelope,
  u16,
  u32,
  u48,
  u8,
  utf8,
} from '@mayfly/protocol';
import { BOX_NONCE_BYTES, openBox, sealBox } from './box.ts';
import { digest, expandKey, extractKey } from './derive.ts';
import { SEEN_EVENTS_MAX, type Statement } from './event-hash.ts';
import type { EpochKeys } from './keys.ts';
import { nameFits } from './person.ts';
import type { RandomBytes } from './random.ts';
import { type SigningKey, sign, verify } from './signature.ts';
import { withJoined, withSecret } from './wipe.ts';

export const SESS_BYTES = 4;
export const MID_BYTES = 32;
/** A message is named by the first half of its mid. */
export const REF_BYTES = 16;
const FLAG_REF = 1;

/** A message as its sender writes it. */
export type MessageContent = {
  /** The chain: 4 random bytes. */
  readonly sess: Uint8Array;
  /** Number in the chain, from 1. */
  readonly count: number;
  /** `mid` of the chain's message before; 32 zeros before the first. */
  readonly prev: Uint8Array;
  readonly statement: Statement;
  /** The sender's clock, milliseconds since 1970. */
  readonly at: number;
  readonly ctype: number;
  /** First 16 bytes of the `mid` this message is about. */
  readonly ref?: Uint8Array;
  readonly name: string;
  readonly body: string;
  /** Seconds until the message disappears; 0: with the room. */
  readonly ttl: number;
};

/** A message whose seal held. Its author is a claim until `verifyMessage` or the chain confirms it (RECV-3). */
export type OpenedMessage = MessageContent & {
  readonly epoch: number;
  readonly pk: Uint8Array;
  /** Bit 0: `ref` is present. The others are reserved. */
  readonly flags: number;
  /** Identity of the message: hash of all that is signed. */
  readonly mid: Uint8Array;
  readonly signature: Uint8Array;
  /** Hash of the proof that lets its author erase the message (ENV-6). */
  readonly delH: Uint8Array;
};

/** Seals and signs. Throws a RangeError for content that receivers would refuse (ENV-4). */
export function sealMessage(
  keys: EpochKeys,
  author: SigningKey,
  content: MessageContent,
  random: RandomBytes,
): { readonly envelope: Uint8Array; readonly mid: Uint8Array } {
  const nonce = random(BOX_NONCE_BYTES);
  const header = encodeHeader(keys.epoch, content.ttl, eraseProof(author.seed, nonce));
  const signed = encodeContent(author.pk, content);
  const mid = midOf(keys, header, signed);
  const inner = padToBucket(concat(signed, sign(author.seed, 'sig', mid)));
  const sealed = withJoined(associated(keys, header), (aad) =>
    sealBox(keys.message, aad, inner, () => nonce),
  );
  return { envelope: concat(header, sealed), mid };
}

/** ENV-6: only the author can make it. Showing it to the server erases the message. */
export function eraseProof(seed: Uint8Array, nonce: Uint8Array): Uint8Array {
  return withSecret(extractKey(nonce, seed), (prk) => expandKey(prk, 'del', ERASE_PROOF_BYTES));
}

function encodeHeader(epoch: number, ttl: number, proof: Uint8Array): Uint8Array {
  return concat(u8(ENVELOPE_TYPE), u32(epoch), u16(ttl), sha256(proof).subarray(0, ERASE_PROOF_BYTES));
}

function encodeContent(pk: Uint8Array, content: MessageContent): Uint8Array {
  const { statement, ref } = content;
  const name = utf8(content.name);
  const body = utf8(content.body);
  if (!fits(content, body.length)) throw new RangeError('ENV-4');
  return concat(
    pk,
    content.sess,
    u32(content.count),
    content.prev,
    statement.logTag,
    u32(statement.seq),
    u8(statement.events),
    statement.seen,
    u48(content.at),
    u8(content.ctype),
    u8(ref ? FLAG_REF : 0),
    ref ?? new Uint8Array(),
    u8(name.length),
    name,
    u16(body.length),
    body,
  );
}

function fits(content: MessageContent, bodyBytes: number): boolean {
  const { count, statement, name } = content;
  return count > 0 && statement.events <= SEEN_EVENTS_MAX && nameFits(name) && bodyBytes <= BODY_BYTES_MAX;
}

function midOf(keys: EpochKeys, header: Uint8Array, signed: Uint8Array): Uint8Array {
  return digest('mid', keys.ctx, header, signed);
}

function associated(keys: EpochKeys, header: Uint8Array): readonly Uint8Array[] {
  return [utf8('mayfly/v1 env\0'), header, keys.ctx];
}

function padToBucket(inner: Uint8Array): Uint8Array {
  const bucket = ENVELOPE_BUCKETS.find((size) => size >= inner.length);
  if (bucket === undefined) throw new RangeError('ENV-4');
  const padded = new Uint8Array(bucket);
  padded.set(inner);
  return padded;
}

export type EnvelopeRefusal =
  /** Wrong type byte or length. */
  | 'not_an_envelope'
  /** Sealed for an epoch other than that of the keys. */
  | 'epoch'
  /** Another key, room or epoch, or changed in transit. */
  | 'seal'
  /** It opened, but its content breaks ENV-4. */
  | 'content';

export type OpenResult =
  | { readonly ok: true; readonly message: OpenedMessage }
  | { readonly ok: false; readonly reason: EnvelopeRefusal };

/** Opens and reads (ENV-4). `verifyMessage` checks the signature. */
export function openEnvelope(keys: EpochKeys, envelope: Uint8Array): OpenResult {
  if (!isEnvelope(envelope)) return { ok: false, reason: 'not_an_envelope' };
  const header = envelope.subarray(0, ENVELOPE_HEADER_BYTES);
  if (epochOf(envelope) !== keys.epoch) return { ok: false, reason: 'epoch' };
  const inner = withJoined(associated(keys, header), (aad) =>
    openBox(keys.message, aad, envelope.subarray(ENVELOPE_HEADER_BYTES)),
  );
  if (inner === undefined) return { ok: false, reason: 'seal' };
  const message = readInner(keys, header, inner);
  return message ? { ok: true, message } : { ok: false, reason: 'content' };
}

function readInner(keys: EpochKeys, header: Uint8Array, inner: Uint8Array): OpenedMessage | undefined {
  const reader = new ByteReader(inner);
  const pk = reader.take(PUBLIC_KEY_BYTES);
  const sess = reader.take(SESS_BYTES);
  const count = reader.u32();
  const prev = reader.take(MID_BYTES);
  const statement = readStatement(reader);
  const at = reader.u48();
  const ctype = reader.u8();
  const flags = reader.u8();
  const ref = (flags & FLAG_REF) !== 0 ? reader.take(REF_BYTES) : undefined;
  const nameBytes = reader.take(reader.u8());
  const bodyBytes = reader.take(reader.u16());
  const signature = reader.take(SIGNATURE_BYTES);
  const padding = reader.rest();
  if (!reader.ended || !allZero(padding)) return undefined;

  const name = decodeUtf8(nameBytes);
  const body = decodeUtf8(bodyBytes);
  if (name === undefined || body === undefined) return undefined;
  const content = {
    sess,
    count,
    prev,
    statement,
    at,
    ctype,
    ...(ref && { ref }),
    name,
    body,
    ...readHeader(header),
  };
  if (!fits(content, bodyBytes.length)) return undefined;
  const signed = inner.subarray(0, inner.length - padding.length - SIGNATURE_BYTES);
  return { ...content, epoch: keys.epoch, pk, flags, mid: midOf(keys, header, signed), signature };
}

function readStatement(reader: ByteReader): Statement {
  return { logTag: reader.take(4), seq: reader.u32(), events: reader.u8(), seen: reader.take(8) };
}

/** The clear fields before the seal, besides type and epoch. */
export function readHeader(header: Uint8Array): { ttl: number; delH: Uint8Array } {
  const reader = new ByteReader(header.subarray(5));
  return { ttl: reader.u16(), delH: reader.take(ERASE_PROOF_BYTES) };
}

/** Whether the author named in it signed it (SIG-2). */
export function verifyMessage(message: OpenedMessage): boolean {
  return verify(message.pk, 'sig', message.mid, message.signature);
}
