// Random bytes that are the same in every run.

import { sha256 } from '@noble/hashes/sha2.js';
import { concat, u32, utf8 } from '@mayfly/protocol';
import { fraction } from '../fraction.ts';
import type { RandomBytes } from '../crypto/random.ts';

export function seededRandom(seed: string): RandomBytes {
  let drawn = 0;
  return (length) => {
    const blocks = Array.from({ length: Math.ceil(length / 32) }, () => {
      drawn += 1;
      return sha256(concat(utf8(seed), u32(drawn)));
    });
    return concat(...blocks).slice(0, length);
  };
}

export function below(random: RandomBytes, limit: number): number {
  return Math.floor(fraction(random) * limit);
}

export function pick<T>(random: RandomBytes, all: readonly T[]): T {
  const picked = all[below(random, all.length)];
  if (picked === undefined) throw new Error('nothing to pick from');
  return picked;
}
