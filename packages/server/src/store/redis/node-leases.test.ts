import { describe, expect, test } from 'vitest';
import { Neighbours } from './node-leases.ts';

const seen = (living: readonly string[], lately: readonly string[] = []) => ({
  living: new Set(living),
  lately,
});

describe('neighbours', () => {
  test('a node is dead at the second look without it, once', () => {
    const neighbours = new Neighbours();
    expect(neighbours.look(seen(['a', 'b']))).toEqual([]);
    expect(neighbours.look(seen(['a'], ['b']))).toEqual([]);
    expect(neighbours.look(seen(['a'], ['b']))).toEqual(['b']);
    expect(neighbours.look(seen(['a'], ['b']))).toEqual([]);
  });

  test('who is back at the next look was never dead', () => {
    const neighbours = new Neighbours();
    neighbours.look(seen(['a', 'b']));
    for (let pause = 0; pause < 3; pause++) {
      expect(neighbours.look(seen(['a'], ['b']))).toEqual([]);
      expect(neighbours.look(seen(['a', 'b']))).toEqual([]);
    }
  });

  test('a node that nobody has heard of, but that has members in a room, is dead too', () => {
    const neighbours = new Neighbours();
    neighbours.saw('ghost');
    expect(neighbours.look(seen([]))).toEqual([]);
    expect(neighbours.look(seen([]))).toEqual(['ghost']);
    expect(neighbours.look(seen([]))).toEqual([]);
    neighbours.saw('ghost');
    neighbours.look(seen([]));
    expect(neighbours.look(seen([]))).toEqual(['ghost']);
  });

  test('a node that lived between two looks, and stopped, is found by its last word', () => {
    const neighbours = new Neighbours();
    expect(neighbours.look(seen(['a'], ['short']))).toEqual([]);
    expect(neighbours.look(seen(['a'], ['short']))).toEqual(['short']);
  });
});
