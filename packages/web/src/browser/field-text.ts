// The text of a field, changed as if it were typed.

import { insertText } from './browser.ts';

/** Puts text in the place of some, and the caret behind it. In a focused field, the browser can undo it. */
export function replaceInField(field: HTMLTextAreaElement, from: number, to: number, text: string): void {
  field.setSelectionRange(from, to);
  const isFocused = document.activeElement === field;
  if (isFocused && insertText(text)) return;
  field.setRangeText(text, from, to, 'end');
  field.dispatchEvent(new InputEvent('input', { bubbles: true }));
}
