// A short form of `npm run simulate -- --mutations 1000000`.

import { expect, test } from 'vitest';
import { mutate } from './mutations.ts';

test('FRAME-3, FRAME-4: 20,000 mutated frames throw nowhere, and none has two readings', () => {
  const { faults, accepted } = mutate(1, 20_000);
  expect(faults).toEqual([]);
  expect(accepted).toBeGreaterThan(500);
});
