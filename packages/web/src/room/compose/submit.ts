// What pressing Send does: sends the draft, runs a command, or says why not.

import { isNameTooLong } from '../../ui/display-name.ts';
import { type Entry, readEntry } from '../model/commands.ts';
import { trimmedDraft } from '../model/draft-text.ts';
import type { RoomView } from '../model/room-view.ts';
import { splitText } from '../model/split-text.ts';
import { composingTexts } from '../../words/composing.ts';
import { composingOf } from './composing-state.ts';

/** An edit has no commands: a text that looks like one may be what was sent. */
export function submit(view: RoomView): void {
  const { draft } = view;
  const entry = readEntry(draft.text.peek());
  if (draft.about.peek()?.what === 'edit') view.send();
  else if (entry.what === 'message') sendAs(view, entry.text);
  else if (entry.what === 'command') run(view, entry);
  else composingOf(view).note.value = entry;
}

/** False if it wasn't sent; the draft is then what was typed. */
function sendAs(view: RoomView, text: string): boolean {
  const { draft } = view;
  const typed = draft.text.peek();
  draft.text.value = text;
  view.send();
  const isSent = draft.text.peek() !== text;
  if (!isSent) draft.text.value = typed;
  if (!isSent) noteTimer(view);
  return isSent;
}

function noteTimer(view: RoomView): void {
  if (view.timerIsRefused.peek()) composingOf(view).note.value = { what: 'no-timer' };
}

function run(view: RoomView, { name, rest }: Extract<Entry, { what: 'command' }>): void {
  const state = composingOf(view);
  if (name === 'nick' && isNameTooLong(rest)) {
    state.note.value = { what: 'long-name' };
    return;
  }
  view.type('');
  if (name === 'nick') view.rename(rest);
  else if (name === 'clear') view.timeline.clear();
  else if (name === 'poll') state.openPoll(rest);
  else state.open.value = name === 'timer' ? 'timer' : 'formatting';
}

/** Sends the draft in parts, in order. What can't be sent stays in the composer. */
export function sendInParts(view: RoomView): void {
  const { draft } = view;
  const parts = splitText(trimmedDraft(draft.text.peek())) ?? [];
  const keys: string[] = [];
  for (const [index, part] of parts.entries()) {
    draft.text.value = part;
    const key = view.send();
    if (key === undefined) {
      draft.text.value = parts.slice(index).join('\n\n');
      noteTimer(view);
      break;
    }
    keys.push(key);
  }
  composingOf(view).parts.value = keys;
}

/** Whether this room takes the draft as a file. Files have no timer. */
export function fitsFile({ draft, filePort, ttlMs }: RoomView): boolean {
  return ttlMs.value === undefined && textFile(draft.text.value).size <= (filePort?.limits?.file ?? 0);
}

/** Sends the draft as a file of text, once the part for files has it. */
export function sendAsFile(view: RoomView): void {
  const file = textFile(view.draft.text.peek());
  view.type('');
  const stop = view.tray.subscribe((tray) => {
    if (tray === undefined) return;
    queueMicrotask(() => stop());
    tray.send();
  });
  view.chosenFiles.value = [file];
}

function textFile(text: string): File {
  return new File([trimmedDraft(text)], composingTexts.textFile, { type: 'text/plain' });
}
