// What is sent of a draft, and how long it is. Asked at every key, of whatever was pasted: one pass over the text each.

/** Spaces at the start of a line can mean something; empty lines around the text and blanks after it do not. */
export function trimmedDraft(draft: string): string {
  const text = draft.trimEnd();
  const firstLetter = text.length - text.trimStart().length;
  return text.slice(text.lastIndexOf('\n', firstLetter) + 1);
}

/** In code points, without a list of them. */
export function codePointCount(text: string): number {
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    if (!isLowSurrogate(text.charCodeAt(i))) count++;
  }
  return count;
}

// Every pair has one. A lone one, which no text field gives, is counted too few.
function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}
