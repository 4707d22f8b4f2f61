// Work that pauses: a page takes its user's keys between two slices, and the browser checks signatures meanwhile. What
// comes out is the same as without a pause.

import type { OpenedMessage } from '../crypto/envelope.ts';

/**
 * Yields after each slice, or with the messages whose signatures it needs next. The answer: those of them that are
 * known to hold; the work checks the others by itself.
 */
export type Sliced<T> = Generator<readonly OpenedMessage[], T, ReadonlySet<OpenedMessage> | undefined>;

/** So many items take at most about 8 ms. */
export const SLICE_ITEMS = 64;
/** A signature takes as long as a dozen other items. */
export const SLICE_SIGNATURES = 4;

/** All of it, without a pause. */
export function finish<T>(work: Sliced<T>): T {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
}

export function* inSlices<T>(
  items: readonly T[],
  take: (slice: readonly T[]) => void,
  size = SLICE_ITEMS,
): Sliced<void> {
  for (let from = 0; from < items.length; from += size) {
    if (from > 0) yield [];
    take(items.slice(from, from + size));
  }
}
