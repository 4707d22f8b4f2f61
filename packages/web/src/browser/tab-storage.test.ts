import type { TabStorage } from '@mayfly/client';
import { describe, expect, test } from 'vitest';
import { GuardedStorage } from './tab-storage.ts';

/** The storage of a browser that allows it. */
function willing(): TabStorage & { readonly kept: Map<string, string> } {
  const kept = new Map<string, string>();
  return {
    kept,
    getItem: (name) => kept.get(name) ?? null,
    setItem: (name, text) => void kept.set(name, text),
    removeItem: (name) => void kept.delete(name),
  };
}

const refuse = () => {
  throw new DOMException('denied', 'SecurityError');
};

test('what the browser takes is kept there, and nowhere else', () => {
  const browser = willing();
  const storage = new GuardedStorage(() => browser);
  storage.setItem('a', '1');
  expect(browser.kept.get('a')).toBe('1');
  expect(storage.outlivesReload('a')).toBe(true);
  browser.kept.set('a', '2');
  expect(storage.getItem('a')).toBe('2');
  storage.removeItem('a');
  expect(storage.getItem('a')).toBeNull();
  expect(storage.outlivesReload('a')).toBe(false);
});

describe.each<[string, () => TabStorage | null]>([
  ['that may not even be named', refuse],
  ['that is not there', () => null],
  ['that throws at every use', () => ({ getItem: refuse, setItem: refuse, removeItem: refuse })],
  ['that throws when written to', () => ({ ...willing(), setItem: refuse })],
  ['that forgets', () => ({ ...willing(), setItem: () => undefined })],
])('a storage %s', (_, open) => {
  test('is replaced by memory, and says so', () => {
    const opened = open === refuse ? undefined : open();
    const storage = new GuardedStorage(opened === undefined ? open : () => opened);
    storage.setItem('a', '1');
    storage.setItem('b', '2');
    expect(storage.getItem('a')).toBe('1');
    expect(storage.outlivesReload('a')).toBe(false);
    storage.removeItem('a');
    expect(storage.getItem('a')).toBeNull();
    expect(storage.getItem('b')).toBe('2');
  });
});

test('a storage that is full keeps what fits, and never an older text under a newer one', () => {
  const browser = willing();
  const full = {
    ...browser,
    setItem: (name: string, text: string) => (text.length > 3 ? refuse() : browser.setItem(name, text)),
  };
  const storage = new GuardedStorage(() => full);
  storage.setItem('a', 'old');
  storage.setItem('a', 'newer');
  expect(storage.getItem('a')).toBe('newer');
  expect(storage.outlivesReload('a')).toBe(false);
  storage.setItem('a', 'new');
  expect(storage.outlivesReload('a')).toBe(true);
  expect(browser.kept.get('a')).toBe('new');
});
