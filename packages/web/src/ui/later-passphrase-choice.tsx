// The choice of a passphrase, once its file is there.

import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { background } from '../background.ts';
import { withStyle } from '../browser/later-style.ts';
import type { NewPassphrase } from './new-passphrase.ts';
import type { PassphraseChoiceProps } from './passphrase-choice.tsx';
import style from './passphrase-choice-part.css?url';

const choice = signal<typeof import('./passphrase-choice-part.ts') | undefined>(undefined);

/** Without the file, nothing can be chosen. */
async function load(): Promise<void> {
  try {
    choice.value ??= await withStyle(import('./passphrase-choice-part.ts'), style);
  } catch {
    choice.value = undefined;
  }
}

export function LaterPassphraseChoice(props: PassphraseChoiceProps) {
  useEffect(() => background(load()), []);
  const part = choice.value;
  return part === undefined ? null : <part.PassphraseChoice {...props} />;
}

/** The same as was chosen, for work that goes on when the choice is no longer shown. */
export function passphraseLike({ text }: NewPassphrase): NewPassphrase | undefined {
  return choice.value?.newPassphraseOf(text);
}
