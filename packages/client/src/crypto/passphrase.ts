// The second secret of a room whose door needs a passphrase (KEY-5). A module of its own: few pages need it.

import { scryptAsync } from '@noble/hashes/scrypt.js';
import { utf8 } from '@mayfly/protocol';
import { expandKey, extractFor } from './derive.ts';
import { withSecret } from './wipe.ts';

/** How the work goes on, and how to end it. */
export type PassphraseOptions = {
  /** Called as it rises, with whole percents from 0 to 100. */
  readonly onPercent?: (percent: number) => void;
  /** Ends the work; the result is then undefined. */
  readonly signal?: AbortSignal;
};

/** KEY-5: about a second of work in 32 MiB of memory. */
const COST = { N: 2 ** 15, r: 8, p: 3, dkLen: 32 };
/** So long, in milliseconds, the page waits for the work at most. */
const SLICE_MS = 12;

/**
 * P from a passphrase as typed and the secret of the link. Works in slices, so a page stays alive. Undefined if it was ended, and
 * for an empty passphrase.
 */
export async function passphraseKey(
  secret: string,
  passphrase: string,
  { onPercent, signal }: PassphraseOptions = {},
): Promise<Uint8Array | undefined> {
  const isEnded = () => signal?.aborted === true;
  if (passphrase === '' || isEnded()) return undefined;
  const text = utf8(passphrase.normalize('NFKC'));
  let shown = 0;
  const onProgress = (share: number): void => {
    signal?.throwIfAborted();
    const percent = Math.floor(share * 100);
    if (percent === shown) return;
    shown = percent;
    onPercent?.(percent);
  };
  try {
    return await scryptAsync(text, saltOf(secret), { ...COST, asyncTick: SLICE_MS, onProgress });
  } catch (error) {
    if (isEnded()) return undefined;
    throw error;
  } finally {
    text.fill(0);
  }
}

function saltOf(secret: string): Uint8Array {
  const prk0 = withSecret(utf8(secret), (s) => extractFor('link-prk', s));
  return withSecret(prk0, (key) => expandKey(key, 'pw-salt', 16));
}
