import {
  type LogEvent,
  OP_CHARTER,
  type Welcome,
  decodeCommand,
  decodeServerSealed,
  encodeCommand,
  encodeCommandEvent,
  encodeMessageEvent,
  encodeUnsignedCommand,
} from '@mayfly/protocol';
import { describe, expect, test } from 'vitest';
import { openEnvelope, verifyMessage } from '../crypto/envelope.ts';
import { sign } from '../crypto/signature.ts';
import { verifyCommand } from '../crypto/command.ts';
import { forgetIdentity } from '../people/identity.ts';
import { logMemory } from '../storage/log-memory.ts';
import { RoomStorage } from '../storage/tab-storage.ts';
import type { ReceiverOptions } from './receiver.ts';
import { RoomLog } from './room-log.ts';
import { finish } from './sliced.ts';
import { Author, ID, KEYS, OWNER } from '../testing/author.ts';
import { seededRandom } from '../testing/random.ts';
import { StorageDouble } from '../testing/storage.ts';
import { LOG_ID, ServerDouble } from '../testing/server-double.ts';
import { NetworkDouble } from '../testing/wire-double.ts';

const ann = new Author('Ann');

function event(seq: number, text: string): LogEvent {
  const found = decodeServerSealed(encodeMessageEvent(seq, ann.write(text).envelope));
  if (found?.type !== 'message') throw new Error('not an event');
  return found;
}

function welcome(odd: Partial<Welcome>): Welcome {
  return { ...new ServerDouble(new NetworkDouble()).welcomeFor({}), ...odd };
}

/** The charter of the room, under another number. */
function charterAt(c: number): Uint8Array {
  const first = decodeCommand(welcome({}).charter);
  if (first === undefined) throw new Error('no charter');
  const signed = encodeUnsignedCommand(ID, 0, c, OP_CHARTER, first.args);
  return encodeCommand(signed, OWNER.pk, sign(OWNER.seed, 'cmd', signed));
}

function commandEvent(seq: number, c: number): LogEvent {
  const found = decodeServerSealed(encodeCommandEvent(seq, charterAt(c), new Uint8Array()));
  if (found?.type !== 'command') throw new Error('not a command');
  return found;
}

const CHARTER = { ownerPk: OWNER.pk, moderators: [] };

/** Reads one event, and takes what is complete by then. */
function take(log: RoomLog, one: LogEvent) {
  const read = log.read(one);
  return read.outcome === 'events' ? finish(log.receive(read.events, read.live)) : read;
}

function newLog(options: Pick<ReceiverOptions, 'crypto'> = {}, storage = new StorageDouble()) {
  const memory = logMemory(new RoomStorage(storage, ID));
  const idPk = seededRandom('me')(32);
  return new RoomLog({ id: ID, idPk, keysOf: () => KEYS, ...options }, () => Date.now(), memory);
}

/** In, and has read what is given: seq 1, 2, … */
function opened(...texts: readonly string[]) {
  const log = newLog();
  log.enter(welcome({ first: 1, seq: 0 }), CHARTER);
  for (const [i, text] of texts.entries()) take(log, event(i + 1, text));
  return log;
}

test('RESUME-1: it joins with its position, and only a welcome from there fits', () => {
  const log = opened('a', 'b');
  expect(log.ask()).toEqual({ logId: LOG_ID, seq: 2 });
  expect(log.fits(welcome({ mode: 'resume', first: 3, seq: 3 }))).toBe(true);
  expect(log.fits(welcome({ mode: 'resume', first: 2, seq: 3 }))).toBe(false);
  expect(log.fits(welcome({ mode: 'resume', first: 3, seq: 1 }))).toBe(false);
  expect(log.fits(welcome({ mode: 'reset', first: 2, seq: 3 }))).toBe(true);
});

describe('CHARTER-3: in one log, commands stay', () => {
  const later = charterAt(3);

  test('a welcome with fewer commands or an older charter is rejected', () => {
    const log = opened();
    log.enter(welcome({ c: 3, charter: later, first: 1, seq: 0 }), CHARTER);
    log.ask();
    const resume = { mode: 'resume', first: 1, seq: 0 } as const;
    expect(log.fits(welcome({ ...resume, c: 3, charter: later }))).toBe(true);
    expect(log.fits(welcome({ ...resume, c: 4, charter: later }))).toBe(true);
    expect(log.fits(welcome({ ...resume, c: 2, charter: later }))).toBe(false);
    expect(log.fits(welcome({ ...resume, c: 3, charter: charterAt(2) }))).toBe(false);
    expect(log.fits(welcome({ mode: 'reset', c: 2, charter: later }))).toBe(false);
  });

  test('another log starts over', () => {
    const log = opened();
    log.enter(welcome({ c: 3, charter: later, first: 1, seq: 0 }), CHARTER);
    log.ask();
    const other = welcome({ logId: 'AAAAAAAAAAA', mode: 'reset', first: 1, seq: 0 });
    expect(log.fits(other)).toBe(true);
    log.enter(other, CHARTER);
    log.ask();
    expect(log.fits(other)).toBe(true);
  });

  test("a command that arrived before the next welcome doesn't invalidate it", () => {
    const log = opened();
    log.ask();
    take(log, commandEvent(1, 2));
    expect(log.fits(welcome({ mode: 'resume', first: 1, seq: 0 }))).toBe(true);
    log.ask();
    expect(log.fits(welcome({ mode: 'resume', first: 2, seq: 1 }))).toBe(false);
    expect(log.fits(welcome({ mode: 'resume', first: 2, seq: 1, c: 2, charter: charterAt(2) }))).toBe(true);
  });
});

test('what the old wire brought during the next join is read once and stated once', () => {
  const log = opened('a');
  log.ask();
  const [second, third] = [event(2, 'b'), event(3, 'c')];
  take(log, second);
  const stated = log.statement();
  log.leave();
  log.enter(welcome({ mode: 'resume', first: 2, seq: 1 }), CHARTER);
  expect(take(log, second)).toMatchObject({ echoes: [], fresh: { messages: [] } });
  expect(log.statement()).toEqual(stated);
  expect(take(log, third)).toMatchObject({ fresh: { messages: [{ text: 'c' }] } });
});

test('after leaving no events are expected, and held ones are returned', () => {
  const log = opened();
  expect(log.isOpen).toBe(true);
  log.leave();
  log.enter(welcome({ first: 1, seq: 2 }), CHARTER);
  expect(take(log, event(1, 'a'))).toEqual({ outcome: 'held' });
  expect(log.leave().fresh.messages).toMatchObject([{ text: 'a' }]);
  expect(log.isOpen).toBe(false);
  expect(log.leave().echoes).toEqual([]);
});

test('of a history, each message is opened as it comes, and none of them twice', () => {
  const opens: number[] = [];
  let count = 0;
  const crypto = {
    openEnvelope: (...args: Parameters<typeof openEnvelope>) => {
      count += 1;
      return openEnvelope(...args);
    },
    verifyMessage,
    verifyCommand,
  };
  const log = newLog({ crypto });
  log.enter(welcome({ first: 1, seq: 40 }), CHARTER);
  for (let seq = 1; seq <= 41; seq++) {
    const read = log.read(event(seq, `${seq}`));
    if (read.outcome === 'events') finish(log.receive(read.events, read.live));
    opens.push(count);
    expect(read.outcome).toBe(seq < 40 ? 'held' : 'events');
  }
  expect(opens).toEqual(Array.from({ length: 41 }, (_, i) => i + 1));
});

describe('RECV-6: through a reload', () => {
  const storage = new StorageDouble();
  const events = new Map<string, LogEvent>();
  const once = (seq: number, text: string) => {
    const name = `${seq} ${text}`;
    const known = events.get(name) ?? event(seq, text);
    events.set(name, known);
    return known;
  };
  /** A page that reads these texts from the history, and what it finds wrong. */
  const load = (texts: readonly string[], logId = LOG_ID) => {
    const log = newLog({}, storage);
    log.enter(welcome({ logId, first: 1, seq: texts.length }), CHARTER);
    const batches = texts.map((text, i) => take(log, once(i + 1, text)));
    return batches.flatMap((batch) => ('trouble' in batch ? (batch.trouble?.lies ?? []) : []));
  };
  const said = Array.from({ length: 70 }, (_, i) => `${i}`);

  test('another event in the place of one of the newest 64 is noticed', () => {
    expect(load(said)).toEqual([]);
    expect(load(said)).toEqual([]);
    expect(load(['other', ...said.slice(1)])).toEqual([]);
    expect(load([...said.slice(0, 10), 'other', ...said.slice(11)])).toEqual(['changed_event']);
  });

  test('another log, less of the same one, or what someone wrote there, accuses no one', () => {
    load(said);
    expect(load(['other'], 'OtherLogXXA')).toEqual([]);
    load(said);
    expect(load(said.slice(0, 3))).toEqual([]);
    for (const text of ['', 'x', `${LOG_ID} x ???`, `${LOG_ID} 70`, `${LOG_ID} 1e9 AAAA`]) {
      storage.setItem(`mayfly:${ID}:log`, text);
      expect(load(said.slice(0, 2))).toEqual([]);
    }
  });

  test('it is forgotten with the identity', () => {
    load(said);
    forgetIdentity(storage, ID);
    expect([...storage.entries]).toEqual([]);
  });
});
