import { expect, test } from 'vitest';
import { type LogLevel, createEvents } from './events.ts';

function record(level: LogLevel) {
  const lines: string[] = [];
  return { ...createEvents(level, (line) => void lines.push(line)), lines };
}

test('trouble logs the class of the error and where it happened, never its message', () => {
  const { events, lines } = record('info');
  events.trouble('session', new TypeError('room 7Kq2mD of 192.168.1.7 said canary'));
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^mayfly: trouble in session: TypeError at .*events\.test\.ts:\d+:\d+/);
  expect(lines[0]).not.toMatch(/7Kq2mD|192\.168|canary|\n/);
});

test('a message that looks like a stack frame is not logged', () => {
  const { events, lines } = record('info');
  events.trouble('http', new Error('x\n    at canary (secret:1:1)'));
  expect(lines[0]).not.toContain('canary');
});

test('of a thrown value that is not an error only the type is logged', () => {
  const { events, lines } = record('error');
  events.trouble('process', 'canary');
  expect(lines).toEqual(['mayfly: trouble in process: string']);
});

test('repeated trouble does not fill the log', () => {
  const { events, lines, counts } = record('error');
  const error = new Error('lost');
  for (let i = 0; i < 2_000; i++) events.trouble('http', error);
  events.trouble('store', error);
  expect(lines.map((line) => /\d+ times so far/.exec(line)?.[0])).toEqual([
    undefined,
    '10 times so far',
    '100 times so far',
    '1000 times so far',
    undefined,
  ]);
  expect(counts()).toEqual({ 'trouble.http': 2_000, 'trouble.store': 1 });
});

test('each change of Redis takes one line, and counts', () => {
  const { events, lines, counts } = record('error');
  events.redisTrouble('SILENT');
  events.redisTrouble('OOM');
  events.redisTrouble('CLUSTERDOWN');
  events.redisEmptied();
  events.redisWell(12_400);
  expect(lines).toEqual([
    'mayfly: Redis does not answer: rooms wait',
    'mayfly: Redis has no memory left (OOM): no new rooms, people or messages',
    'mayfly: Redis refuses commands (CLUSTERDOWN): rooms wait',
    'mayfly: rooms are gone from Redis: it was restarted or flushed, or unreachable for too long',
    'mayfly: Redis works again, after 12 s',
  ]);
  expect(counts()).toEqual({ 'redis.SILENT': 1, 'redis.OOM': 1, 'redis.CLUSTERDOWN': 1, 'redis.emptied': 1 });
});

test('LOG_LEVEL: error logs only problems, silent nothing; both still count', () => {
  for (const [level, written] of [
    ['info', 3],
    ['error', 1],
    ['silent', 0],
  ] as const) {
    const { events, lines, counts } = record(level);
    events.stopping(3);
    events.stopped();
    events.trouble('store', new Error('lost'));
    events.turnedAway('origin');
    events.turnedAway('origin');
    expect(lines).toHaveLength(written);
    expect(counts()).toEqual({ 'trouble.store': 1, 'turned_away.origin': 2 });
  }
});
