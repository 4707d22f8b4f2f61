// Ctrl+F, or ⌘F on a Mac.

type Press = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>;

/** A keyboard without Latin letters still has the key at the place of the F. */
const NOT_LATIN = /^[^\0-\x7F]$/u;

/** Whether the press asks the browser to find something in the page. */
export function asksToFind(press: Press, isMac: boolean): boolean {
  const { key, code, ctrlKey, metaKey, altKey, shiftKey } = press;
  if (altKey || shiftKey || (isMac ? !metaKey || ctrlKey : !ctrlKey || metaKey)) return false;
  return key === 'f' || key === 'F' || (code === 'KeyF' && NOT_LATIN.test(key));
}

/**
 * Calls `open` for the first press, unless a dialog is open. While `isOpen`, the press is the browser's own again: the
 * page's search knows only messages. Returns a function that stops it.
 */
export function listenForFind(isOpen: () => boolean, open: () => void): () => void {
  const isMac = /Mac|iPhone|iPad/u.test(navigator.userAgent);
  const press = (event: KeyboardEvent): void => {
    if (!asksToFind(event, isMac) || isOpen() || document.querySelector('dialog') !== null) return;
    event.preventDefault();
    open();
  };
  document.addEventListener('keydown', press);
  return () => document.removeEventListener('keydown', press);
}
