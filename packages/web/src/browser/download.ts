// Hands a file to the browser's downloads.

/** The browser reads it some time after the click. */
const READ_WITHIN_MS = 60_000;

export function download(file: File): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = file.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), READ_WITHIN_MS);
}
