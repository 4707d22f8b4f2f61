// Bytes to base58 characters, one by one: for random text and for checksums. It has no way back (LINK-2).

import { BASE58 } from '@mayfly/protocol';

const WHOLE_ROUNDS = 4 * BASE58.length;

/** Each byte below 232 becomes one character, all 58 equally likely; the other bytes are skipped. */
export function base58map(bytes: Uint8Array): string {
  return Array.from(bytes)
    .filter((byte) => byte < WHOLE_ROUNDS)
    .map((byte) => BASE58.charAt(byte % BASE58.length))
    .join('');
}
