// Secrets are overwritten as soon as they have served. JavaScript and libraries may have made copies of their own.

import { concat } from '@mayfly/protocol';

/** Overwrites each of them. */
export function wipe(...secrets: readonly (Uint8Array | undefined)[]): void {
  for (const secret of secrets) secret?.fill(0);
}

/** Hands over one array of all parts, and overwrites it afterwards: a part is secret. */
export function withJoined<T>(parts: readonly Uint8Array[], use: (joined: Uint8Array) => T): T {
  return withSecret(concat(...parts), use);
}

/** Hands over the secret, and overwrites it afterwards. */
export function withSecret<T>(secret: Uint8Array, use: (secret: Uint8Array) => T): T {
  try {
    return use(secret);
  } finally {
    wipe(secret);
  }
}
