// The owner code, and how a link commits to its owner (OWNER-1, OWNER-2).

import { utf8 } from '@mayfly/protocol';
import { base58map } from './base58.ts';
import { expandKey, extractFor } from './derive.ts';
import type { RandomBytes } from './random.ts';
import { type SigningKey, signingKey } from './signature.ts';
import { withJoined, withSecret } from './wipe.ts';

/** Characters of S, and of an owner code. */
export const SECRET_LENGTH = 32;

export type OwnerKeys = SigningKey & {
  /** Seals the room's secrets for the holder of the owner code. */
  readonly boxKey: Uint8Array;
};

export function newOwnerCode(random: RandomBytes): string {
  return secretText(random(3 * SECRET_LENGTH));
}

export function ownerKeys(ownerCode: string): OwnerKeys {
  const prk = withSecret(utf8(ownerCode), (code) => extractFor('owner', code));
  return withSecret(prk, () => ({
    ...signingKey(expandKey(prk, 'owner-seed')),
    boxKey: expandKey(prk, 'owner-box'),
  }));
}

/** S from the owner's public key and 32 random bytes, so no one can show another owner for the same S. */
export function linkSecret(ownerPk: Uint8Array, r: Uint8Array): string {
  const prk = withJoined([ownerPk, r], (joined) => extractFor('link', joined));
  return withSecret(prk, () => secretText(expandKey(prk, 'S', 3 * SECRET_LENGTH)));
}

function secretText(bytes: Uint8Array): string {
  return withSecret(bytes, base58map).slice(0, SECRET_LENGTH);
}
