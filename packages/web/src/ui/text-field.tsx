// A labeled text field, with a hint or an error below.

import type { ComponentChildren, InputHTMLAttributes } from 'preact';
import { useId } from 'preact/hooks';
import { texts } from '../words/start.ts';
import { Icon } from './icon.tsx';

type TextFieldProps = {
  readonly label: string;
  readonly optional?: boolean;
  readonly value: string;
  readonly onValue: (value: string) => void;
  readonly hint?: ComponentChildren;
  /** Replaces the hint, and is announced at once. */
  readonly error?: string | undefined;
  readonly input: Pick<
    InputHTMLAttributes,
    'autocomplete' | 'dir' | 'inputMode' | 'placeholder' | 'spellcheck' | 'autocapitalize'
  >;
};

export function TextField({ label, optional = false, value, onValue, hint, error, input }: TextFieldProps) {
  const id = useId();
  const below = error !== undefined || hint !== undefined;
  return (
    <div class="field">
      <label for={id}>
        {label} {optional && <span class="side-note">{texts.name.optional}</span>}
      </label>
      <input
        {...input}
        class="input"
        id={id}
        type="text"
        value={value}
        onInput={(event) => onValue(event.currentTarget.value)}
        aria-invalid={error !== undefined}
        aria-describedby={below ? `${id}-below` : undefined}
      />
      {below && (
        <div id={`${id}-below`}>
          {error === undefined ? hint && <small>{hint}</small> : <Trouble text={error} />}
        </div>
      )}
    </div>
  );
}

/** An error, announced at once: what went wrong and what to do. */
export function Trouble({ text }: { readonly text: string }) {
  return (
    <p class="error" role="alert">
      <Icon name="alert" small />
      <span>{text}</span>
    </p>
  );
}
