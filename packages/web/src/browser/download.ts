// Hands a file that was made here to the browser's downloads.

import { saveAs } from './save-as.ts';

/** The browser reads it some time after the click. */
const READ_WITHIN_MS = 60_000;

export function download(file: File): void {
  const url = URL.createObjectURL(file);
  saveAs(url, file.name);
  setTimeout(() => URL.revokeObjectURL(url), READ_WITHIN_MS);
}
