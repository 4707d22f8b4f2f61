import type { PendingEffect } from '@mayfly/client';
import { signal } from '@preact/signals';
import { describe, expect, test } from 'vitest';
import { pendingByTarget, pendingText, shownEffects } from './pending-effects.ts';

const AT = 1_000_000;

const effect = (more: Partial<PendingEffect> = {}): PendingEffect => ({
  key: 'e1',
  at: AT,
  state: 'sending',
  what: 'edit',
  target: 'm1',
  body: 'boots',
  ...more,
});

const holding = (...effects: PendingEffect[]) => ({ pending: signal<readonly PendingEffect[]>(effects) });

describe('what we did to a message', () => {
  test('is shown below it until it is echoed, and not if it is refused', () => {
    const view = holding(effect(), effect({ key: 'e2', target: 'm2', state: 'failed' }));
    expect([...pendingByTarget(view).value.keys()]).toEqual(['m1']);
    view.pending.value = [];
    expect(pendingByTarget(view).value.size).toBe(0);
  });

  test('belongs to no message if that is not held here', () => {
    expect(pendingByTarget(holding(effect({ what: 'saved', target: undefined }))).value.size).toBe(0);
  });

  test('is not seen if it is echoed at once, with a connection or without', () => {
    for (const state of ['sending', 'waiting'] as const) {
      const held = [effect({ state })];
      expect(shownEffects(held, AT - 900)).toEqual([]);
      expect(shownEffects(held, AT + 999)).toEqual([]);
      expect(shownEffects(held, AT + 1000)).toEqual(held);
    }
  });

  test('replaces what we did before in the same way, and stands beside the rest', () => {
    const [first, second] = [effect(), effect({ key: 'e2', body: 'sandals' })];
    const pin = effect({ key: 'e3', what: 'pin', body: '1' });
    expect(shownEffects([first, pin, second], AT + 5000)).toEqual([second, pin]);
  });
});

test.each([
  [{ what: 'edit' }, 'Saving your edit…', 'Your edit will be saved when you’re back.'],
  [{ what: 'unsend', body: '' }, 'Unsending…', 'It will be unsent when you’re back.'],
  [
    { what: 'reaction', body: '👍' },
    'Sending your reaction…',
    'Your reaction will be sent when you’re back.',
  ],
  [
    { what: 'reaction', body: '' },
    'Taking back your reaction…',
    'Your reaction will be taken back when you’re back.',
  ],
  [{ what: 'pin', body: '1' }, 'Pinning…', 'It will be pinned when you’re back.'],
  [{ what: 'pin', body: '2' }, 'Unpinning…', 'It will be unpinned when you’re back.'],
  [{ what: 'vote', body: '0' }, undefined, undefined],
] as const)('%o has words of its own, with a connection and without', (what, sending, waiting) => {
  expect(pendingText(effect(what))).toBe(sending);
  expect(pendingText(effect({ ...what, state: 'unconfirmed' }))).toBe(sending);
  expect(pendingText(effect({ ...what, state: 'waiting' }))).toBe(waiting);
});
