import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HUES, Hues } from './hues.ts';

const people = fc.uniqueArray(fc.record({ idPk: fc.string({ minLength: 1 }), colour: fc.nat(255) }), {
  selector: ({ idPk }) => idPk,
  maxLength: 40,
});

test('the first eight people all differ, and no color is used twice more often than another', () => {
  fc.assert(
    fc.property(people, (all) => {
      const hues = new Hues();
      const given = all.map((person) => hues.of(person));
      expect(new Set(given.slice(0, HUES)).size).toBe(Math.min(all.length, HUES));
      for (const hue of given) expect([1, 2, 3, 4, 5, 6, 7, 8]).toContain(hue);
      const uses = [1, 2, 3, 4, 5, 6, 7, 8].map((hue) => given.filter((other) => other === hue).length);
      expect(Math.max(...uses) - Math.min(...uses)).toBeLessThanOrEqual(1);
    }),
  );
});

test('a person keeps their color, and has that of their key unless it is taken', () => {
  const hues = new Hues();
  expect(hues.of({ idPk: 'ann', colour: 10 })).toBe(3);
  expect(hues.of({ idPk: 'ben', colour: 2 })).toBe(4);
  expect(hues.of({ idPk: 'cem', colour: 255 })).toBe(8);
  expect(hues.of({ idPk: 'ann', colour: 10 })).toBe(3);
});
