// Which key press sends the message.

type Press = Pick<
  KeyboardEvent,
  'key' | 'shiftKey' | 'ctrlKey' | 'metaKey' | 'altKey' | 'isComposing' | 'keyCode'
>;

/** Reported while an input method handles the key; by Safari even after the composition ended. */
const OWNED_BY_INPUT_METHOD = 229;

/**
 * Enter sends and Shift Enter starts a new line. On touch Enter starts a new line too, because there is no Shift to hold.
 * Ctrl or ⌘ with Enter always sends. A key that an input method handles never sends.
 */
export function sendsMessage(press: Press, touch: boolean): boolean {
  if (press.key !== 'Enter' || press.isComposing || press.keyCode === OWNED_BY_INPUT_METHOD) return false;
  if (press.ctrlKey || press.metaKey) return true;
  return !touch && !press.shiftKey && !press.altKey;
}
