import { expect, test } from 'vitest';
import { TURN_BYTES, TurnBudget } from './turn-budget.ts';

const settled = () => new Promise((resolve) => void setImmediate(resolve));

function setUp() {
  const turns: (() => void)[] = [];
  const budget = new TurnBudget((run) => turns.push(run));
  const begun: string[] = [];
  const take = async (name: string, bytes: number) => {
    await budget.take(bytes);
    begun.push(name);
  };
  /** What begins in the next turn. */
  const turn = async () => {
    begun.length = 0;
    turns.shift()?.();
    await settled();
    return [...begun];
  };
  return { turns, take, turn };
}

test('nothing begins before the turn is over', async () => {
  const { turns, take, turn } = setUp();
  void take('a', 1);
  await settled();
  expect(turns).toHaveLength(1);
  expect(await turn()).toEqual(['a']);
  expect(turns).toEqual([]);
});

test('a turn has so many bytes, shared in order of asking', async () => {
  const { turns, take, turn } = setUp();
  for (const [name, share] of [
    ['a', 1 / 2],
    ['b', 1 / 4],
    ['c', 1 / 4],
    ['d', 1],
    ['e', 1 / 4],
  ] as const)
    void take(name, TURN_BYTES * share);
  expect(turns).toHaveLength(1);
  expect(await turn()).toEqual(['a', 'b', 'c']);
  expect(await turn()).toEqual(['d']);
  void take('f', TURN_BYTES);
  expect(await turn()).toEqual(['e']);
  expect(await turn()).toEqual(['f']);
  expect(turns).toEqual([]);
});

test('more bytes than that have a turn to themselves', async () => {
  const { take, turn } = setUp();
  for (const name of ['a', 'b']) void take(name, 3 * TURN_BYTES);
  void take('c', 1);
  expect([await turn(), await turn(), await turn()]).toEqual([['a'], ['b'], ['c']]);
});

test('between two turns of ten transfers comes everything else that waits', async () => {
  const budget = new TurnBudget();
  const happened: string[] = [];
  const transfer = async () => {
    for (let step = 0; step < 5; step++) {
      await budget.take(TURN_BYTES);
      happened.push('file');
    }
  };
  const transfers = Promise.all(Array.from({ length: 10 }, transfer));
  for (let i = 0; i < 50; i++) {
    await settled();
    happened.push('message');
  }
  await transfers;
  const files = happened.join(' ').split('message');
  expect(Math.max(...files.map((between) => between.match(/file/g)?.length ?? 0))).toBe(1);
});
