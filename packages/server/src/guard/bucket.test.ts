import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Bucket } from './bucket.ts';

const RATES = fc.record({
  perSecond: fc.double({ min: 0.01, max: 1_000, noNaN: true }),
  burst: fc.integer({ min: 1, max: 200 }),
});

describe('a bucket', () => {
  test('passes a burst, then one at a time', () => {
    const bucket = new Bucket({ perSecond: 5, burst: 3 });
    for (let i = 0; i < 3; i++) {
      expect(bucket.waitFor(1, 0)).toBe(0);
      bucket.take(1, 0);
    }
    expect(bucket.waitFor(1, 0)).toBe(200);
    expect(bucket.waitFor(1, 199)).toBe(1);
    expect(bucket.waitFor(1, 200)).toBe(0);
    bucket.take(1, 200);
    expect(bucket.waitFor(1, 200)).toBe(200);
  });

  test('refills during a pause, never beyond the burst', () => {
    const bucket = new Bucket({ perSecond: 1, burst: 2 });
    bucket.take(2, 0);
    expect([bucket.isFull(1_999), bucket.isFull(2_000)]).toEqual([false, true]);
    expect(bucket.waitFor(2, 1_000_000)).toBe(0);
    expect(bucket.waitFor(3, 1_000_000)).toBe(1_000);
  });

  test('without a limit nothing waits', () => {
    const bucket = new Bucket({ perSecond: Infinity, burst: 1 });
    for (let i = 0; i < 1_000; i++) bucket.take(1_000_000, 0);
    expect(bucket.waitFor(1_000_000, 0)).toBe(0);
  });

  test('in no interval does more pass than burst and rate allow', () => {
    const steps = fc.array(
      fc.record({ pause: fc.integer({ min: 0, max: 3_000 }), cost: fc.integer({ min: 1, max: 5 }) }),
      {
        minLength: 1,
        maxLength: 200,
      },
    );
    fc.assert(
      fc.property(RATES, steps, ({ perSecond, burst }, asked) => {
        const bucket = new Bucket({ perSecond, burst });
        const taken: { readonly at: number; readonly cost: number }[] = [];
        let now = 1_000.25;
        for (const { pause, cost } of asked) {
          now += pause;
          if (bucket.waitFor(cost, now) > 0) continue;
          bucket.take(cost, now);
          taken.push({ at: now, cost });
        }
        const excess = taken.flatMap(({ at: from }, first) => {
          let sum = 0;
          return taken
            .slice(first)
            .map(({ at, cost }) => (sum += cost) - burst - (perSecond * (at - from)) / 1000);
        });
        expect(Math.max(0, ...excess)).toBeLessThan(1e-6);
      }),
    );
  });

  test('a client that waits as long as asked passes, and one millisecond less would not do', () => {
    fc.assert(
      fc.property(RATES, fc.double({ min: 0, max: 1e9, noNaN: true }), (rate, start) => {
        const bucket = new Bucket(rate);
        let now = start;
        for (let i = 0; i < rate.burst + 20; i++) {
          const wait = bucket.waitFor(1, now);
          if (wait > 1) expect(bucket.waitFor(1, now + wait - 1)).toBeGreaterThan(0);
          now += wait;
          expect(bucket.waitFor(1, now)).toBe(0);
          bucket.take(1, now);
        }
      }),
    );
  });
});
