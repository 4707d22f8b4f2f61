// A choice of a few options, side by side.

import { useId } from 'preact/hooks';

type SegmentedProps<Value extends string | number> = {
  readonly legend: string;
  readonly choices: readonly { readonly value: Value; readonly label: string }[];
  readonly value: Value;
  readonly onChoose: (value: Value) => void;
};

export function Segmented<Value extends string | number>({
  legend,
  choices,
  value,
  onChoose,
}: SegmentedProps<Value>) {
  const group = useId();
  return (
    <fieldset class="field">
      <legend class="legend">{legend}</legend>
      <div class="segmented">
        {choices.map((choice) => (
          <label key={choice.value}>
            <input
              type="radio"
              name={group}
              checked={choice.value === value}
              onChange={() => onChoose(choice.value)}
            />
            <span>{choice.label}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
