// SEND-7 and PERSON-0: a page that is reloaded in the same tab, and what the tab has forgotten afterwards.

import { CLOSE } from '@mayfly/protocol';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { keepDraft, loadDraft } from './storage/draft.ts';
import { newIdentity } from './people/identity.ts';
import type { RoomOptions } from './room.ts';
import { ID } from './testing/author.ts';
import { enter, open } from './testing/open-room.ts';
import { seededRandom } from './testing/random.ts';
import { ForgetfulStorage, StorageDouble, forbiddenStorage } from './testing/storage.ts';

beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) }));
afterEach(() => void vi.useRealTimers());

type Page = Awaited<ReturnType<typeof open>>;

let pages = 0;

/** The next page of the same tab, not let in yet, at the same server. */
async function reload(before: Page, storage: RoomOptions['storage'], options: Partial<RoomOptions> = {}) {
  before.room.close();
  const after = await open({ storage, random: seededRandom(`page ${++pages}`), ...options });
  after.server.frames.splice(0, Infinity, ...before.server.frames);
  after.server.lastN = before.server.lastN;
  return after;
}

/** What a page that came last reads of the log. */
async function read({ server }: Page) {
  const witness = await open({ name: 'Witness', random: seededRandom('witness') });
  witness.server.frames.push(...server.frames.slice(1));
  witness.server.letIn();
  const seen = witness.of('messages').flatMap(({ messages }) => messages);
  expect(witness.last('unverified')).toBeUndefined();
  expect(seen.every(({ missingBefore, conflicting }) => missingBefore === 0 && !conflicting)).toBe(true);
  return seen.map(({ text }) => text);
}

describe('a reload', () => {
  test('before anything was sent: listed at once, then sent in order, before new messages', async () => {
    const storage = new StorageDouble();
    const before = await open({ storage });
    for (const text of ['one', 'two', 'three']) before.room.send(text);
    const after = await reload(before, storage);
    expect(after.outgoing()).toEqual(['one:waiting', 'two:waiting', 'three:waiting']);
    after.room.send('four');
    after.server.letIn();
    after.server.logSent();
    expect(after.outgoing()).toEqual([]);
    expect(await read(after)).toEqual(['one', 'two', 'three', 'four']);
  });

  test('with the echo outstanding: arrives once, whether or not the log took it', async () => {
    for (const logged of [true, false]) {
      const storage = new StorageDouble();
      const before = await enter({ storage });
      before.room.send('a');
      if (logged) before.server.logSent({ silently: true });
      const after = await reload(before, storage);
      expect(after.outgoing()).toEqual(['a:waiting']);
      after.server.letIn();
      after.server.logSent();
      expect(after.outgoing()).toEqual([]);
      expect(await read(after)).toEqual(['a']);
    }
  });

  test('ENV-7: begins a new chain, and continues none', async () => {
    const storage = new StorageDouble();
    let page = await enter({ storage });
    for (const text of ['a', 'b', 'c', 'd']) {
      page.room.send(text);
      if (text !== 'b') page.server.logSent();
      page = await reload(page, storage);
      page.server.letIn();
      page.server.logSent();
    }
    expect(await read(page)).toEqual(['a', 'b', 'c', 'd']);
  });

  test('sent, and out of the history since: reported with its text, and not sent again', async () => {
    const storage = new StorageDouble();
    const before = await enter({ storage });
    before.room.send('long ago');
    before.server.logSent({ silently: true });
    const after = await reload(before, storage);
    after.server.letIn({ first: after.server.seq + 1 });
    expect(after.last('trimmed')?.messages).toMatchObject([{ text: 'long ago' }]);
    expect(after.outgoing()).toEqual([]);
    expect(after.sent()).toEqual([]);
  });

  test('waiting messages are safe if the storage outlives the page', async () => {
    for (const [storage, safe] of [
      [new StorageDouble(), true],
      [new ForgetfulStorage(), false],
      [forbiddenStorage, false],
    ] as const) {
      const { room, server, last } = await enter({ storage });
      room.send('a');
      expect(last('outbox')?.safe).toBe(safe);
      server.logSent();
      expect(last('outbox')).toEqual({ type: 'outbox', outgoing: [], safe: true });
    }
  });
});

describe('the tab forgets the draft and waiting messages', () => {
  const endings: readonly (readonly [string, (page: Page) => void])[] = [
    ['when one leaves', ({ room }) => room.leave()],
    ['when the room expires', ({ server }) => server.wire.say({ type: 'ended', reason: 'expired' })],
    ['when it ends', ({ server }) => server.wire.breakWith(CLOSE.ended.code)],
    ['when one is removed', ({ server }) => server.wire.breakWith(CLOSE.kicked.code)],
    ['when one goes on in another tab', ({ server }) => server.wire.breakWith(CLOSE.replaced.code)],
  ];
  test.each(endings)('%s', async (_, end) => {
    const storage = new StorageDouble();
    storage.setItem('mayfly:other1:draft', 'of another room');
    const page = await enter({ storage });
    page.room.send('unsent');
    keepDraft(storage, ID, 'half a sent');
    end(page);
    expect([...storage.entries.keys()]).toEqual(['mayfly:other1:draft']);
  });

  test('when a new person joins from it', async () => {
    const storage = new StorageDouble();
    const before = await enter({ storage });
    before.room.send('by the one before');
    keepDraft(storage, ID, 'half a sent');
    const after = await reload(before, storage, { identity: newIdentity(seededRandom('new'), 'New') });
    after.server.letIn();
    expect(after.sent()).toEqual([]);
    expect(after.last('outbox')?.outgoing).toEqual([]);
    expect(loadDraft(storage, ID)).toBe('');
  });

  test('and keeps both if the room may be opened again', async () => {
    const storage = new StorageDouble();
    const page = await enter({ storage });
    page.room.send('unsent');
    keepDraft(storage, ID, 'half a sent');
    page.server.wire.breakWith(CLOSE.badFrame.code);
    expect(loadDraft(storage, ID)).toBe('half a sent');
    expect((await reload(page, storage)).outgoing()).toEqual(['unsent:waiting']);
  });
});

describe('a draft', () => {
  test('comes back, and an empty one leaves nothing', () => {
    const storage = new StorageDouble();
    expect(loadDraft(storage, ID)).toBe('');
    expect(keepDraft(storage, ID, 'half a sent')).toBe(true);
    expect(loadDraft(storage, ID)).toBe('half a sent');
    expect(keepDraft(storage, ID, '')).toBe(true);
    expect(storage.entries.size).toBe(0);
  });

  test('that the storage refuses is not safe', () => {
    expect(keepDraft(forbiddenStorage, ID, 'half')).toBe(false);
    expect(keepDraft(new ForgetfulStorage(), ID, 'half')).toBe(false);
    expect(loadDraft(forbiddenStorage, ID)).toBe('');
  });
});
