// The field for a passphrase: hidden like a password, unless its reader wants to see it.

import type { TargetedInputEvent } from 'preact';
import { useId, useState } from 'preact/hooks';
import { passphraseTexts } from '../words/passphrase.ts';
import { Trouble } from '../ui/text-field.tsx';

type PassphraseFieldProps = {
  readonly value: string;
  readonly onValue: (passphrase: string) => void;
  /** Always in sight. */
  readonly isShown?: boolean;
  readonly disabled?: boolean;
  readonly hint: string | undefined;
  /** Replaces the hint, and is announced at once. */
  readonly error?: string | undefined;
};

export function PassphraseField(props: PassphraseFieldProps) {
  const { value, onValue, isShown = false, disabled = false, hint, error } = props;
  const id = useId();
  const [isAsked, setAsked] = useState(false);
  const isVisible = isShown || isAsked;
  const field = {
    class: 'input',
    id,
    autocomplete: 'off',
    autocapitalize: 'off',
    spellcheck: false,
    dir: 'auto',
    value,
    readOnly: disabled,
    onInput: ({ currentTarget }: TargetedInputEvent<HTMLInputElement>) => onValue(currentTarget.value),
    'aria-invalid': error !== undefined,
    'aria-describedby': `${id}-below`,
  } as const;
  return (
    <div class="field">
      <label for={id}>{passphraseTexts.label}</label>
      <div class="passphrase__line">
        {isVisible ? <input {...field} type="text" /> : <input {...field} type="password" />}
        {!isShown && (
          <button
            class="btn btn--secondary"
            type="button"
            aria-label={passphraseTexts.show}
            aria-pressed={isAsked}
            onClick={() => setAsked(!isAsked)}
          >
            {passphraseTexts.showShort}
          </button>
        )}
      </div>
      <div id={`${id}-below`}>
        {error === undefined ? hint !== undefined && <small>{hint}</small> : <Trouble text={error} />}
      </div>
    </div>
  );
}
