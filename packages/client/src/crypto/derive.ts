// Hashes and key derivation under the domain strings of docs/crypto.md (KEY-1).

import { expand, extract } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { concat, u8, utf8 } from '@mayfly/protocol';
import { withJoined } from './wipe.ts';

/** `SHA-256("mayfly/v1 domain\0" || parts)`. */
export function digest(domain: string, ...parts: readonly Uint8Array[]): Uint8Array {
  return withJoined([utf8(`mayfly/v1 ${domain}`), u8(0), ...parts], sha256);
}

/** `E` of KEY-1: HKDF-Extract. */
export function extractKey(salt: Uint8Array, secret: Uint8Array): Uint8Array {
  return extract(sha256, secret, salt);
}

/** `E` with `"mayfly/v1 domain"` as its salt. */
export function extractFor(domain: string, secret: Uint8Array): Uint8Array {
  return extractKey(utf8(`mayfly/v1 ${domain}`), secret);
}

/** `X` of KEY-1: HKDF-Expand under `"mayfly/v1 label" || context`. */
export function expandKey(
  key: Uint8Array,
  label: string,
  length = 32,
  context: Uint8Array = new Uint8Array(),
): Uint8Array {
  return expand(sha256, key, concat(utf8(`mayfly/v1 ${label}`), context), length);
}
