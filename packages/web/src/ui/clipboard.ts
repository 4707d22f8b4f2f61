// Copies text, also over plain HTTP, where the clipboard API doesn't exist.

import { copySelection, writeToClipboard } from '../browser/browser.ts';

/** False when the browser refused both ways: the reader has to copy by hand. */
export async function copyText(text: string): Promise<boolean> {
  return (await writeToClipboard(text)) || copyBySelection(text);
}

/** Nothing outside an open dialog can take focus, so the field goes inside it. */
function copyBySelection(text: string): boolean {
  const before = document.activeElement;
  const field = document.createElement('textarea');
  field.className = 'visually-hidden';
  field.value = text;
  field.readOnly = true;
  (document.querySelector('dialog[open]') ?? document.body).append(field);
  field.select();
  const copied = copySelection();
  field.remove();
  if (before instanceof HTMLElement) before.focus();
  return copied;
}

/** Selects the contents for the reader's own copy key. */
export function selectContents(element: Element): void {
  window.getSelection()?.selectAllChildren(element);
}
