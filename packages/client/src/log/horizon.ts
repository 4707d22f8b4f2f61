// How far back a page knows the log: one that stays open for days keeps no more than that.

import { HISTORY_MAX } from '@mayfly/protocol';

/** EFFECT-9: no room keeps more for newcomers. */
export const REACH_EVENTS: number = HISTORY_MAX.messages;

/** Keeps only the entries that pass. */
export function keepOnly<K, V>(entries: Map<K, V>, isKept: (value: V) => boolean): void {
  for (const [key, value] of entries) if (!isKept(value)) entries.delete(key);
}

/** Keeps the entries that were added last. */
export function keepNewest<K>(entries: Map<K, unknown> | Set<K>, max: number): void {
  for (const key of entries.keys()) {
    if (entries.size <= max) return;
    entries.delete(key);
  }
}
