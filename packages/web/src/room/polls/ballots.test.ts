import type { PendingEffect, Poll } from '@mayfly/client';
import { signal } from '@preact/signals';
import { expect, test, vi } from 'vitest';
import { Ballots } from './ballots.ts';

const KEY = 'the poll';

const pollWith = (...own: readonly number[]): Poll => ({
  question: 'When?',
  many: true,
  closed: false,
  options: ['a', 'b', 'c'].map((text, index) => ({ text, voters: [], own: own.includes(index) })),
});

function vote(body: string, state: PendingEffect['state'] = 'sending', target = KEY): PendingEffect {
  return { key: body, at: 0, state, what: 'vote', target, body };
}

function voting({ takes = true } = {}) {
  const pending = signal<readonly PendingEffect[]>([]);
  const answer = takes ? ({ ok: true } as const) : ({ ok: false, reason: 'closed' } as const);
  const polls = { poll: vi.fn(), vote: vi.fn(() => answer), closePoll: vi.fn(() => answer) };
  const ballots = new Ballots({ pending, polls });
  return { pending, polls, ballots, choice: (poll = pollWith()) => ballots.choiceIn(KEY, poll) };
}

test('a choice shows at once, while it is sent, and as its own once it is in the log', () => {
  const { pending, polls, ballots, choice } = voting();
  expect([choice(), ballots.isPending(KEY, pollWith())]).toEqual([[], false]);
  ballots.vote(KEY, [1, 2]);
  expect(polls.vote).toHaveBeenCalledWith(KEY, [1, 2]);
  expect([choice(), ballots.isPending(KEY, pollWith())]).toEqual([[1, 2], true]);
  pending.value = [vote('12')];
  expect([choice(), ballots.isPending(KEY, pollWith())]).toEqual([[1, 2], true]);
  pending.value = [];
  expect([choice(pollWith(1, 2)), ballots.isPending(KEY, pollWith(1, 2))]).toEqual([[1, 2], false]);
});

test('a change of mind shows while the vote before it is still on its way', () => {
  const { pending, ballots, choice } = voting();
  ballots.vote(KEY, [0]);
  pending.value = [vote('0')];
  ballots.vote(KEY, [1]);
  expect(choice()).toEqual([1]);
  pending.value = [];
  expect([choice(pollWith(0)), ballots.isPending(KEY, pollWith(0))]).toEqual([[1], true]);
  pending.value = [vote('1')];
  pending.value = [];
  expect([choice(pollWith(1)), ballots.isPending(KEY, pollWith(1))]).toEqual([[1], false]);
});

test('withdrawing is a choice of nothing', () => {
  const { pending, ballots, choice } = voting();
  ballots.vote(KEY, []);
  expect([choice(pollWith(2)), ballots.isPending(KEY, pollWith(2))]).toEqual([[], true]);
  pending.value = [vote('')];
  expect(choice(pollWith(2))).toEqual([]);
});

test('what is refused, here or by the server, is what the log says', () => {
  const refused = voting({ takes: false });
  refused.ballots.vote(KEY, [1]);
  expect(refused.choice(pollWith(0))).toEqual([0]);

  const { pending, ballots, choice } = voting();
  ballots.vote(KEY, [1]);
  pending.value = [vote('1', 'failed')];
  expect([choice(pollWith(0)), ballots.isPending(KEY, pollWith(0))]).toEqual([[0], false]);
});

test('a close is no choice, and votes in other polls are theirs', () => {
  const { pending, ballots, choice } = voting();
  pending.value = [vote('x'), vote('2', 'sending', 'another poll')];
  expect([choice(), ballots.isClosing(KEY), ballots.isPending(KEY, pollWith())]).toEqual([[], true, false]);
  expect(ballots.isClosing('another poll')).toBe(false);
});
