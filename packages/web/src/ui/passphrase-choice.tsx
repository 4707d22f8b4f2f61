// The passphrase of a new room or a new link: five random words, or one's own.

import { useEffect, useRef, useState } from 'preact/hooks';
import { background } from '../background.ts';
import { passphraseTexts } from '../words/passphrase.ts';
import { strengthOf } from './passphrase-strength.ts';
import { CopyPassphrase } from '../ui/copy-passphrase.tsx';
import { type NewPassphrase, newPassphraseOf } from './new-passphrase.ts';
import { PassphraseField } from './passphrase-field.tsx';

export type PassphraseChoiceProps = {
  /** To begin with, instead of random words. */
  readonly first?: string | undefined;
  readonly onPassphrase: (passphrase: NewPassphrase) => void;
};

export function PassphraseChoice({ first, onPassphrase }: PassphraseChoiceProps) {
  const [value, setValue] = useState('');
  const current = useRef<NewPassphrase>(undefined);
  const [drawn, setDrawn] = useState('');
  const [isListMissing, setListMissing] = useState(false);
  const onValue = (passphrase: string) => {
    setValue(passphrase);
    current.current?.stop();
    current.current = newPassphraseOf(passphrase);
    onPassphrase(current.current);
  };
  useEffect(() => () => current.current?.stop(), []);
  const draw = async () => {
    const words = await randomWords();
    setListMissing(words === undefined);
    setDrawn(words ?? '');
    onValue(words ?? '');
  };
  useEffect(() => (first === undefined ? background(draw()) : onValue(first)), []);
  return (
    <div class="passphrase">
      <PassphraseField
        value={value}
        onValue={onValue}
        isShown
        hint={isListMissing ? passphraseTexts.noWords : hintOf(value, drawn)}
      />
      <div class="row">
        <button class="btn btn--secondary" type="button" onClick={() => background(draw())}>
          {passphraseTexts.words}
        </button>
        <CopyPassphrase text={value} />
      </div>
    </div>
  );
}

function hintOf(value: string, drawn: string): string | undefined {
  if (value === '') return undefined;
  return value === drawn ? passphraseTexts.random : passphraseTexts.strength[strengthOf(value)];
}

/** Undefined if the list didn't load. */
async function randomWords(): Promise<string | undefined> {
  try {
    return (await import('./passphrase-words.ts')).newPassphrase();
  } catch {
    return undefined;
  }
}
