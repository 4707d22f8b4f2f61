// The passphrase that a new room or a new link is to have.

import { passphraseKey } from '@mayfly/client/passphrase';
import { type ReadonlySignal, signal } from '@preact/signals';
import { passphraseTexts } from '../words/passphrase.ts';

/** What whoever makes the room or the link needs of it. */
export type NewPassphrase = {
  readonly text: string;
  /** Why it can't be used. */
  readonly trouble: string | undefined;
  /** How far the work is, in words, while there is any. */
  readonly making: ReadonlySignal<string | undefined>;
  /** See `CreateOptions.second` and `LinkOptions.second`. */
  readonly keyFor: (secret: string) => Promise<Uint8Array | undefined>;
  /** Ends the work. */
  readonly stop: () => void;
};

export function newPassphraseOf(text: string): NewPassphrase {
  const making = signal<string>();
  const stopping = new AbortController();
  const onPercent = (percent: number) => (making.value = passphraseTexts.makingShort(percent));
  const keyFor = async (secret: string) => {
    const key = await passphraseKey(secret, text, { signal: stopping.signal, onPercent });
    making.value = undefined;
    return key;
  };
  const trouble = text === '' ? passphraseTexts.none : undefined;
  return { text, trouble, making, keyFor, stop: () => stopping.abort() };
}
