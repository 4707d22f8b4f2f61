// Loudness over time, as messages say it and as it is drawn, whatever others send.

import { expect, test } from 'vitest';
import { barsOf, liveBars, waveOf } from './wave.ts';

test('BODY-4: a wave has at most 64 bytes, and its loudest moment is 255', () => {
  expect(waveOf([0.1, 0.2, 0.05])).toEqual(Uint8Array.of(128, 255, 64));
  const long = waveOf(Array.from({ length: 6000 }, (_, i) => (i === 3000 ? 0.5 : 0.25)));
  expect(long.length).toBe(64);
  expect([long[0], Math.max(...long)]).toEqual([128, 255]);
  expect(waveOf([])).toEqual(new Uint8Array());
  expect(waveOf([0, 0])).toEqual(Uint8Array.of(0, 0));
});

test('any wave makes 40 bars that can be seen', () => {
  for (const wave of [undefined, new Uint8Array(), Uint8Array.of(255), new Uint8Array(64).fill(3)]) {
    const bars = barsOf(wave);
    expect(bars.length).toBe(40);
    expect(bars.every((bar) => bar > 0 && bar <= 1)).toBe(true);
  }
  expect(barsOf(Uint8Array.of(0, 255)).at(-1)).toBe(1);
});

test('while it is recorded, the newest moment is the last bar', () => {
  expect(liveBars([]).length).toBe(40);
  expect(liveBars([0.4]).at(-1)).toBe(0.8);
  expect(liveBars(Array.from({ length: 50 }, () => 0.9))).toEqual(Array.from({ length: 40 }, () => 1));
});
