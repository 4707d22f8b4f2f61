// Makes a poll. What is written stays when the dialog is closed.

import { useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { Dialog } from '../../ui/dialog.tsx';
import { Trouble } from '../../ui/text-field.tsx';
import { pollTexts } from '../../words/polls.ts';
import type { RoomView } from '../model/room-view.ts';
import {
  NO_FIELDS,
  type PollTrouble,
  canRemove,
  optionLeft,
  pollDraftOf,
  pollOf,
  questionLeft,
  troubleWith,
  withOption,
  withoutOption,
} from './poll-draft.ts';
import { PollField } from './poll-field.tsx';

type PollDialogProps = {
  readonly view: RoomView;
  /** Typed behind the command; otherwise empty. */
  readonly question: string;
  readonly onClose: () => void;
};

export function PollDialog({ view, question, onClose }: PollDialogProps) {
  const draft = pollDraftOf(view);
  const isTried = useSignal(false);
  const form = useRef<HTMLFormElement>(null);
  useLayoutEffect(() => {
    if (question !== '') draft.value = { ...draft.peek(), question };
  }, []);
  const fields = draft.value;
  const trouble = troubleWith(fields);
  const send = () => {
    isTried.value = true;
    if (trouble !== undefined) form.current?.querySelectorAll('input')[fieldOf(trouble)]?.focus();
    else if (view.polls.poll(pollOf(fields)).ok) {
      draft.value = NO_FIELDS;
      view.goToEnd();
      onClose();
    }
  };
  const shown = isTried.value ? trouble : undefined;
  return (
    <Dialog title={pollTexts.title} lead={pollTexts.lead} onClose={onClose}>
      <form
        class="dialog__form"
        ref={form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
        onKeyDown={goOn}
      >
        <PollField
          label={pollTexts.question}
          value={fields.question}
          left={questionLeft(fields)}
          trouble={shown?.what === 'noQuestion' ? pollTexts.noQuestion : undefined}
          onValue={(text) => {
            draft.value = { ...fields, question: text };
          }}
        />
        <fieldset class="poll-fields">
          <legend class="legend">{pollTexts.options}</legend>
          {fields.options.map((option, at) => (
            <PollField
              key={at}
              isOption
              label={pollTexts.option(at + 1)}
              value={option}
              left={optionLeft(option)}
              trouble={textOf(shown, at)}
              onValue={(text) => {
                draft.value = withOption(fields, at, text);
              }}
              onRemove={
                canRemove(fields, at)
                  ? () => {
                      draft.value = withoutOption(fields, at);
                    }
                  : undefined
              }
              removal={pollTexts.removeOption(at + 1)}
            />
          ))}
          {shown?.what === 'fewOptions' && <Trouble text={pollTexts.fewOptions} />}
        </fieldset>
        <label class="poll-many">
          <input
            type="checkbox"
            checked={fields.many}
            onChange={({ currentTarget }) => {
              draft.value = { ...fields, many: currentTarget.checked };
            }}
          />
          {pollTexts.many}
        </label>
        {view.ttlMs.value !== undefined && <p class="hint">{pollTexts.noTimer}</p>}
        <div class="actions">
          <button class="btn btn--primary" type="submit">
            {pollTexts.send}
          </button>
          <button class="btn btn--secondary" type="button" onClick={onClose}>
            {pollTexts.cancel}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** Among the fields of the dialog: the question, then the options. */
function fieldOf(trouble: PollTrouble): number {
  if (trouble.what === 'fewOptions') return 1;
  return 'at' in trouble ? trouble.at + 1 : 0;
}

function textOf(trouble: PollTrouble | undefined, at: number): string | undefined {
  return trouble?.what === 'sameOptions' && trouble.at === at ? pollTexts.sameOptions : undefined;
}

/** Enter leads from field to field, and sends at the end; Ctrl or ⌘ with Enter always sends. */
function goOn(event: KeyboardEvent & { readonly currentTarget: HTMLFormElement }): void {
  const { target, currentTarget, key, isComposing, ctrlKey, metaKey } = event;
  if (key !== 'Enter' || isComposing || !(target instanceof HTMLInputElement)) return;
  event.preventDefault();
  const inputs = [...currentTarget.querySelectorAll('input')];
  const next = ctrlKey || metaKey ? undefined : inputs[inputs.indexOf(target) + 1];
  if (next === undefined) currentTarget.requestSubmit();
  else next.focus();
}
