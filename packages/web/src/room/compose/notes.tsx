// Below the field: what a command came to, and a text that is too long for one message.

import { nameRoom } from '../../ui/display-name.ts';
import { Icon } from '../../ui/icon.tsx';
import { composingTexts } from '../../words/composing.ts';
import { texts } from '../../words/start.ts';
import { trimmedDraft } from '../model/draft-text.ts';
import type { RoomView } from '../model/room-view.ts';
import { PARTS_MAX, splitText } from '../model/split-text.ts';
import { type Note, composingOf } from './composing-state.ts';
import { fitsFile, sendAsFile, sendInParts } from './submit.ts';

type NotesProps = { readonly view: RoomView };

export function Notes({ view }: NotesProps) {
  const { note } = composingOf(view);
  const isMessage = view.draft.about.value?.what !== 'edit' && view.tray.value === undefined;
  return (
    <>
      {isMessage && view.draft.roomLeft.value < 0 && <TooLong view={view} />}
      <PartsLeft view={view} />
      <TimerLine view={view} />
      {view.pauseMs.value > 0 && <p>{composingTexts.slow(view.pauseMs.value)}</p>}
      {note.value !== undefined && <p role="alert">{textOf(note.value, view)}</p>}
    </>
  );
}

function TooLong({ view }: NotesProps) {
  return (
    <p class="composer__too-long">
      <Split view={view} />
      {fitsFile(view) && (
        <button class="link-button" type="button" onClick={() => sendAsFile(view)}>
          {composingTexts.asFile}
        </button>
      )}
    </p>
  );
}

function Split({ view }: NotesProps) {
  const parts = splitText(trimmedDraft(view.draft.text.value));
  if (parts === undefined) return <span>{composingTexts.splitTooMany(PARTS_MAX)}</span>;
  return (
    <button class="link-button" type="button" onClick={() => sendInParts(view)}>
      {composingTexts.split(parts.length)}
    </button>
  );
}

function PartsLeft({ view }: NotesProps) {
  const { parts } = composingOf(view);
  const waiting = view.draft.waiting.value;
  const left = parts.value.filter((key) => waiting.has(key)).length;
  if (left === 0) return null;
  return <p role="status">{composingTexts.splitLeft(left, parts.value.length)}</p>;
}

function TimerLine({ view: { ttlMs } }: NotesProps) {
  if (ttlMs.value === undefined) return null;
  return (
    <p class="composer__timer">
      <Icon name="clock" small />
      <span>{composingTexts.timerOn(ttlMs.value)}</span>
      <button
        class="link-button"
        type="button"
        onClick={() => {
          ttlMs.value = undefined;
        }}
      >
        {composingTexts.timerStop}
      </button>
    </p>
  );
}

function textOf(note: Note, { draft }: RoomView): string {
  switch (note.what) {
    case 'unknown':
      return composingTexts.unknownCommand(note.name);
    case 'incomplete':
      return composingTexts.incomplete[note.name];
    case 'long-name':
      return texts.name.tooLong(nameRoom(draft.text.peek()));
    case 'no-files':
      return composingTexts.noFiles;
    case 'no-timer':
      return composingTexts.noTimer;
  }
}
