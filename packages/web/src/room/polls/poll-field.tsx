// A field of a poll that is being written: how much still fits, and what is wrong with it.

import { useId } from 'preact/hooks';
import { Icon } from '../../ui/icon.tsx';
import { Trouble } from '../../ui/text-field.tsx';
import { pollTexts } from '../../words/polls.ts';

type PollFieldProps = {
  readonly label: string;
  readonly value: string;
  /** Characters; below 0 if it is too long. */
  readonly left: number;
  readonly trouble: string | undefined;
  readonly onValue: (text: string) => void;
  /** Its label is in the field until something is written. */
  readonly isOption?: boolean;
  /** Without it, the field can't be removed. */
  readonly onRemove?: (() => void) | undefined;
  readonly removal?: string;
};

/** Fewer characters left than this are counted. */
const NEAR_LIMIT = 20;

export function PollField({ label, value, left, trouble, isOption = false, ...rest }: PollFieldProps) {
  const id = useId();
  const { onValue, onRemove, removal } = rest;
  const wrong = left < 0 ? pollTexts.tooLong(-left) : trouble;
  const isNear = wrong === undefined && left < NEAR_LIMIT;
  return (
    <div class="field poll-field">
      {!isOption && <label for={id}>{label}</label>}
      <span>
        <input
          class="input"
          id={id}
          type="text"
          dir="auto"
          autocomplete="off"
          autofocus={!isOption}
          enterkeyhint="next"
          value={value}
          aria-label={isOption ? label : undefined}
          placeholder={isOption ? label : undefined}
          aria-invalid={wrong !== undefined}
          aria-describedby={`${id}below`}
          onInput={({ currentTarget }) => onValue(currentTarget.value)}
        />
        {onRemove !== undefined && (
          <button class="icon-button" type="button" aria-label={removal} onClick={onRemove}>
            <Icon name="x" />
          </button>
        )}
      </span>
      <div id={`${id}below`}>
        {wrong !== undefined && <Trouble text={wrong} />}
        {isNear && <small>{pollTexts.left(left)}</small>}
      </div>
    </div>
  );
}
