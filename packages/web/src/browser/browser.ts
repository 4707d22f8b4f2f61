// Everything a browser may lack or refuse is called here and nowhere else. Nothing here throws.
// tab-storage.ts does the same for storage.

/** False also if the browser can't tell. */
export function mediaMatches(query: string): boolean {
  return attempt(() => window.matchMedia(query).matches) ?? false;
}

/** False also if the browser can't tell. */
export function supportsStyle(property: string, value: string): boolean {
  return attempt(() => CSS.supports(property, value)) ?? false;
}

/** False also if the browser can't tell. */
export function wasReloaded(): boolean {
  const loads = attempt(() => performance.getEntriesByType('navigation')) ?? [];
  return loads.some((load) => 'type' in load && load.type === 'reload');
}

/** A channel to this server's other tabs in this browser. Works over plain HTTP too. */
export function openTabChannel(name: string): BroadcastChannel | undefined {
  return attempt(() => new BroadcastChannel(name));
}

/** False if the browser refused or has no clipboard API, as over plain HTTP. */
export async function writeToClipboard(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/** The older way: copies the selection. */
export function copySelection(): boolean {
  return attempt(() => document.execCommand('copy')) ?? false;
}

/** Into the field that has the focus, as if it were typed. */
export function insertText(text: string): boolean {
  return attempt(() => document.execCommand('insertText', false, text)) ?? false;
}

/** Whether the browser has a share sheet. */
export function canShare(): boolean {
  return attempt(() => typeof navigator.share === 'function') ?? false;
}

/** Closing the browser's sheet, or its refusal, needs no message. */
export async function shareLink(title: string, url: string): Promise<void> {
  try {
    await navigator.share({ title, url });
  } catch {
    return;
  }
}

/** Soon, when the browser has nothing else to do; Safari can't tell, so there it is soon. */
export function whenIdle(run: () => void): void {
  if (attempt(() => window.requestIdleCallback(run)) === undefined) setTimeout(run, SOON_MS);
}

const SOON_MS = 500;

/** Undefined if it threw. */
export function attempt<T>(use: () => T): T | undefined {
  try {
    return use();
  } catch {
    return undefined;
  }
}
