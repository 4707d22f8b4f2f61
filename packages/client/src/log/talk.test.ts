import { expect, test } from 'vitest';
import { compareFolds } from '../testing/random-fold.ts';

const LOGS = 1_000;

test(
  `EFFECT-1 to EFFECT-6: ${LOGS} random logs show what the rules say, in one batch, one by one, and accepted late`,
  { timeout: 300_000 },
  () => {
    expect(compareFolds(1, LOGS)).toEqual([]);
  },
);
