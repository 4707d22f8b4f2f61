import { describe, expect, test } from 'vitest';
import { NodeLeases } from './node-leases.ts';

const seen = (living: readonly string[], lately: readonly string[] = []) => ({
  living: new Set(living),
  lately,
});

describe('node leases', () => {
  test('a node that is missing at two looks in a row is dead, reported once', () => {
    const nodeLeases = new NodeLeases();
    expect(nodeLeases.look(seen(['a', 'b']))).toEqual([]);
    expect(nodeLeases.look(seen(['a'], ['b']))).toEqual([]);
    expect(nodeLeases.look(seen(['a'], ['b']))).toEqual(['b']);
    expect(nodeLeases.look(seen(['a'], ['b']))).toEqual([]);
  });

  test('a node that is back at the next look was never dead', () => {
    const nodeLeases = new NodeLeases();
    nodeLeases.look(seen(['a', 'b']));
    for (let pause = 0; pause < 3; pause++) {
      expect(nodeLeases.look(seen(['a'], ['b']))).toEqual([]);
      expect(nodeLeases.look(seen(['a', 'b']))).toEqual([]);
    }
  });

  test('an unknown node with members in a room is dead too', () => {
    const nodeLeases = new NodeLeases();
    nodeLeases.saw('ghost');
    expect(nodeLeases.look(seen([]))).toEqual([]);
    expect(nodeLeases.look(seen([]))).toEqual(['ghost']);
    expect(nodeLeases.look(seen([]))).toEqual([]);
    nodeLeases.saw('ghost');
    nodeLeases.look(seen([]));
    expect(nodeLeases.look(seen([]))).toEqual(['ghost']);
  });

  test('a node that started and stopped between two looks is found by its expired lease', () => {
    const nodeLeases = new NodeLeases();
    expect(nodeLeases.look(seen(['a'], ['short']))).toEqual([]);
    expect(nodeLeases.look(seen(['a'], ['short']))).toEqual(['short']);
  });
});
