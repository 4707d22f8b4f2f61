import type { RoomEnd } from '@mayfly/client';
import { expect, test } from 'vitest';
import { wordsOfFalseRoom, wordsOfGone } from './ended-words.ts';
import { endedTexts } from '../words/ended.ts';

const room = (why: RoomEnd['why'], wasIn = true) => ({
  end: { why },
  summary: { id: 'k3F9ab', messages: 1, names: 1, openedAt: 0, endedAt: 1, lifeMs: 1_800_000, wasIn },
});

test.each<[RoomEnd['why'], string, string]>([
  ['expired', 'This room has disappeared', 'It was quiet for 30 minutes.'],
  ['ended_by_owner', 'The owner ended this room', 'This tab checked the owner’s signature.'],
  ['ended_by_you', 'You ended this room', 'Everyone has been disconnected.'],
  ['owner', 'The server ended this room', 'It says the owner ended it.'],
  ['server', 'The server ended this room', 'We only have its word for it.'],
  [
    'vanished',
    'This room has disappeared',
    'The server says it was restarted, and rooms live only in its memory.',
  ],
])('%s: what only the server says is told as its word', (why, heading, lead) => {
  expect(wordsOfGone(room(why))).toEqual({ heading, lead });
});

test('removed, on the bare word of the server', () => {
  expect(endedTexts.kicked.heading).toBe('The server closed your connection');
  expect(endedTexts.kicked.lead).toMatch(/^Its word is that you were removed\. /);
});

test('no end is said to be the owner’s or anyone else’s doing without "says" or "word"', () => {
  const { byOwner, byServer, restarted, kicked, closed } = endedTexts;
  for (const { heading, lead } of [byOwner, byServer, restarted, kicked, closed]) {
    expect(`${heading} ${lead}`).toMatch(/\bserver\b.*\b(?:says|word)\b/);
  }
});

test('a false room: nothing was sent to it, or nothing more', () => {
  expect(wordsOfFalseRoom(room('false_room', false)).lead).toContain('sent nothing.');
  expect(wordsOfFalseRoom(room('false_room')).lead).toContain('sent nothing more.');
});
