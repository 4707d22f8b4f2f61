import type { Person } from '@mayfly/client';
import { expect, test } from 'vitest';
import { HELD_MS, NOTICES_MAX, Notices, PEOPLE_MAX } from './notices.ts';

const person = (name: string): Person => ({ idPk: name, name, tag: 'k3F9', colour: 7, emoji: [] });
const [ann, ben, cem] = [person('Ann'), person('Ben'), person('Cem')];
const HERE = { log: 0, seq: 5 };
const LATER = { log: 0, seq: 6 };

const lines = ({ list }: Notices) =>
  list.map((notice) => {
    if (notice.type === 'joined' || notice.type === 'left')
      return `${notice.people.map(({ name }) => name).join('+')} ${notice.type}`;
    return notice.type;
  });

test('consecutive joins share a line, and so do consecutive departures', () => {
  const notices = new Notices();
  for (const who of [ann, ben, cem]) notices.joined(who, 1, HERE);
  notices.left(ben, 2, HERE);
  notices.left(cem, 3, HERE);
  expect(lines(notices)).toEqual(['Ann+Ben+Cem joined', 'Ben+Cem left']);
});

test('a message in between begins another line', () => {
  const notices = new Notices();
  notices.joined(ann, 1, HERE);
  notices.joined(ben, 2, LATER);
  expect(lines(notices)).toEqual(['Ann joined', 'Ben joined']);
});

test('a lost connection shows no departure before two minutes have passed', () => {
  const notices = new Notices();
  notices.left(ann, 20_000, HERE, 0);
  notices.pass(HELD_MS - 1, HERE);
  expect(lines(notices)).toEqual([]);
  notices.pass(HELD_MS, LATER);
  expect(lines(notices)).toEqual(['Ann left']);
  expect(notices.list[0]?.after).toEqual(LATER);
});

test('a phone that locks and comes back six times leaves no line', () => {
  const notices = new Notices();
  notices.joined(ann, 0, HERE);
  for (let i = 1; i <= 6; i++) {
    notices.left(ann, i * 60_000, HERE, i * 60_000 - 20_000);
    notices.pass(i * 60_000, HERE);
    notices.joined(ann, i * 60_000 + 1, HERE);
  }
  notices.pass(1e9, HERE);
  expect(lines(notices)).toEqual(['Ann joined']);
});

test('a goodbye has its line at once; a return with nothing in between takes it back', () => {
  const notices = new Notices();
  notices.left(ann, 1, HERE);
  notices.left(ben, 1, HERE);
  expect(lines(notices)).toEqual(['Ann+Ben left']);
  notices.joined(ann, 2, HERE);
  expect(lines(notices)).toEqual(['Ben left']);
  notices.joined(ben, 3, HERE);
  expect(lines(notices)).toEqual([]);
});

test('a return after a message has its line', () => {
  const notices = new Notices();
  notices.left(ann, 1, HERE);
  notices.joined(ann, 2, LATER);
  expect(lines(notices)).toEqual(['Ann left', 'Ann joined']);
});

test('the number of lines and of people on each is bounded', () => {
  const notices = new Notices();
  for (let i = 0; i < PEOPLE_MAX + 1; i++) notices.joined(person(`p${i}`), i, HERE);
  expect(notices.list.map((notice) => notice.type === 'joined' && notice.people.length)).toEqual([
    PEOPLE_MAX,
    1,
  ]);
  notices.add({ type: 'trimmed', text: 'mine' }, 0, HERE);
  for (let i = 0; i < 2 * NOTICES_MAX; i++) notices.add({ type: 'reset', reason: 'ahead' }, i, HERE);
  expect(notices.list).toHaveLength(NOTICES_MAX);
  expect(notices.list[0]).toMatchObject({ type: 'trimmed', text: 'mine' });
  expect(new Set(notices.list.map(({ key }) => key)).size).toBe(NOTICES_MAX);
});
