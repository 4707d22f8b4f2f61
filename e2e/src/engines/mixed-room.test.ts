// One room, three engines: what one encrypts the others read, and all see the same.

import { expect, test } from 'vitest';
import { openStage } from '../stage.ts';
import { Firefox } from './firefox.ts';
import { Visitor } from './visitor.ts';
import { WebKitWindow } from './webkit.ts';

const ROUNDS = 20;

test('Chromium, Firefox and WebKit: 60 messages, three equal transcripts', async () => {
  await using stage = await openStage();
  await using firefox = await Firefox.start();
  const ann = await stage.person();
  await using bob = new Visitor(await firefox.window(), stage.origin);
  await using cem = new Visitor(await WebKitWindow.open(), stage.origin);
  const link = await ann.createRoom({ name: 'Ann' });
  await bob.join(link, 'Bob');
  await cem.join(link, 'Cem');

  // All at once.
  const people = { Ann: ann, Bob: bob, Cem: cem };
  await Promise.all(
    Object.entries(people).map(async ([name, person]) => {
      for (let round = 0; round < ROUNDS; round++) await person.send(`${name} ${round} · ñ 你好 🦋`);
    }),
  );

  const saidBy = (name: string) =>
    Array.from({ length: ROUNDS }, (_, round) => `${name} ${round} · ñ 你好 🦋`);
  for (const person of [ann, bob, cem])
    for (const name of Object.keys(people)) await person.sees(saidBy(name).at(-1) ?? '');
  const transcript = await ann.messages();
  expect(transcript).toHaveLength(3 * ROUNDS);
  for (const name of Object.keys(people))
    expect(transcript.filter((text) => text.startsWith(name))).toEqual(saidBy(name));
  expect(await bob.messages()).toEqual(transcript);
  expect(await cem.messages()).toEqual(transcript);
  for (const person of [bob, cem]) expect(await person.window.complaints()).toEqual([]);
});
