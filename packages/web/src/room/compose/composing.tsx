// What helps with writing a message: loaded once the room is live, and drawn around the composer's field.

import type { RefObject } from 'preact';
import { useEffect } from 'preact/hooks';
import { Icon, Stroke } from '../../ui/icon.tsx';
import { composingTexts } from '../../words/composing.ts';
import type { RoomView } from '../model/room-view.ts';
import { CompletionList } from './completion-list.tsx';
import { composingOf } from './composing-state.ts';
import { listenToField } from './field.ts';
import { EmojiPopup } from './emoji-popup.tsx';
import { FormattingHelp } from './formatting-help.tsx';
import { Notes } from './notes.tsx';
import { PollPlace } from './poll-place.tsx';
import { HELP, SMILE } from './strokes.ts';
import { TimerDialog } from './timer-dialog.tsx';

export { AddMenu } from './add-menu.tsx';
export { submit } from './submit.ts';
export { TypingPeople } from './typing-people.tsx';
export { Notes };

type ComposingProps = { readonly view: RoomView; readonly field: RefObject<HTMLTextAreaElement | null> };

/** Around the field: what is offered at the caret, and what was opened. */
export function Composing({ view, field }: ComposingProps) {
  const state = composingOf(view);
  useEffect(() => (field.current === null ? undefined : listenToField(field.current, state)), [state]);
  return (
    <>
      <CompletionList state={state} people={view.people} field={field} />
      {state.open.value === 'emoji' && <EmojiPopup state={state} field={field} />}
      {state.open.value === 'timer' && <TimerDialog state={state} view={view} />}
      {state.open.value === 'poll' && <PollPlace state={state} view={view} />}
      {state.open.value === 'formatting' && (
        <FormattingHelp
          onClose={() => {
            state.open.value = undefined;
          }}
        />
      )}
    </>
  );
}

/** Beside the field. */
export function Tools({ view }: Pick<ComposingProps, 'view'>) {
  const { open } = composingOf(view);
  return (
    <>
      <button
        class="icon-button"
        type="button"
        aria-label={composingTexts.emoji}
        aria-haspopup="dialog"
        aria-expanded={open.value === 'emoji'}
        onClick={() => {
          open.value = open.value === 'emoji' ? undefined : 'emoji';
        }}
      >
        <Stroke path={SMILE} />
      </button>
      <button
        class="icon-button composer__help"
        type="button"
        aria-label={composingTexts.formatting}
        aria-haspopup="dialog"
        onClick={() => {
          open.value = 'formatting';
        }}
      >
        <Stroke path={HELP} />
      </button>
      <button
        class="icon-button composer__help"
        type="button"
        aria-label={composingTexts.timer}
        aria-haspopup="dialog"
        onClick={() => {
          open.value = 'timer';
        }}
      >
        <Icon name="clock" />
      </button>
    </>
  );
}
