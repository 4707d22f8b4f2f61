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
    ['no JSON', '['],
    ['names instead of keys', '{"muted":["Ann"],"sounds":false}'],
    ['no list', `{"muted":"${ANN}"}`],
    ['a list without end', JSON.stringify({ muted: Array.from({ length: 1_001 }, () => ANN) })],
    ['other types', '{"muted":[1],"sounds":"yes"}'],
  ])('what does not fit is not chosen: %s', (_what, text) => {
    const shown = view();
    keepChoices(shown, id, tab(text));
    expect([shown.muted.value.size, shown.sounds.value]).toEqual([0, false]);
  });
});
