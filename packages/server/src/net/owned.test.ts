import { expect, test } from 'vitest';
import { Owned } from './owned.ts';

/** Runs `work` in a block that owns a value; returns how often the value was disposed of, inside and afterwards. */
function inBlock(work: (owned: Owned<Disposable>) => void): readonly [number, number] {
  let disposals = 0;
  let inside = NaN;
  const run = () => {
    using owned = new Owned<Disposable>({ [Symbol.dispose]: () => void (disposals += 1) });
    work(owned);
    inside = disposals;
  };
  run();
  return [inside, disposals];
}

test('disposes of its value at the end of the block', () => {
  expect(inBlock(() => {})).toEqual([0, 1]);
});

test('but not of a value that was released', () => {
  expect(inBlock((owned) => owned.release())).toEqual([0, 0]);
});

test('disposes of it when the block throws', () => {
  let disposals = 0;
  const value = { [Symbol.dispose]: () => void (disposals += 1) };
  expect(() => {
    using owned = new Owned(value);
    throw new Error(`broken by ${typeof owned}`);
  }).toThrow('broken');
  expect(disposals).toBe(1);
});
