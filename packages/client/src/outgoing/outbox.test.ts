import { UNECHOED_MAX, toHex, utf8 } from '@mayfly/protocol';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ECHO_PATIENCE_MS, OVERTAKEN_PATIENCE_MS } from './outbox.ts';
import { OTHER_SLOT, SLOT, liveOutbox, openOutbox } from '../testing/open-outbox.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('SEND-1: numbers', () => {
  test('begin after the last one the log took from us, and have no holes', () => {
    const { outbox, write, wire } = openOutbox();
    outbox.caughtUp({ slot: SLOT, lastN: 41, mode: 'resume' });
    write('a', 'b', 'c');
    expect(wire()).toEqual(['42:a', '43:b', '44:c']);
  });

  test('are assigned when there is a connection; until then a message waits', () => {
    const { outbox, write, wire, states } = openOutbox();
    write('a', 'b');
    expect(wire()).toEqual([]);
    expect(states()).toEqual(['a:waiting', 'b:waiting']);
    outbox.caughtUp({ slot: SLOT, lastN: 7, mode: 'resume' });
    expect(wire()).toEqual(['8:a', '9:b']);
    expect(states()).toEqual(['a:sending', 'b:sending']);
  });
});

describe('SEND-2: the echo', () => {
  test('ends a message; other bytes do not', () => {
    const { write, receive, echo, states } = liveOutbox();
    write('a', 'b');
    receive(utf8('something else'));
    expect(states()).toEqual(['a:sending', 'b:sending']);
    echo('a');
    expect(states()).toEqual(['b:sending']);
    echo('a');
    expect(states()).toEqual(['b:sending']);
  });

  test(`at most ${UNECHOED_MAX} are on the wire; more wait their turn, in order`, () => {
    const { write, echo, wire } = liveOutbox();
    const texts = Array.from({ length: 20 }, (_, i) => `m${i}`);
    write(...texts);
    expect(wire()).toHaveLength(UNECHOED_MAX);
    echo('m0', 'm1');
    expect(wire()).toEqual(['17:m16', '18:m17']);
  });

  test('after a resume the same bytes are sent under the same number', () => {
    const { outbox, write, echo, wire, sealed } = liveOutbox();
    write('a', 'b', 'c');
    echo('a');
    wire();
    outbox.suspend();
    outbox.caughtUp({ slot: SLOT, lastN: 1, mode: 'resume' });
    expect(wire()).toEqual(['2:b', '3:c']);
    expect(sealed.get('b')).toHaveLength(1);
  });

  test('SEND-8: a number the log took, after a reset without its echo: sent, and no longer in the history', () => {
    const { outbox, write, wire, states, trimmed } = liveOutbox();
    write('a', 'b', 'c');
    wire();
    outbox.suspend();
    outbox.caughtUp({ slot: SLOT, lastN: 2, mode: 'reset' });
    expect(states()).toEqual(['c:sending']);
    expect(wire()).toEqual(['3:c']);
    expect(trimmed).toEqual(['a', 'b']);
  });

  test('SEND-8: a number the log is said to have taken, after a resume without its echo: kept as failed', () => {
    const { outbox, write, wire, list, trimmed } = liveOutbox();
    write('a', 'b');
    wire();
    outbox.suspend();
    outbox.caughtUp({ slot: SLOT, lastN: 1, mode: 'resume' });
    expect(list()).toMatchObject([
      { text: 'a', state: 'failed', why: 'withheld' },
      { text: 'b', state: 'sending' },
    ]);
    expect(wire()).toEqual(['2:b']);
    expect(trimmed).toEqual([]);
  });

  test('SEND-8: a withheld message can be sent again or deleted, and is done if the server delivers it after all', () => {
    const { outbox, write, wire, list, echo, states } = liveOutbox();
    write('a', 'b', 'c');
    wire();
    outbox.suspend();
    outbox.caughtUp({ slot: SLOT, lastN: 3, mode: 'resume' });
    expect(states()).toEqual(['a:failed', 'b:failed', 'c:failed']);
    outbox.discard(list()[0]?.key ?? '');
    outbox.retry(list()[0]?.key ?? '');
    echo('c');
    expect(states()).toEqual(['b:sending']);
    expect(wire()).toEqual(['4:b']);
  });

  test('SEND-8: a retry is a new message, and says when it is sealed', () => {
    const { outbox, write, list } = liveOutbox();
    write('a');
    outbox.refused(1, 'too_big', 0);
    vi.advanceTimersByTime(900_000);
    outbox.retry(list()[0]?.key ?? '');
    expect(list()).toMatchObject([{ text: 'a', at: Date.now() }]);
  });

  test('SEND-4: after a fresh start everything is numbered again, and nothing counts as sent', () => {
    const { outbox, write, wire } = liveOutbox();
    write('a', 'b');
    wire();
    outbox.suspend();
    outbox.caughtUp({ slot: OTHER_SLOT, lastN: 5, mode: 'resume' });
    expect(wire()).toEqual(['6:a', '7:b']);
  });

  test('none for 30 s: the connection is no longer trusted', () => {
    const { write, echo, happened } = liveOutbox();
    write('a', 'b');
    vi.advanceTimersByTime(ECHO_PATIENCE_MS - 1);
    echo('a');
    vi.advanceTimersByTime(ECHO_PATIENCE_MS - 1);
    expect(happened).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(happened).toEqual(['distrust']);
  });

  test("none for 10 s while others' messages arrive: not confirmed, and the connection is not trusted", () => {
    const { outbox, write, receive, states, happened, wire } = liveOutbox();
    write('a');
    vi.advanceTimersByTime(OVERTAKEN_PATIENCE_MS - 1);
    receive(utf8('of somebody else'));
    expect(happened).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(happened).toEqual(['distrust']);
    outbox.suspend();
    write('b');
    expect(states()).toEqual(['a:unconfirmed', 'b:waiting']);
    wire();
    outbox.caughtUp({ slot: SLOT, lastN: 0, mode: 'resume' });
    expect(wire()).toEqual(['1:a', '2:b']);
    expect(states()).toEqual(['a:sending', 'b:sending']);
  });

  test('none for longer in a quiet room: the first message of someone else decides', () => {
    const { write, receive, states, happened } = liveOutbox();
    write('a');
    vi.advanceTimersByTime(OVERTAKEN_PATIENCE_MS * 2);
    expect(happened).toEqual([]);
    receive(utf8('of somebody else'));
    expect(happened).toEqual(['distrust']);
    expect(states()).toEqual(['a:unconfirmed']);
    vi.advanceTimersByTime(ECHO_PATIENCE_MS);
    expect(happened).toEqual(['distrust']);
  });

  test('each echo restarts the wait, whatever else arrives', () => {
    const { write, receive, echo, happened } = liveOutbox();
    const texts = ['a', 'b', 'c', 'd', 'e'];
    write(...texts);
    for (const text of texts) {
      receive(utf8('of somebody else'));
      vi.advanceTimersByTime(OVERTAKEN_PATIENCE_MS - 1);
      echo(text);
    }
    receive(utf8('of somebody else'));
    vi.advanceTimersByTime(ECHO_PATIENCE_MS);
    expect(happened).toEqual([]);
  });

  test("messages before the last echo don't count", () => {
    const { write, receive, echo, happened } = liveOutbox();
    write('a', 'b');
    receive(utf8('of somebody else'));
    echo('a');
    vi.advanceTimersByTime(ECHO_PATIENCE_MS - 1);
    expect(happened).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(happened).toEqual(['distrust']);
  });

  test('is waited for longer while the uplink drains', () => {
    const { write, happened, network } = liveOutbox();
    network.buffered = 200_000;
    write('a');
    network.buffered = 100_000;
    vi.advanceTimersByTime(ECHO_PATIENCE_MS);
    expect(happened).toEqual([]);
    vi.advanceTimersByTime(ECHO_PATIENCE_MS);
    expect(happened).toEqual(['distrust']);
  });

  test('leaves no timer once all have arrived', () => {
    const { write, echo } = liveOutbox();
    write('a');
    echo('a');
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('REFUSED-1', () => {
  for (const code of ['rate', 'busy', 'unavailable'] as const) {
    test(`${code}: the same bytes, the same number, after the pause; those behind follow one by one`, () => {
      const { outbox, write, echo, wire, sealed } = liveOutbox();
      write('a', 'b', 'c');
      wire();
      outbox.refused(1, code, 4000);
      outbox.refused(2, 'gap', 0);
      outbox.refused(3, 'gap', 0);
      write('d');
      vi.advanceTimersByTime(3999);
      expect(wire()).toEqual([]);
      vi.advanceTimersByTime(1);
      expect(wire()).toEqual(['1:a']);
      echo('a');
      expect(wire()).toEqual(['2:b']);
      echo('b');
      expect(wire()).toEqual(['3:c']);
      expect(sealed.get('a')).toHaveLength(1);
    });

    test(`${code}: messages that wait are slowed, and the first one says until when`, () => {
      const { outbox, write, echo, states, list } = liveOutbox();
      write('a', 'b', 'c');
      echo('a');
      outbox.refused(2, code, 4000);
      expect(states()).toEqual(['b:slowed', 'c:slowed']);
      const until = Date.now() + 4000;
      expect(list()).toMatchObject([{ why: code, until }, { why: code }]);
      expect(list()[1]).not.toHaveProperty('until');
      vi.advanceTimersByTime(4000);
      expect(states()).toEqual(['b:sending', 'c:slowed']);
      expect(list()[1]).not.toHaveProperty('until');
      echo('b');
      expect(states()).toEqual(['c:sending']);
    });
  }

  test('an allowance of five a second: all arrive, in order, in twice as many frames at most', () => {
    const { outbox, write, echo, wire, states } = liveOutbox();
    const texts = Array.from({ length: 40 }, (_, i) => `m${i}`);
    write(...texts);
    let tokens = 15;
    let frames = 0;
    const arrived: string[] = [];
    for (let ms = 0; ms < 10_000; ms += 50) {
      tokens += 0.25;
      for (const [n = '', text = ''] of wire().map((sent) => sent.split(':'))) {
        frames++;
        if (Number(n) !== arrived.length + 1) {
          outbox.refused(Number(n), 'gap', 0);
        } else if (tokens < 1) {
          outbox.refused(Number(n), 'rate', Math.ceil((1 - tokens) * 200));
        } else {
          tokens--;
          arrived.push(text);
          echo(text);
        }
      }
      vi.advanceTimersByTime(50);
    }
    expect(arrived).toEqual(texts);
    expect(states()).toEqual([]);
    expect(frames).toBeLessThan(80);
  });

  test('once nothing waits, it is as fast as before', () => {
    const { outbox, write, echo, wire } = liveOutbox();
    write('a', 'b');
    outbox.refused(1, 'rate', 1000);
    vi.advanceTimersByTime(1000);
    echo('a', 'b');
    wire();
    write('c', 'd', 'e');
    expect(wire()).toHaveLength(3);
  });

  test('a pause does not outlive its connection', () => {
    const { outbox, write, states } = liveOutbox();
    write('a');
    outbox.refused(1, 'busy', 60_000);
    outbox.suspend();
    expect(states()).toEqual(['a:waiting']);
    outbox.caughtUp({ slot: SLOT, lastN: 0, mode: 'resume' });
    expect(states()).toEqual(['a:sending']);
  });

  test('"unavailable" for a message that was logged: its number is spent', () => {
    const { outbox, write, echo, wire, states } = liveOutbox();
    write('a', 'b');
    wire();
    outbox.refused(1, 'unavailable', 1000);
    echo('a');
    vi.advanceTimersByTime(1000);
    expect(wire()).toEqual(['2:b']);
    expect(states()).toEqual(['b:sending']);
  });

  test('a final refusal: it fails and stays; those behind are sent in a new chain, under its number', () => {
    const { outbox, write, wire, states, list, happened, sealed } = liveOutbox();
    write('a', 'b', 'c');
    wire();
    outbox.refused(2, 'server_full', 0);
    expect(happened).toEqual(['restart']);
    expect(states()).toEqual(['a:sending', 'b:failed', 'c:sending']);
    expect(list()[1]).toMatchObject({ why: 'server_full' });
    expect(wire()).toEqual(['2:c']);
    expect(sealed.get('c')).toHaveLength(2);
    expect(list()[2]?.key).toBe(toHex(sealed.get('c')?.[1]?.mid ?? utf8('none')));
  });

  test('retry: a failed message goes to the end, sealed again', () => {
    const { outbox, write, wire, sealed, states } = liveOutbox();
    const [key = ''] = write('a', 'b');
    wire();
    outbox.refused(1, 'too_big', 0);
    expect(wire()).toEqual(['1:b']);
    outbox.retry(key);
    expect(wire()).toEqual(['2:a']);
    expect(sealed.get('a')).toHaveLength(2);
    expect(states()).toEqual(['b:sending', 'a:sending']);
  });

  test('discard: only a failed message can be deleted, not one that may be logged', () => {
    const { outbox, write, states, list } = liveOutbox();
    const [a = ''] = write('a', 'b');
    outbox.refused(1, 'not_allowed', 0);
    outbox.discard(a);
    outbox.discard(list()[0]?.key ?? '');
    expect(states()).toEqual(['b:sending']);
  });

  test("a gap at the first one: the numbers don't match, so a new join sorts it out", () => {
    const { outbox, write, happened } = liveOutbox();
    write('a', 'b');
    outbox.refused(2, 'gap', 0);
    expect(happened).toEqual([]);
    outbox.refused(1, 'gap', 0);
    expect(happened).toEqual(['distrust']);
  });

  test('a number that is not on the wire is ignored', () => {
    const { outbox, write, states } = liveOutbox();
    write('a');
    outbox.refused(9, 'too_big', 0);
    expect(states()).toEqual(['a:sending']);
  });

  test('nothing is sent in a pause that began on a lost connection', () => {
    const { outbox, write, wire } = liveOutbox();
    write('a');
    outbox.refused(1, 'rate', 5000);
    wire();
    outbox.suspend();
    vi.advanceTimersByTime(10_000);
    expect(wire()).toEqual([]);
    outbox.caughtUp({ slot: SLOT, lastN: 0, mode: 'resume' });
    expect(wire()).toEqual(['1:a']);
  });
});

test('cleared: nothing is listed, nothing is sent, no timer runs', () => {
  const { outbox, write, wire, list, updates } = liveOutbox();
  write('a');
  wire();
  outbox.clear();
  expect(vi.getTimerCount()).toBe(0);
  outbox.caughtUp({ slot: SLOT, lastN: 0, mode: 'resume' });
  expect(list()).toEqual([]);
  expect(wire()).toEqual([]);
  expect(updates.flat()).toMatchObject([{ text: 'a' }]);
});

test('EVENT-2: the header left of an erased message is its echo', () => {
  const { write, receive, envelopeOf, list } = liveOutbox();
  write('a', 'b');
  receive(envelopeOf('a').subarray(0, 23), envelopeOf('a').subarray(0, 23));
  expect(list()).toMatchObject([{ text: 'b' }]);
});

describe('the outbox itself reports changes', () => {
  test('once for all echoes of a batch', () => {
    const { write, receive, envelopeOf, updates, states } = liveOutbox();
    write('a', 'b', 'c');
    const before = updates.length;
    receive(envelopeOf('a'), utf8('of somebody else'), envelopeOf('b'));
    expect(updates).toHaveLength(before + 1);
    expect(states()).toEqual(['c:sending']);
  });

  test('messages of others alone change nothing, so nothing is reported', () => {
    const { write, receive, updates } = liveOutbox();
    write('a');
    const before = updates.length;
    receive(utf8('one'), utf8('two'));
    expect(updates).toHaveLength(before);
  });

  test('a move to another connection is not a loss: what was sent does not wait meanwhile', () => {
    const { outbox, write, wire, states } = liveOutbox();
    write('a');
    wire();
    outbox.hold();
    write('b');
    expect(states()).toEqual(['a:sending', 'b:sending']);
    expect(wire()).toEqual([]);
    outbox.caughtUp({ slot: SLOT, lastN: 0, mode: 'resume' });
    expect(wire()).toEqual(['1:a', '2:b']);
  });
});
