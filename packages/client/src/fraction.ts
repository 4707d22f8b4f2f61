// Random fractions, for pauses that must not coincide.

import { ByteReader } from '@mayfly/protocol';
import type { RandomBytes } from './crypto/random.ts';

/** From 0 to just below 1. */
export function fraction(random: RandomBytes): number {
  return new ByteReader(random(4)).u32() / 2 ** 32;
}
