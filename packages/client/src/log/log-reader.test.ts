import { type LogEvent, decodeServerSealed, encodeMessageEvent } from '@mayfly/protocol';
import { describe, expect, test } from 'vitest';
import { LogReader, continues, isContiguous } from './log-reader.ts';

function event(seq: number): LogEvent {
  const envelope = new Uint8Array(319).fill(0x11, 0, 1);
  const found = decodeServerSealed(encodeMessageEvent(seq, envelope));
  if (found?.type !== 'message') throw new Error('not an event');
  return found;
}

const seqs = (events: readonly LogEvent[]) => events.map(({ seq }) => seq);

describe('WELCOME-3: in order, each once, without a hole', () => {
  test('missed events come out as one batch, later ones one by one', () => {
    const reader = new LogReader({ first: 5, seq: 7 });
    expect(reader.take(event(5))).toEqual({ outcome: 'held' });
    expect(reader.take(event(6))).toEqual({ outcome: 'held' });
    expect(reader.caughtUp).toBe(false);
    const batch = reader.take(event(7));
    expect(batch.outcome === 'events' && seqs(batch.events)).toEqual([5, 6, 7]);
    expect(reader.caughtUp).toBe(true);
    const next = reader.take(event(8));
    expect(next.outcome === 'events' && seqs(next.events)).toEqual([8]);
  });

  test('what arrived over another wire meanwhile is left out, but counted', () => {
    const reader = new LogReader({ first: 5, seq: 7 }, 8);
    for (const seq of [5, 6]) expect(reader.take(event(seq))).toEqual({ outcome: 'held' });
    for (const seq of [7, 8]) expect(reader.take(event(seq))).toEqual({ outcome: 'events', events: [] });
    const next = reader.take(event(9));
    expect(next.outcome === 'events' && seqs(next.events)).toEqual([9]);
    expect(new LogReader({ first: 5, seq: 7 }, 8).take(event(6))).toEqual({ outcome: 'hole' });
  });

  test('nothing was missed: live at once', () => {
    expect(new LogReader({ first: 8, seq: 7 }).caughtUp).toBe(true);
  });

  test('a hole is not skipped, and the events before it are not lost', () => {
    const reader = new LogReader({ first: 1, seq: 9 });
    reader.take(event(1));
    reader.take(event(2));
    expect(reader.take(event(4))).toEqual({ outcome: 'hole' });
    expect(reader.take(event(2))).toEqual({ outcome: 'hole' });
    expect(seqs(reader.drain())).toEqual([1, 2]);
    expect(reader.drain()).toEqual([]);
  });

  test('a welcome that leaves something out is invalid', () => {
    expect(isContiguous({ first: 8, seq: 7 })).toBe(true);
    expect(isContiguous({ first: 9, seq: 7 })).toBe(false);
    expect(isContiguous({ first: 0, seq: 7 })).toBe(false);
  });
});

test('RESUME-1: a resume continues right after the position, in the same log', () => {
  const position = { logId: 'AAAAAAAAAAA', seq: 4 };
  const resumed = (logId: string, first: number) => continues({ logId, first }, position);
  expect(resumed('AAAAAAAAAAA', 5)).toBe(true);
  expect(resumed('AAAAAAAAAAA', 6)).toBe(false);
  expect(resumed('AAAAAAAAAAA', 4)).toBe(false);
  expect(resumed('AAAAAAAAAAE', 5)).toBe(false);
});
