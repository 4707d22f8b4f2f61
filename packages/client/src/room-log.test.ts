import { type LogEvent, type Welcome, decodeServerSealed, encodeMessageEvent } from '@mayfly/protocol';
import { expect, test } from 'vitest';
import { RoomLog } from './room-log.ts';
import { Author, ID, KEYS, OWNER } from './testing/author.ts';
import { seededRandom } from './testing/random.ts';
import { LOG_ID, ServerDouble } from './testing/server-double.ts';
import { NetworkDouble } from './testing/wire-double.ts';

const ann = new Author('Ann');

function event(seq: number, text: string): LogEvent {
  const found = decodeServerSealed(encodeMessageEvent(seq, ann.write(text).envelope));
  if (found?.type !== 'message') throw new Error('not an event');
  return found;
}

function welcome(odd: Partial<Welcome>): Welcome {
  return { ...new ServerDouble(new NetworkDouble()).welcomeFor({}), ...odd };
}

/** In, and has read what is given: seq 1, 2, … */
function opened(...texts: readonly string[]) {
  const log = new RoomLog({ id: ID, idPk: seededRandom('me')(32), keysOf: () => KEYS }, () => Date.now());
  log.enter(welcome({ first: 1, seq: 0 }), OWNER.pk);
  for (const [i, text] of texts.entries()) log.read(event(i + 1, text));
  return log;
}

test('RESUME-1: it asks by its position, and only what goes on behind that fits', () => {
  const log = opened('a', 'b');
  expect(log.ask()).toEqual({ logId: LOG_ID, seq: 2 });
  expect(log.fits(welcome({ mode: 'resume', first: 3, seq: 3 }))).toBe(true);
  expect(log.fits(welcome({ mode: 'resume', first: 2, seq: 3 }))).toBe(false);
  expect(log.fits(welcome({ mode: 'resume', first: 3, seq: 1 }))).toBe(false);
  expect(log.fits(welcome({ mode: 'reset', first: 2, seq: 3 }))).toBe(true);
});

test('what came by the old wire while the next one asked is read once, and stated once', () => {
  const log = opened('a');
  log.ask();
  const [second, third] = [event(2, 'b'), event(3, 'c')];
  log.read(second);
  const stated = log.statement();
  log.leave();
  log.enter(welcome({ mode: 'resume', first: 2, seq: 1 }), OWNER.pk);
  expect(log.read(second)).toMatchObject({ outcome: 'read', events: [], fresh: [] });
  expect(log.statement()).toEqual(stated);
  expect(log.read(third)).toMatchObject({ fresh: [{ text: 'c' }] });
});

test('who has left expects no events, and is given what was held', () => {
  const log = opened();
  expect(log.isOpen).toBe(true);
  log.leave();
  log.enter(welcome({ first: 1, seq: 2 }), OWNER.pk);
  expect(log.read(event(1, 'a'))).toEqual({ outcome: 'held' });
  expect(log.leave().fresh).toMatchObject([{ text: 'a' }]);
  expect(log.isOpen).toBe(false);
  expect(log.leave().events).toEqual([]);
});
