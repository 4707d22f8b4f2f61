// Which key press sends what is written.

type Press = Pick<
  KeyboardEvent,
  'key' | 'shiftKey' | 'ctrlKey' | 'metaKey' | 'altKey' | 'isComposing' | 'keyCode'
>;

/** What browsers report while an input method still owns the key; Safari does so after the composition ended. */
const OWNED_BY_INPUT_METHOD = 229;

/**
 * Enter sends and Shift Enter breaks the line; on touch Enter breaks the line too, for there is no Shift to hold.
 * Ctrl or ⌘ with Enter sends everywhere. A key that belongs to an input method never sends.
 */
export function sendsMessage(press: Press, touch: boolean): boolean {
  if (press.key !== 'Enter' || press.isComposing || press.keyCode === OWNED_BY_INPUT_METHOD) return false;
  if (press.ctrlKey || press.metaKey) return true;
  return !touch && !press.shiftKey && !press.altKey;
}
