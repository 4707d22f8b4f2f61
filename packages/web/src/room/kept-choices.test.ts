// Whose messages are folded, and the sounds of a room: kept for the tab, and checked when they come back.

import { type RoomId, parseRoomId } from '@mayfly/protocol';
import { signal } from '@preact/signals';
import { describe, expect, test } from 'vitest';
import { keepChoices } from './kept-choices.ts';

const id: RoomId = parseRoomId('k3F9ab') ?? expect.unreachable();
const NAME = 'mayfly:k3F9ab:choices';
const ANN = 'A'.repeat(43);

function tab(text?: string) {
  const entries = new Map(text === undefined ? [] : [[NAME, text]]);
  return {
    entries,
    getItem: (name: string) => entries.get(name) ?? null,
    setItem: (name: string, value: string) => void entries.set(name, value),
    removeItem: (name: string) => void entries.delete(name),
  };
}

const view = () => ({ muted: signal<ReadonlySet<string>>(new Set()), sounds: signal(false) });

describe('choices of a room', () => {
  test('come back after a reload; none leave nothing in the tab', () => {
    const storage = tab();
    const before = view();
    const stop = keepChoices(before, id, storage);
    expect(storage.entries.size).toBe(0);
    before.muted.value = new Set([ANN]);
    before.sounds.value = true;
    stop();
    before.sounds.value = false;
    const after = view();
    keepChoices(after, id, storage);
    expect([...after.muted.value]).toEqual([ANN]);
    expect(after.sounds.value).toBe(true);
    after.muted.value = new Set();
    after.sounds.value = false;
    expect(storage.entries.size).toBe(0);
  });

  test.each([
    ['JSON', `{"muted":["${ANN}"],"sounds":true}`],
    ['names instead of keys', ' Ann Bob'],
    ['a key that is too long', ` ${ANN}A`],
    ['another word', `loud ${ANN}A`],
  ])('what does not fit is not chosen: %s', (_what, text) => {
    const shown = view();
    keepChoices(shown, id, tab(text));
    expect([shown.muted.value.size, shown.sounds.value]).toEqual([0, false]);
  });

  test('a list without end is cut', () => {
    const shown = view();
    const keys = Array.from({ length: 3_000 }, (_, i) => String(i).padStart(43, 'k'));
    keepChoices(shown, id, tab(` ${keys.join(' ')}`));
    expect(shown.muted.value.size).toBe(1_000);
  });
});
