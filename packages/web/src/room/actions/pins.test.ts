import type { Message, Person, RoomNotice } from '@mayfly/client';
import { expect, test } from 'vitest';
import { PINS_MAX, Pins } from './pins.ts';

const juno: Person = { idPk: 'j', name: 'Juno', tag: 'k3F9', colour: 1, emoji: [] };

const message = (seq: number, pinned: boolean): Message => ({
  key: `m${seq}`,
  seq,
  from: juno,
  own: false,
  text: '',
  reactions: [],
  pinned,
  at: 0,
  clockOff: false,
  late: false,
  missingBefore: 0,
  conflicting: false,
});

const notice = (seq: number, what: RoomNotice['what'], target: string): RoomNotice => ({
  key: `n${seq}`,
  seq,
  from: juno,
  own: false,
  at: 0,
  what,
  target,
  missingBefore: 0,
  conflicting: false,
});

const keysOf = (pins: Pins) => pins.shown.value.map(({ key }) => key);

test('what was pinned last stands first, whatever came in which order', () => {
  const pins = new Pins();
  pins.takeNotices([notice(9, 'pinned', 'm2'), notice(8, 'pinned', 'm3')]);
  expect(keysOf(pins)).toEqual([]);
  pins.takeMessages([message(2, true), message(3, true), message(4, false)]);
  expect(keysOf(pins)).toEqual(['m2', 'm3']);
  expect(pins.shown.value[0]?.by).toBe(juno);
  pins.takeNotices([notice(10, 'pinned', 'm3')]);
  expect(keysOf(pins)).toEqual(['m3', 'm2']);
  pins.takeNotices([notice(7, 'unpinned', 'm3')]);
  expect(keysOf(pins)).toEqual(['m3', 'm2']);
});

test('an unpinned message goes, and past the limit the one pinned first', () => {
  const pins = new Pins();
  pins.takeMessages([message(2, true), message(3, true)]);
  pins.takeMessages([message(2, false)]);
  expect(keysOf(pins)).toEqual(['m3']);
  expect(pins.shown.value[0]?.by).toBeUndefined();
  pins.takeMessages(Array.from({ length: PINS_MAX }, (_, i) => message(i + 10, true)));
  expect(pins.shown.value).toHaveLength(PINS_MAX);
  expect(keysOf(pins)).not.toContain('m3');
});
