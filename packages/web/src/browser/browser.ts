// What browsers lack, or refuse by a setting of their reader: asked for here and nowhere else, and nothing here throws.
// The tab's storage has a file of its own.

/** False also where the browser cannot tell. */
export function mediaMatches(query: string): boolean {
  return attempt(() => window.matchMedia(query).matches) ?? false;
}

/** False also where the browser cannot tell. */
export function supportsStyle(property: string, value: string): boolean {
  return attempt(() => CSS.supports(property, value)) ?? false;
}

/** False also where the browser cannot tell. */
export function wasReloaded(): boolean {
  const loads = attempt(() => performance.getEntriesByType('navigation')) ?? [];
  return loads.some((load) => 'type' in load && load.type === 'reload');
}

/** A way to the other tabs of this server in this browser, which works on plain HTTP too. */
export function openTabChannel(name: string): BroadcastChannel | undefined {
  return attempt(() => new BroadcastChannel(name));
}

/** False where the browser refused, or has no such way: on plain HTTP none has. */
export async function writeToClipboard(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/** The older way: copies what is selected. */
export function copySelection(): boolean {
  return attempt(() => document.execCommand('copy')) ?? false;
}

/** Whether the browser has a sheet of its own to pass a link on. */
export function canShare(): boolean {
  return attempt(() => typeof navigator.share === 'function') ?? false;
}

/** The reader may close the browser's sheet, and it may be refused: neither needs a word. */
export async function shareLink(title: string, url: string): Promise<void> {
  try {
    await navigator.share({ title, url });
  } catch {
    return;
  }
}

/** Undefined where it threw. */
export function attempt<T>(use: () => T): T | undefined {
  try {
    return use();
  } catch {
    return undefined;
  }
}
