import { expect, test } from 'vitest';
import { roomTexts } from './room.ts';
import { texts } from './start.ts';

test('a lifetime of the landing page reads as a sentence', () => {
  expect(texts.landing.trust(1_800_000)[2]).toBe('Gone after 30 quiet minutes');
  expect(texts.landing.trust(3_600_000)[2]).toBe('Gone after a quiet hour');
  expect(texts.landing.lead(86_400_000)).toContain('After a quiet day, the room');
});

test('no people are counted before anything is known of a room', () => {
  expect(roomTexts.people(0)).toBe('People');
  expect(roomTexts.people(1)).toBe('1 person');
  expect(roomTexts.people(1200)).toBe('1,200 people');
});
