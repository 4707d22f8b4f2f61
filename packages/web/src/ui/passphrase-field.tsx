// The field for a passphrase: hidden like a password, unless its reader wants to see it.

import type { TargetedInputEvent, TargetedKeyboardEvent } from 'preact';
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
  const field = {
    class: 'input',
    id,
    autocomplete: 'off',
    autocapitalize: 'off',
    spellcheck: false,
    dir: 'auto',
    value,
    readOnly: disabled,
    onInput: ({ currentTarget }: TargetedInputEvent<HTMLInputElement | HTMLTextAreaElement>) =>
      onValue(currentTarget.value.replaceAll(/[\r\n]/g, '')),
    'aria-invalid': error !== undefined,
    'aria-describedby': `${id}-below`,
  } as const;
  return (
    <div class="field">
      <label for={id}>{passphraseTexts.label}</label>
      <div class="passphrase__line">
        {isShown && <textarea {...field} rows={2} onKeyDown={submitOnEnter} />}
        {!isShown && isAsked && <input {...field} type="text" />}
        {!isShown && !isAsked && <input {...field} type="password" />}
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

/** As in a field of one line. Random words need two on a narrow card. */
function submitOnEnter(event: TargetedKeyboardEvent<HTMLTextAreaElement>): void {
  if (event.key !== 'Enter' || event.isComposing) return;
  event.preventDefault();
  event.currentTarget.form?.requestSubmit();
}
