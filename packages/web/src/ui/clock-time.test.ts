import { expect, test } from 'vitest';
import { clockSpan, clockTime, utcMinute } from './clock-time.ts';

const at = (hours: number, minutes: number) => new Date(2026, 10, 29, hours, minutes).getTime();

test('a minute in UTC', () => {
  expect(utcMinute(Date.UTC(2026, 10, 30, 8, 31, 59))).toBe('2026-11-30 08:31 UTC');
});

test('a time of day is written as the reader’s system has it', () => {
  const usual = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' }).format(at(17, 19));
  expect(clockTime(at(17, 19))).toBe(usual);
});

test('two ends of a time stand apart; one minute has one', () => {
  const [from, to] = clockSpan(at(11, 50), at(14, 5));
  expect(from).toMatch(/^11:50/);
  expect(to).toMatch(/(?:14|2):05/);
  expect(clockSpan(at(17, 50), at(17, 51))[0]).toMatch(/^\d+:50$/);
  expect(clockSpan(at(17, 50), at(17, 50))).toEqual([clockTime(at(17, 50))]);
});
