// The question of a poll and its options, each with a bar.

import type { Poll } from '@mayfly/client';
import { useId } from 'preact/hooks';
import { pollTexts } from '../../words/polls.ts';
import type { Choice } from './ballots.ts';
import { seenText } from './seen-text.ts';
import { tallyOf } from './tally.ts';

type PollOptionsProps = {
  readonly poll: Poll;
  readonly chosen: Choice;
  /** Without it, nothing can be chosen. */
  readonly onChoose?: (choice: Choice) => void;
};

export function PollOptions({ poll, chosen, onChoose }: PollOptionsProps) {
  const { question, options, many, closed } = poll;
  const id = useId();
  const tally = tallyOf(poll);
  const choose = (index: number) => {
    const others = chosen.filter((one) => one !== index);
    const isNew = others.length === chosen.length;
    const together = isNew ? [...others, index].sort((a, b) => a - b) : others;
    onChoose?.(many ? together : [index]);
  };
  const how = many ? pollTexts.chooseMany : pollTexts.chooseOne;
  return (
    <fieldset
      class="poll__options"
      disabled={onChoose === undefined}
      aria-describedby={`${id}how`}
      onKeyDown={stepByArrow}
    >
      <legend dir="auto">{seenText(question) ?? pollTexts.emptyQuestion}</legend>
      <small class="poll__how" id={`${id}how`}>
        {closed ? pollTexts.closed : how}
      </small>
      {options.map(({ text }, index) => (
        <Option
          key={index}
          text={seenText(text) ?? pollTexts.option(index + 1)}
          {...(tally.options[index] ?? { votes: 0, share: 0 })}
          isMany={many}
          group={id}
          index={index}
          isChosen={chosen.includes(index)}
          onChoose={() => choose(index)}
        />
      ))}
    </fieldset>
  );
}

type OptionProps = {
  readonly text: string;
  readonly votes: number;
  readonly share: number;
  readonly isMany: boolean;
  readonly group: string;
  readonly index: number;
  readonly isChosen: boolean;
  readonly onChoose: () => void;
};

function Option({ text, votes, share, isMany, group, index, isChosen, onChoose }: OptionProps) {
  const [counted, part] = [pollTexts.votes(votes), pollTexts.share(share)];
  const id = `${group}votes${index}`;
  return (
    <>
      <label class="poll__option" title={text}>
        <input
          type={isMany ? 'checkbox' : 'radio'}
          name={group}
          checked={isChosen}
          aria-describedby={id}
          onChange={onChoose}
        />
        <bdi class="poll__text" dir="auto">
          {text}
        </bdi>
        <b class="poll__share num" aria-hidden="true">
          {part}
        </b>
        <svg class="poll__bar" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
          <rect width={100 * share} height="1" />
        </svg>
        <small class="num" aria-hidden="true">
          {counted}
        </small>
      </label>
      <span class="visually-hidden" id={id} aria-live="off">
        {pollTexts.votesAndShare(counted, part)}
      </span>
    </>
  );
}

const STEPS: ReadonlyMap<string, 1 | -1> = new Map([
  ['ArrowDown', 1],
  ['ArrowRight', 1],
  ['ArrowUp', -1],
  ['ArrowLeft', -1],
]);

/** The browser's own arrow keys would choose at each step, for everyone to see. */
function stepByArrow(event: KeyboardEvent & { readonly currentTarget: HTMLElement }): void {
  const step = STEPS.get(event.key);
  if (step === undefined || !(event.target instanceof HTMLInputElement)) return;
  event.preventDefault();
  const inputs = [...event.currentTarget.querySelectorAll('input')];
  inputs[(inputs.indexOf(event.target) + step + inputs.length) % inputs.length]?.focus();
}
