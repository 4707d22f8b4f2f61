// Which key press sends the message, and which one edits the last one.

type Press = Pick<
  KeyboardEvent,
  'key' | 'shiftKey' | 'ctrlKey' | 'metaKey' | 'altKey' | 'isComposing' | 'keyCode'
>;

/** Reported while an input method handles the key; by Safari even after the composition ended. */
const OWNED_BY_INPUT_METHOD = 229;

/** ↑ in an empty field. */
export function editsLast(press: Press, text: string): boolean {
  const isPlain = !press.shiftKey && !press.ctrlKey && !press.metaKey && !press.altKey;
  return press.key === 'ArrowUp' && isPlain && !press.isComposing && text === '';
}

/**
 * Enter sends and Shift Enter starts a new line. On touch Enter starts a new line too, because there is no Shift to hold.
 * Ctrl or ⌘ with Enter always sends. A key that an input method handles never sends.
 */
export function sendsMessage(press: Press, entersBreak: boolean): boolean {
  if (press.key !== 'Enter' || press.isComposing || press.keyCode === OWNED_BY_INPUT_METHOD) return false;
  if (press.ctrlKey || press.metaKey) return true;
  return !entersBreak && !press.shiftKey && !press.altKey;
}
