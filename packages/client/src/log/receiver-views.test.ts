import { expect, test } from 'vitest';
import { compareReaders } from '../testing/log-readers.ts';

const LOGS = 200;

test(
  `RECV-3: ${LOGS} random logs, read live, in two batches at every cut and in one, show and count the same`,
  { timeout: 900_000 },
  () => {
    expect(compareReaders(1, LOGS)).toEqual([]);
  },
);
