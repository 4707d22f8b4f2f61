import { API_ERRORS } from '@mayfly/protocol';
import { expect, test } from 'vitest';
import { createTroubleText } from '../start/create-trouble.ts';
import { roomTexts } from './room.ts';
import { lifetime, plural, texts } from './start.ts';

test.each([
  [3000, '3 seconds'],
  [1000, '1 second'],
  [60_000, '1 minute'],
  [1_800_000, '30 minutes'],
  [5_400_000, '90 minutes'],
  [3_600_000, '1 hour'],
  [86_400_000, '24 hours'],
])('%i ms are %s', (ms, words) => {
  expect(lifetime(ms)).toBe(words);
});

test('one is not many', () => {
  expect(plural(1, 'message')).toBe('1 message');
  expect(plural(0, 'message')).toBe('0 messages');
  expect(plural(1038, 'message')).toBe('1,038 messages');
});

test('a lifetime of the landing page reads as a sentence', () => {
  expect(texts.landing.trust(1_800_000)[2]).toBe('Gone after 30 quiet minutes');
  expect(texts.landing.trust(3_600_000)[2]).toBe('Gone after 1 quiet hour');
});

test.each([...API_ERRORS, 'offline' as const])('%s on creating says in words what to do', (reason) => {
  const words = createTroubleText(reason, 0);
  expect(words).not.toContain('_');
  expect(words).toMatch(/\w\. .*\.$/);
});

test('a refusal for a while says for how long', () => {
  expect(createTroubleText('server_full', 60_000)).toContain('in 1 minute');
  expect(createTroubleText('rate', 0)).toContain('later');
  expect(createTroubleText('rate', 120)).toContain('in 1 second.');
});

test('before anything is known of a room, nobody is counted', () => {
  expect(roomTexts.participants(0)).toBe('Participants');
  expect(roomTexts.participants(1)).toBe('1 participant');
  expect(roomTexts.participants(1200)).toBe('1,200 participants');
});
