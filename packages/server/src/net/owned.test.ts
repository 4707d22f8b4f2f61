import { expect, test } from 'vitest';
import { Owned } from './owned.ts';

function setUp() {
  let disposals = 0;
  const value = { [Symbol.dispose]: () => void (disposals += 1) };
  return { value, disposals: () => disposals };
}

test('disposes of its value at the end of the block', () => {
  const { value, disposals } = setUp();
  {
    using _owned = new Owned(value);
    expect(disposals()).toBe(0);
  }
  expect(disposals()).toBe(1);
});

test('and when the block throws', () => {
  const { value, disposals } = setUp();
  expect(() => {
    using _owned = new Owned(value);
    throw new Error('broken');
  }).toThrow('broken');
  expect(disposals()).toBe(1);
});

test('but not of a value that was released', () => {
  const { value, disposals } = setUp();
  {
    using owned = new Owned(value);
    expect(owned.release()).toBe(value);
  }
  expect(disposals()).toBe(0);
});
