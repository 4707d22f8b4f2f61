// Verifies the signatures of joins, looks and charters, with public keys only. What the room allows is the store's decision.

import { type KeyObject, createHash, createPublicKey, verify } from 'node:crypto';
import {
  CHARTER_BLOB_BYTES,
  type Command,
  type Join,
  type Look,
  OP_CHARTER,
  type RoomId,
  type SigningPurpose,
  decodeCharterArgs,
  equalBytes,
  isGoodPoint,
  isGoodSignatureShape,
  joinTranscript,
  signedBytes,
} from '@mayfly/protocol';
import type { RoomKeys, VerifiedCharter } from '../store/room-store.ts';

/** Strict Ed25519, with one verdict on every platform (docs/crypto.md, SIG-2). */
export function verifySignature(
  purpose: SigningPurpose,
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
  toObject = keyObject,
): boolean {
  return verifyStrict(publicKey, signedBytes(purpose, message), signature, toObject);
}

/** As `verifySignature`, over the bytes as they are. */
export function verifyStrict(
  publicKey: Uint8Array,
  signed: Uint8Array,
  signature: Uint8Array,
  toObject = keyObject,
): boolean {
  if (!isGoodPoint(publicKey) || !isGoodSignatureShape(signature)) return false;
  return verify(null, signed, toObject(publicKey), signature);
}

// A room's keys stay the same arrays while the room lives; an identity's are used once.
const roomKeys = new WeakMap<Uint8Array, KeyObject>();

function roomKeyObject(publicKey: Uint8Array): KeyObject {
  const kept = roomKeys.get(publicKey) ?? keyObject(publicKey);
  roomKeys.set(publicKey, kept);
  return kept;
}

// As a JWK: OpenSSL 3 takes ten times as long to parse a DER key, nearly as long as one verification.
function keyObject(publicKey: Uint8Array): KeyObject {
  const x = Buffer.from(publicKey).toString('base64url');
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
}

// For rooms that do not exist: the key of RFC 8032 §7.1, test 1. A signature with it opens nothing.
const STAND_IN_KEY = Uint8Array.from(
  Buffer.from('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a', 'hex'),
);

/** `wrong_passphrase`: they proved the link, but not what the room's passphrase gives. */
export type JoinVerdict = 'proven' | 'wrong_passphrase' | 'denied';

/**
 * Whether a join proves its claim (rules JOIN-2 to JOIN-4). Verifies exactly the signatures in the frame, all of them before
 * any verdict, so the amount of work reveals nothing about the room. `keys` undefined: no such room, and always denied.
 */
export function verifyJoin(join: Join, nonce: Uint8Array, keys: RoomKeys | undefined): JoinVerdict {
  const transcript = joinTranscript(join.id, nonce, join.idPk);
  const holds = (purpose: SigningPurpose, key: Uint8Array | undefined, signature: Uint8Array | undefined) =>
    signature && verifySignature(purpose, key ?? STAND_IN_KEY, transcript, signature, roomKeyObject);

  const asOwner = join.as === 'owner';
  const id = verifySignature('id', join.idPk, transcript, join.idSig);
  const key = holds(asOwner ? 'owner' : 'join', asOwner ? keys?.ownerPk : keys?.accessPk, join.keySig);
  const link = holds('link', keys?.linkPk, join.linkSig);
  if (keys === undefined || !id) return 'denied';

  const provesLink = join.as === 'key' && keys.door !== 1;
  if (link !== (provesLink ? true : undefined)) return 'denied';
  if (key === (join.as === 'member' ? undefined : true)) return 'proven';
  return provesLink && keys.door === 2 && key === false ? 'wrong_passphrase' : 'denied';
}

/**
 * Whether a look proves the room's key (rules LOOK-1 and LOOK-3). Only rooms that need nothing but the link can be looked
 * at. Every room costs the same work, and so does a missing one.
 */
export function verifyLook(look: Look, nonce: Uint8Array, keys: RoomKeys | undefined): boolean {
  const transcript = joinTranscript(look.id, nonce, look.idPk);
  const id = verifySignature('id', look.idPk, transcript, look.idSig);
  const accessPk = keys?.accessPk ?? STAND_IN_KEY;
  const key = verifySignature('look', accessPk, transcript, look.lookSig, roomKeyObject);
  return keys?.door === 1 && id && key;
}

/** Command 1 of a reserved room, decoded; undefined unless it is a charter that opens the room (rule CMD-6). */
export function verifyCharter(
  room: RoomId,
  ownerPk: Uint8Array,
  charter: { readonly bytes: Uint8Array; readonly command: Command; readonly blob: Uint8Array },
): VerifiedCharter | undefined {
  const { command, blob } = charter;
  const args = command.op === OP_CHARTER ? decodeCharterArgs(command.args) : undefined;
  if (args === undefined || command.id !== room || command.c !== 1) return undefined;
  if (command.epoch !== 0 || args.newEpoch !== 0) return undefined;
  if (blob.length !== CHARTER_BLOB_BYTES || !equalBytes(sha256(blob), args.blobHash)) return undefined;
  if (!equalBytes(command.signerPk, ownerPk)) return undefined;
  if (!verifySignature('cmd', ownerPk, command.signed, command.signature)) return undefined;
  return { ...charter, args };
}

/** As protocol rules name it. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest();
}
