import fc from 'fast-check';
import { expect, test } from 'vitest';
import { modulesPath } from './qr-code.tsx';

const RUN = /M(\d+) (\d+)h(\d+)v1h-\3z/g;

/** What the path paints, read back from it. */
function paint(path: string, size: number): boolean[][] {
  const rows = Array.from({ length: size }, () => Array.from({ length: size }, () => false));
  for (const [, x, y, width] of path.matchAll(RUN))
    rows[Number(y)]?.fill(true, Number(x), Number(x) + Number(width));
  return rows;
}

test('the path paints every dark module and no other', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.boolean(), { minLength: 9, maxLength: 9 }), { minLength: 9, maxLength: 9 }),
      (rows) => {
        const path = modulesPath(rows);
        expect(path.replaceAll(RUN, '')).toBe('');
        expect(paint(path, 9)).toEqual(rows);
      },
    ),
    { seed: 7 },
  );
});

test('no dark module, no path', () => {
  expect(modulesPath([[false, false]])).toBe('');
});
