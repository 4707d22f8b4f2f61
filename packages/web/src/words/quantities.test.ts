import { expect, test } from 'vitest';
import { counted, lifetime, minutesLeft, quietTime, shortTime } from './quantities.ts';

test.each([
  [3000, '3 seconds', '3 quiet seconds'],
  [1000, '1 second', '1 quiet second'],
  [60_000, '1 minute', '1 quiet minute'],
  [1_800_000, '30 minutes', '30 quiet minutes'],
  [5_400_000, '90 minutes', '90 quiet minutes'],
  [3_600_000, 'an hour', 'a quiet hour'],
  [7_200_000, '2 hours', '2 quiet hours'],
  [86_400_000, 'a day', 'a quiet day'],
  [172_800_000, '2 days', '2 quiet days'],
])('%i ms are %s', (ms, plain, quiet) => {
  expect(lifetime(ms)).toBe(plain);
  expect(quietTime(ms)).toBe(quiet);
});

test.each([
  [300, '5 min'],
  [1800, '30 min'],
  [5400, '90 min'],
  [7200, '2 h'],
  [86_400, '24 h'],
  [3, '3 s'],
  [90, '90 s'],
])('%i seconds are %s on a button', (seconds, label) => {
  expect(shortTime(seconds)).toBe(label);
});

test.each([
  [1, '1 min'],
  [1_799_000, '30 min'],
  [3_600_000, '1 h'],
  [7_500_000, '2 h 5 min'],
])('with %i ms left it says %s', (ms, left) => {
  expect(minutesLeft(ms)).toBe(left);
});

test('one is not many', () => {
  const forms = { one: '{count} message', other: '{count} messages' };
  expect(counted(1, forms)).toBe('1 message');
  expect(counted(0, forms)).toBe('0 messages');
  expect(counted(1038, forms)).toBe('1,038 messages');
});
