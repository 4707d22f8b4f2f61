// Copying text, also on plain http where the clipboard API does not exist.

import { copySelection, writeToClipboard } from '../browser/browser.ts';

/** False when the browser refused both ways: the reader then copies by hand. */
export async function copyText(text: string): Promise<boolean> {
  return (await writeToClipboard(text)) || copyBySelection(text);
}

/** Whatever is outside an open dialog cannot be focused, so the field stands inside it. */
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

/** Marks what is shown so that the reader's own copy key takes it. */
export function selectContents(element: Element): void {
  window.getSelection()?.selectAllChildren(element);
}
