import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { systemClock } from '../clock.ts';
import { CTYPE } from '../content/ctype.ts';
import { PACE_MS, Pacer } from './pacer.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function paced() {
  const sent: string[] = [];
  const pacer = new Pacer(systemClock, ({ body }) => void sent.push(body));
  const react = (target: number, body: string, ctype: number = CTYPE.reaction) =>
    pacer.add({ ctype, ref: new Uint8Array(16).fill(target), body });
  return { pacer, react, sent: () => sent.splice(0) };
}

describe('EFFECT-7: reactions and votes', () => {
  test('the first is sent at once, the others one a second, in order', () => {
    const { react, sent } = paced();
    for (const target of [1, 2, 3]) react(target, `to ${target}`);
    expect(sent()).toEqual(['to 1']);
    vi.advanceTimersByTime(PACE_MS - 1);
    expect(sent()).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(sent()).toEqual(['to 2']);
    vi.advanceTimersByTime(PACE_MS);
    expect(sent()).toEqual(['to 3']);
  });

  test('of several on one message that wait, the last is sent', () => {
    const { react, sent } = paced();
    for (const emoji of ['👍', '👎', '', '🎉']) react(1, emoji);
    vi.advanceTimersByTime(10 * PACE_MS);
    expect(sent()).toEqual(['👍', '🎉']);
  });

  test('closing a poll follows the vote before it', () => {
    const { react, sent } = paced();
    react(1, '👍');
    react(2, '0', CTYPE.vote);
    react(2, 'x', CTYPE.vote);
    vi.advanceTimersByTime(10 * PACE_MS);
    expect(sent()).toEqual(['👍', '0', 'x']);
  });

  test('after a quiet second the next is sent at once, and no timer is left', () => {
    const { react, sent } = paced();
    react(1, '👍');
    vi.advanceTimersByTime(PACE_MS);
    expect(vi.getTimerCount()).toBe(0);
    react(1, '👎');
    expect(sent()).toEqual(['👍', '👎']);
  });

  test('a page that goes sends what waits, for the outbox to keep', () => {
    const { pacer, react, sent } = paced();
    react(1, '👍');
    react(2, '👎');
    pacer.flush();
    expect(sent()).toEqual(['👍', '👎']);
    expect(vi.getTimerCount()).toBe(0);
  });
});
