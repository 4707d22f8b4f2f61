// The text that a draft sends, and its length. Runs on every key press, so each takes one pass over the text.

/** Without empty lines around the text and blanks after it; an indentation stays. */
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

// Each surrogate pair has one. A lone one, which text fields do not produce, is not counted.
function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}
