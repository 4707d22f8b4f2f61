// Numbers as people read them.

import { count } from './table.ts';

/** Three digits that count, more for big numbers. */
export function short(value: number): string {
  const size = Math.abs(value);
  if (size >= 1_000) return count(value);
  if (size >= 100 || value === 0) return value.toFixed(0);
  if (size >= 10) return value.toFixed(1);
  return value.toFixed(size >= 1 ? 2 : 3);
}
