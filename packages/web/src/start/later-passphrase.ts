// The part of the page for passphrases, once a room needs one.

import { signal } from '@preact/signals';
import { withStyle } from '../browser/later-style.ts';
import style from './passphrase-part.css?url';

export type PassphrasePart = typeof import('./passphrase-part.ts');

/** Undefined until it is loaded. */
export const passphrasePart = signal<PassphrasePart | undefined>(undefined);

/** Undefined if the server didn't answer. */
export async function loadPassphrases(): Promise<PassphrasePart | undefined> {
  try {
    passphrasePart.value ??= await withStyle(import('./passphrase-part.ts'), style);
  } catch {
    // The caller reports it.
  }
  return passphrasePart.value;
}
