// The composer's field while something is offered at its caret, and what is pasted or dropped there.

import { replaceInField } from '../../browser/field-text.ts';
import { emojiPart } from '../emoji/emoji-loader.ts';
import type { ComposingState, Offer } from './composing-state.ts';

/** Reported while an input method handles the key; by Safari even after the composition ended. */
const OWNED_BY_INPUT_METHOD = 229;
const CARET_KEYS: ReadonlySet<string> = new Set(['ArrowLeft', 'ArrowRight', 'Home', 'End']);

/** Returns a function that stops it. */
export function listenToField(field: HTMLTextAreaElement, state: ComposingState): () => void {
  const listening = new AbortController();
  const { signal } = listening;
  const look = () => state.look(field.value, field.selectionStart);
  field.addEventListener(
    'input',
    (event) => {
      state.note.value = undefined;
      // While an input method composes, the text before the caret is no text yet.
      if (event instanceof InputEvent && event.isComposing) state.look('', 0);
      else if (!replaceCode(field)) look();
    },
    { signal },
  );
  field.addEventListener('compositionend', look, { signal });
  field.addEventListener('click', look, { signal });
  field.addEventListener('keyup', ({ key }) => CARET_KEYS.has(key) && look(), { signal });
  field.addEventListener('blur', () => state.close(), { signal });
  field.addEventListener('paste', (event) => refuseFiles(event, event.clipboardData, state), { signal });
  // A dropped file would take the place of the page, also before the part for files is loaded.
  for (const type of ['dragover', 'drop'] as const)
    document.addEventListener(type, (event) => takeDrop(event, state), { signal });
  // Before the composer's own keys.
  field.form?.addEventListener('keydown', (event) => press(event, field, state), { signal, capture: true });
  return () => listening.abort();
}

/** Puts the offer into the text. */
export function complete(field: HTMLTextAreaElement, state: ComposingState, { insert }: Offer): void {
  const trigger = state.trigger.peek();
  if (trigger === undefined) return;
  replaceInField(field, trigger.from, trigger.from + 1 + trigger.query.length, insert);
  state.look(field.value, field.selectionStart);
  state.close();
}

const CODE_LENGTH_MAX = 40;
const WHOLE_CODE = /(?:^|[^\p{L}\p{N}:_/]):([\p{L}\p{N}_+-]{2,}):$/u;

/** The colon that ends a code makes it an emoji. That is an input of its own. */
function replaceCode(field: HTMLTextAreaElement): boolean {
  const caret = field.selectionStart;
  const code = WHOLE_CODE.exec(field.value.slice(Math.max(0, caret - CODE_LENGTH_MAX), caret))?.[1];
  const part = emojiPart.loaded.peek();
  const emoji = code === undefined ? undefined : part?.emojiBook.byCode(code);
  if (code === undefined || part === undefined || emoji === undefined) return false;
  replaceInField(field, caret - code.length - 2, caret, part.noteUse(emoji));
  return true;
}

function press(event: KeyboardEvent, field: HTMLTextAreaElement, state: ComposingState): void {
  const { key, isComposing, keyCode } = event;
  if (event.target !== field || isComposing || keyCode === OWNED_BY_INPUT_METHOD) return;
  if (state.offers.peek().length === 0 || event.ctrlKey || event.metaKey || event.altKey) return;
  const act = actionFor(key, field, state);
  if (act === undefined || event.shiftKey) return;
  event.preventDefault();
  event.stopPropagation();
  act();
}

function actionFor(key: string, field: HTMLTextAreaElement, state: ComposingState): (() => void) | undefined {
  const offer = state.offers.peek()[state.chosen.peek()];
  switch (key) {
    case 'ArrowDown':
      return () => state.step(1);
    case 'ArrowUp':
      return () => state.step(-1);
    case 'Escape':
      return () => state.close();
    case 'Enter':
      return offer === undefined || state.isComplete ? undefined : () => complete(field, state, offer);
    case 'Tab':
      return offer === undefined ? undefined : () => complete(field, state, offer);
    default:
      return undefined;
  }
}

function takeDrop(event: DragEvent, state: ComposingState): void {
  refuseFiles(event, event.dataTransfer, state);
  if (event.defaultPrevented || event.dataTransfer?.types.includes('Files') !== true || !state.takesFiles)
    return;
  event.preventDefault();
  if (event.type === 'drop') state.attach(event.dataTransfer.files);
}

/** On a server that takes none. Text beside the files is pasted as usual. */
function refuseFiles(event: Event, data: DataTransfer | null, state: ComposingState): void {
  if (data === null || !data.types.includes('Files') || data.types.includes('text/plain')) return;
  if (state.takesFiles) return;
  event.preventDefault();
  if (event.type !== 'dragover') state.note.value = { what: 'no-files' };
}
