// Secrets are overwritten right after use. JavaScript and libraries may still have copies.

import { concat } from '@mayfly/protocol';

/** Overwrites each. */
export function wipe(...secrets: readonly (Uint8Array | undefined)[]): void {
  for (const secret of secrets) secret?.fill(0);
}

/** Passes all parts as one array and overwrites it afterwards, for parts that are secret. */
export function withJoined<T>(parts: readonly Uint8Array[], use: (joined: Uint8Array) => T): T {
  return withSecret(concat(...parts), use);
}

/** Passes the secret on and overwrites it afterwards. */
export function withSecret<T>(secret: Uint8Array, use: (secret: Uint8Array) => T): T {
  try {
    return use(secret);
  } finally {
    wipe(secret);
  }
}
