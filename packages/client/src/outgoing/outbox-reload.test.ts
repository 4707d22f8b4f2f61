// SEND-7: what waits survives its page. Each `openOutbox` of one tab is a reload.

import { toHex, utf8 } from '@mayfly/protocol';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ID } from '../testing/author.ts';
import { OTHER_SLOT, SLOT, type Tab, liveOutbox, newTab, openOutbox } from '../testing/open-outbox.ts';
import { SmallStorage, forbiddenStorage } from '../testing/storage.ts';

beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) }));
afterEach(() => void vi.useRealTimers());

describe('SEND-7: after a reload', () => {
  test('unsent messages are listed at once and sent first, as the same bytes, then new ones', () => {
    const tab = newTab();
    const before = openOutbox(tab);
    before.write('a', 'b', 'c');
    expect(before.list()).toHaveLength(3);
    const after = openOutbox(tab);
    expect(after.list()).toEqual(before.list());
    after.write('d');
    after.outbox.caughtUp({ slot: SLOT, lastN: 4, mode: 'reset' });
    expect(after.wire()).toEqual(['5:a', '6:b', '7:c', '8:d']);
    for (const text of ['a', 'b', 'c']) expect(tab.sealed.get(text)).toHaveLength(1);
  });

  test('a logged message is done by its echo, anywhere in the history', () => {
    const tab = newTab();
    liveOutbox(tab).write('a', 'b');
    const after = openOutbox(tab);
    after.receive(utf8('of somebody else'), after.envelopeOf('a'), after.envelopeOf('b'));
    after.outbox.caughtUp({ slot: SLOT, lastN: 2, mode: 'reset' });
    expect(after.wire()).toEqual([]);
    expect(after.trimmed).toEqual([]);
    expect(openOutbox(tab).list()).toEqual([]);
  });

  test('a message sent but not logged is sent again, byte for byte', () => {
    const tab = newTab();
    const before = liveOutbox(tab, 3);
    before.write('a', 'b');
    expect(before.wire()).toEqual(['4:a', '5:b']);
    const after = openOutbox(tab);
    after.outbox.caughtUp({ slot: SLOT, lastN: 3, mode: 'reset' });
    expect(after.wire()).toEqual(['4:a', '5:b']);
    expect(tab.sealed.get('a')).toHaveLength(1);
  });

  test('same slot, a number the log took, no echo: sent, no longer in the history, and reported once', () => {
    const tab = newTab();
    liveOutbox(tab).write('a', 'b', 'c');
    const after = openOutbox(tab);
    after.outbox.caughtUp({ slot: SLOT, lastN: 2, mode: 'reset' });
    expect(after.trimmed).toEqual(['a', 'b']);
    expect(after.wire()).toEqual(['3:c']);
    const later = openOutbox(tab);
    expect(later.states()).toEqual(['c:waiting']);
    expect(later.trimmed).toEqual([]);
  });

  test('a withheld message stays failed', () => {
    const tab = newTab();
    const before = liveOutbox(tab);
    before.write('a');
    before.outbox.caughtUp({ slot: SLOT, lastN: 1, mode: 'resume' });
    expect(openOutbox(tab).list()).toMatchObject([{ text: 'a', state: 'failed', why: 'withheld' }]);
  });

  test('messages written before the first welcome are sealed again once the log is known', () => {
    const tab = newTab();
    openOutbox(tab).write('a');
    const after = openOutbox(tab);
    after.write('b');
    after.outbox.caughtUp({ slot: SLOT, lastN: 0, mode: 'reset' });
    expect(after.happened).toEqual(['restart']);
    expect(after.wire()).toEqual(['1:a', '2:b']);
    expect([tab.sealed.get('a')?.length, tab.sealed.get('b')?.length]).toEqual([1, 2]);
    expect(openOutbox(tab).list()).toMatchObject([{ text: 'a' }, { text: 'b' }]);
  });

  test('another slot: numbers mean nothing there, so the same bytes are sent under new ones', () => {
    const tab = newTab();
    liveOutbox(tab).write('a', 'b');
    const after = openOutbox(tab);
    after.outbox.caughtUp({ slot: OTHER_SLOT, lastN: 9, mode: 'reset' });
    expect(after.wire()).toEqual(['10:a', '11:b']);
    expect(after.trimmed).toEqual([]);
  });

  test('a number refused as "unavailable" may still have been taken', () => {
    const tab = newTab();
    const before = liveOutbox(tab);
    before.write('a', 'b');
    before.outbox.refused(1, 'unavailable', 1000);
    const after = openOutbox(tab);
    after.outbox.caughtUp({ slot: SLOT, lastN: 1, mode: 'reset' });
    expect(after.trimmed).toEqual(['a']);
    expect(after.wire()).toEqual(['2:b']);
  });

  test('a failed message stays failed, and can be retried or deleted', () => {
    const tab = newTab();
    const before = liveOutbox(tab);
    before.write('a', 'b');
    before.outbox.refused(1, 'too_big', 0);
    before.outbox.refused(2, 'gap', 0);
    const after = liveOutbox(tab);
    expect(after.list()).toMatchObject([
      { text: 'a', state: 'failed', why: 'too_big' },
      { text: 'b', state: 'sending' },
    ]);
    after.outbox.retry(after.list()[0]?.key ?? '');
    expect(openOutbox(tab).states()).toEqual(['b:waiting', 'a:waiting']);
  });

  test('SLICE-3: what was sealed for an earlier epoch is sealed again, in a new chain, and sent in order', () => {
    const tab = newTab();
    openOutbox(tab).write('a', 'b');
    const after = liveOutbox(tab);
    after.outbox.refused(1, 'epoch', 0);
    after.outbox.refused(2, 'epoch', 0);
    expect(after.list()).toMatchObject([{ text: 'a', state: 'slowed' }, { text: 'b' }]);
    vi.advanceTimersByTime(250);
    expect([tab.sealed.get('a'), tab.sealed.get('b')]).toMatchObject([{ length: 2 }, { length: 2 }]);
    expect(after.wire()).toEqual(['1:a', '2:b', '1:a']);
  });

  test('after a final refusal those behind are sealed again in one chain, old bytes and new', () => {
    const tab = newTab();
    openOutbox(tab).write('a', 'b');
    const after = openOutbox(tab);
    after.write('c');
    after.outbox.caughtUp({ slot: SLOT, lastN: 0, mode: 'reset' });
    after.wire();
    after.happened.splice(0);
    after.outbox.refused(1, 'too_big', 0);
    expect(after.happened).toEqual(['restart']);
    expect(after.wire()).toEqual(['1:b', '2:c']);
    expect(openOutbox(tab).list()).toMatchObject([{ text: 'a' }, { text: 'b' }, { text: 'c' }]);
    const [b, c] = [tab.sealed.get('b')?.at(-1), tab.sealed.get('c')?.at(-1)];
    expect(openOutbox(tab).list().slice(1)).toMatchObject(
      [b, c].map((one) => ({ key: toHex(one?.mid ?? utf8('')) })),
    );
  });

  test('any number of pages come and go: everything arrives once, in order', () => {
    const tab = newTab();
    const log: string[] = [];
    const texts = Array.from({ length: 40 }, (_, i) => `m${i}`);
    for (const [i, text] of texts.entries()) {
      const page = openOutbox(tab);
      // A server that logs all, and whose echo the page gets in the history of the next one only.
      page.receive(...log.map((logged) => page.envelopeOf(logged)));
      page.outbox.caughtUp({ slot: SLOT, lastN: log.length, mode: 'reset' });
      page.write(text);
      if (i % 3 > 0) log.push(...page.wire().map((sent) => sent.replace(/^\d+:/, '')));
    }
    const last = openOutbox(tab);
    last.receive(...log.map((logged) => last.envelopeOf(logged)));
    last.outbox.caughtUp({ slot: SLOT, lastN: log.length, mode: 'reset' });
    expect([...log, ...last.wire().map((sent) => sent.replace(/^\d+:/, ''))]).toEqual(texts);
  });
});

describe('stored before it is sent', () => {
  const OF_FIRST = `mayfly:${ID}:outbox:0`;

  test('under the number it is sent with', () => {
    const tab = newTab();
    const at: (string | null)[] = [];
    const { outbox, write } = openOutbox(tab, () => at.push(tab.storage.getItem(OF_FIRST)));
    outbox.caughtUp({ slot: SLOT, lastN: 6, mode: 'reset' });
    write('a');
    expect(JSON.parse(at[0] ?? '')).toMatchObject({ text: 'a', n: 7 });
  });

  test('and gone with its echo; closing the page keeps what waits', () => {
    const tab = newTab();
    const { outbox, write, echo } = liveOutbox(tab);
    write('a', 'b');
    echo('a');
    outbox.clear();
    expect(openOutbox(tab).states()).toEqual(['b:waiting']);
  });

  test.each<[string, () => Tab]>([
    ['blocked', () => newTab(forbiddenStorage)],
    ['full', () => newTab(new SmallStorage(100))],
  ])('if the storage is %s, sending works, and nothing is called safe until its echo', (_, make) => {
    const { store, write, wire, echo } = liveOutbox(make());
    expect(store.isSafe).toBe(true);
    write('a');
    expect(wire()).toEqual(['1:a']);
    expect(store.isSafe).toBe(false);
    echo('a');
    expect(store.isSafe).toBe(true);
  });
});
