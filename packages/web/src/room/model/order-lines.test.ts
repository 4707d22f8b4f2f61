import type { CharterView, Person } from '@mayfly/client';
import { POWER } from '@mayfly/protocol';
import { expect, test } from 'vitest';
import { linesOf } from './order-lines.ts';

const person = (name: string): Person => ({ idPk: name, name, tag: 'k3F9', colour: 1, emoji: [] });
const [ann, bob, cem] = [person('Ann'), person('Bob'), person('Cem')];

function charter(masks: readonly (readonly [Person, number])[], words: Omit<CharterView, 'powers'> = {}) {
  return { ...words, powers: masks.map(([who, mask]) => ({ person: who, mask })) };
}

test('what a command sets', () => {
  expect(linesOf({ closed: true })).toEqual([{ what: 'closed' }]);
  expect(linesOf({ closed: false })).toEqual([{ what: 'opened' }]);
  expect(linesOf({ slow: 15 })).toEqual([{ what: 'slow', ms: 15_000 }]);
  expect(linesOf({ slow: 0 })).toEqual([{ what: 'fast' }]);
  expect(linesOf({ lifeMs: 60_000, history: 'none' })).toEqual([{ what: 'none', ms: 60_000 }]);
});

test('what a charter changes: only what differs', () => {
  const before = charter([[ann, POWER.owner]], { name: 'Lake' });
  expect(linesOf({ before, after: before })).toEqual([]);
  expect(linesOf({ before, after: charter([[ann, POWER.owner]], { topic: 'Boats' }) })).toEqual([
    { what: 'unnamed' },
    { what: 'topic', words: 'Boats' },
  ]);
  expect(linesOf({ before: charter([], { topic: 'Boats' }), after: charter([], { name: 'Sea' }) })).toEqual([
    { what: 'named', words: 'Sea' },
    { what: 'noTopic' },
  ]);
});

test('who has powers: moderators by mask, and the owner', () => {
  const before = charter([
    [ann, POWER.owner],
    [bob, POWER.kick],
  ]);
  const lines = (...masks: readonly (readonly [Person, number])[]) =>
    linesOf({ before, after: charter(masks) });
  expect(lines([ann, POWER.owner], [bob, POWER.kick], [cem, POWER.door])).toEqual([
    { what: 'empowered', person: cem },
  ]);
  expect(lines([ann, POWER.owner], [bob, POWER.door])).toEqual([{ what: 'changed', person: bob }]);
  expect(lines([ann, POWER.owner])).toEqual([{ what: 'disempowered', person: bob }]);
  expect(lines([bob, POWER.owner])).toEqual([{ what: 'handed', person: bob, from: ann }]);
  expect(lines([ann, POWER.owner], [bob, POWER.owner])).toEqual([{ what: 'seated', person: bob }]);
  expect(lines([bob, POWER.owner], [cem, POWER.owner])).toEqual([
    { what: 'seated', person: bob },
    { what: 'seated', person: cem },
    { what: 'unseated', person: ann },
  ]);
  expect(lines([bob, POWER.kick])).toEqual([{ what: 'abandoned' }]);
});
