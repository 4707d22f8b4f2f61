import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { CTYPE } from '../content/ctype.ts';
import { KEPT_MAX, forgetOutbox } from '../storage/outbox-names.ts';
import { type KeptMessage, StoredOutbox } from './stored-outbox.ts';
import { RoomStorage, type TabStorage } from '../storage/tab-storage.ts';
import { Author, ID } from '../testing/author.ts';
import { ForgetfulStorage, SmallStorage, StorageDouble, forbiddenStorage } from '../testing/storage.ts';

beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) }));
afterEach(() => void vi.useRealTimers());

const slot = new Uint8Array(8).fill(3);
const author = new Author('Ann');

function message(text: string, more: Partial<KeptMessage> = {}): KeptMessage {
  const { envelope, mid } = author.write(text);
  const key = Array.from(mid, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return { key, envelope, draft: { ctype: CTYPE.text, body: text }, at: Date.now(), ...more };
}

function open(storage: TabStorage) {
  const store = new StoredOutbox(new RoomStorage(storage, ID));
  return { store, found: store.load() };
}

const name = (what: string) => `mayfly:${ID}:${what}`;
const textsIn = (storage: TabStorage) => open(storage).found.map(({ draft }) => draft.body);

describe('what is kept', () => {
  test('comes back whole and in order', () => {
    const storage = new StorageDouble();
    const { store } = open(storage);
    const messages = [
      message('waits'),
      message('sent', { sent: { slot, n: 7 } }),
      message('failed', { failed: 'too_big' }),
      message('👍', { draft: { ctype: CTYPE.reaction, ref: new Uint8Array(16).fill(9), body: '👍' } }),
      message('"\\ \u2028 \ud800 🦊'),
    ];
    for (const one of messages) store.keep(one);
    expect(open(storage).found).toEqual(messages);
    expect(store.isSafe).toBe(true);
  });

  test('an entry of an earlier version, without a ctype, is a text', () => {
    const storage = new StorageDouble();
    open(storage).store.keep(message('a'));
    const stored = storage.getItem(name('outbox:0')) ?? '';
    expect(JSON.parse(stored)).not.toHaveProperty('ctype');
    expect(open(storage).found).toMatchObject([{ draft: { ctype: CTYPE.text, body: 'a' } }]);
  });

  test('is replaced by its newest form in the same position', () => {
    const storage = new StorageDouble();
    const { store } = open(storage);
    const first = message('first');
    store.keep(first);
    store.keep(message('second'));
    store.keep({ ...first, sent: { slot, n: 1 } });
    expect(open(storage).found).toMatchObject([
      { draft: { body: 'first' }, sent: { n: 1 } },
      { draft: { body: 'second' } },
    ]);
  });

  test('keeps its order whatever was dropped before and by which page', () => {
    const storage = new StorageDouble();
    const model: KeptMessage[] = [];
    const step = fc.tuple(fc.constantFrom('add', 'drop', 'reload'), fc.nat(20));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let { store } = open(storage);
        for (const one of model.splice(0)) store.drop(one.key);
        for (const [what, which] of steps) {
          if (what === 'add') {
            const made = message(`${which}`);
            model.push(made);
            store.keep(made);
          } else if (what === 'reload') {
            ({ store } = open(storage));
          } else {
            const [gone] = model.splice(which % (model.length || 1), 1);
            if (gone !== undefined) store.drop(gone.key);
          }
        }
        expect(textsIn(storage)).toEqual(model.map(({ draft }) => draft.body));
      }),
      { seed: 5, numRuns: 60 },
    );
  });

  test('leaves nothing behind once all are sent or forgotten', () => {
    const storage = new StorageDouble();
    storage.setItem('mayfly:other1:outbox', 'of another room');
    const { store } = open(storage);
    const messages = [message('a'), message('b'), message('c')];
    for (const one of messages) store.keep(one);
    for (const { key } of messages) store.drop(key);
    expect([...storage.entries.keys()]).toEqual(['mayfly:other1:outbox']);
    for (const one of messages) store.keep(one);
    forgetOutbox(new RoomStorage(storage, ID));
    expect([...storage.entries.keys()]).toEqual(['mayfly:other1:outbox']);
  });

  test('costs as much for the thousandth as for the first', () => {
    const storage = new SmallStorage();
    const { store } = open(storage);
    const messages = Array.from({ length: 1000 }, () => message('the same length'));
    const costs = messages.map((one) => {
      const before = storage.written;
      store.keep(one);
      return storage.written - before;
    });
    expect(costs.at(-1)).toBeLessThan(1.1 * (costs[0] ?? 0));
    const before = storage.written;
    for (const { key } of messages) store.drop(key);
    expect(storage.written).toBe(before);
  });

  test('needs no more space than the most that ever waited at once', () => {
    const storage = new StorageDouble();
    const { store } = open(storage);
    store.keep(message('failed long ago', { failed: 'too_big' }));
    for (let i = 0; i < 500; i++) {
      const one = message('goes out');
      store.keep(one);
      store.drop(one.key);
    }
    expect(JSON.parse(storage.getItem(`mayfly:${ID}:outbox`) ?? '')).toEqual({ v: 1, size: 2 });
  });
});

describe('a storage', () => {
  test('that is full keeps what fits, and the rest is not safe until it is sent', () => {
    const storage = new SmallStorage(1500);
    const { store } = open(storage);
    const [a, b, c] = [message('a'), message('b'), message('c')];
    for (const one of [a, b]) store.keep(one);
    expect(store.isSafe).toBe(true);
    store.keep(c);
    expect(store.isSafe).toBe(false);
    expect(textsIn(storage)).toEqual(['a', 'b']);
    store.drop(a.key);
    expect(store.isSafe).toBe(false);
    store.keep({ ...c, sent: { slot, n: 1 } });
    expect(store.isSafe).toBe(true);
    expect(textsIn(storage)).toEqual(['b', 'c']);
  });

  test('that is blocked keeps nothing and throws nothing', () => {
    const { store, found } = open(forbiddenStorage);
    expect(found).toEqual([]);
    const one = message('a');
    store.keep(one);
    expect(store.isSafe).toBe(false);
    store.drop(one.key);
    expect(store.isSafe).toBe(true);
    forgetOutbox(new RoomStorage(forbiddenStorage, ID));
  });

  test('that lasts only as long as the page is not safe, but still works for the page', () => {
    const storage = new ForgetfulStorage();
    const { store } = open(storage);
    store.keep(message('a'));
    expect(store.isSafe).toBe(false);
    expect(textsIn(storage)).toEqual(['a']);
  });

  test(`holds at most ${KEPT_MAX} messages`, () => {
    const storage = new StorageDouble();
    storage.setItem(`mayfly:${ID}:outbox`, JSON.stringify({ v: 1, size: KEPT_MAX }));
    const { store } = open(storage);
    const one = message('one');
    for (let i = 0; i <= KEPT_MAX; i++) {
      const key = i.toString(16).padStart(64, '0');
      store.keep({ ...one, key });
    }
    expect(store.isSafe).toBe(false);
    expect(storage.entries.size).toBe(KEPT_MAX + 1);
  });
});

describe('foreign data in the storage', () => {
  test.each([
    '',
    'null',
    '[]',
    '{}',
    '{"v":2,"size":1}',
    '{"v":1}',
    `{"v":1,"size":${2 ** 40}}`,
    '{"v":1,"size":-1}',
  ])('as the size, %s: nothing is read', (size) => {
    const storage = new StorageDouble();
    open(storage).store.keep(message('a'));
    storage.setItem(name('outbox'), size);
    expect(textsIn(storage)).toEqual([]);
  });

  test.each<[string, { [field: string]: unknown }]>([
    ['a key that is none', { key: 'x' }],
    ['a text that is none', { text: 7 }],
    ['a text no message holds', { text: 'x'.repeat(16_001) }],
    ['a time that is none', { at: '1' }],
    ['a time beyond 48 bits', { at: 2 ** 48 }],
    ['bytes that are none', { envelope: '%%%' }],
    ['bytes that are no envelope', { envelope: 'AAAA' }],
    ['an order beyond 48 bits', { order: 2 ** 48 }],
    ['an order that is none', { order: null }],
  ])('%s: removed, and the others stay', (_, odd) => {
    const storage = new StorageDouble();
    const { store } = open(storage);
    for (const text of ['a', 'b', 'c']) store.keep(message(text));
    const whole = JSON.parse(storage.getItem(name('outbox:1')) ?? '');
    storage.setItem(name('outbox:1'), JSON.stringify({ ...whole, ...odd }));
    expect(textsIn(storage)).toEqual(['a', 'c']);
    expect(storage.getItem(name('outbox:1'))).toBeNull();
  });

  test.each<[string, { [field: string]: unknown }]>([
    ['n beyond 32 bits', { n: 2 ** 40 }],
    ['n 0', { n: 0 }],
    ['n negative', { n: -1 }],
    ['n and no slot', { slot: undefined }],
    ['a slot that is none', { slot: 'AAAA' }],
  ])('%s: a message that was never sent', (_, odd) => {
    const storage = new StorageDouble();
    open(storage).store.keep(message('a', { sent: { slot, n: 1 } }));
    const whole = JSON.parse(storage.getItem(name('outbox:0')) ?? '');
    storage.setItem(name('outbox:0'), JSON.stringify({ ...whole, ...odd }));
    const [found] = open(storage).found;
    expect(found).toMatchObject({ draft: { body: 'a' } });
    expect(found).not.toHaveProperty('sent');
  });

  test('an unknown failure: it waits like any other', () => {
    const storage = new StorageDouble();
    open(storage).store.keep(message('a', { failed: 'too_big' }));
    const whole = JSON.parse(storage.getItem(name('outbox:0')) ?? '');
    storage.setItem(name('outbox:0'), JSON.stringify({ ...whole, failed: 'no such code' }));
    expect(open(storage).found[0]).not.toHaveProperty('failed');
  });

  test('the same message twice counts once', () => {
    const storage = new StorageDouble();
    const { store } = open(storage);
    for (const text of ['a', 'b']) store.keep(message(text));
    storage.setItem(name('outbox:1'), storage.getItem(name('outbox:0')) ?? '');
    expect(textsIn(storage)).toEqual(['a']);
  });

  test('any change of one character: nothing throws, and the other message stays', () => {
    const storage = new StorageDouble();
    const { store } = open(storage);
    store.keep(message('a', { sent: { slot, n: 1 } }));
    store.keep(message('b'));
    const text = storage.getItem(name('outbox:0')) ?? '';
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.string({ maxLength: 3 }), (at, put) => {
        storage.setItem(name('outbox:0'), text.slice(0, at) + put + text.slice(at + 1));
        storage.setItem(name('outbox'), '{"v":1,"size":2}');
        expect(open(storage).found.at(-1)?.draft.body).toBe('b');
      }),
      { seed: 7 },
    );
  });
});
