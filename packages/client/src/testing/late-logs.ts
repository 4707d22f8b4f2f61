// Random logs whose messages say odd things about when they were written, and how we read them (RECV-4).

import { decodeServerSealed, encodeMessageEvent, toHex } from '@mayfly/protocol';
import { logTagOf } from '../crypto/event-hash.ts';
import { Receiver } from '../log/receiver.ts';
import type { Message } from '../room-updates.ts';
import { Author } from './author.ts';
import { NO_COMMANDS, READER, type ReadLog, describeView } from './log-readers.ts';
import { LOG_ID, WRITTEN_AT } from './random-log.ts';
import { below, pick, seededRandom } from './random.ts';

const MINUTE_MS = 60_000;
const MESSAGES = 24;
/** From an honest clock, by slow and fast ones, to what was written long before. */
const OFF_BY_MINUTES = [0, 0, 0, 0, 1, -1, 3, -3, 11, -11, 20, -20];
/** How many events the writer had not seen, or what they state wrongly. */
const BEHIND = [0, 0, 0, 1, 1, 2, 5, 30, -3];

/** The logs of `count` seeds from the first on: a history, then live, a minute from one message to the next. */
export function readLateLogs(firstSeed: number, count: number): readonly ReadLog[] {
  return Array.from({ length: count }, (_, index) => readLateLog(firstSeed + index));
}

function readLateLog(seed: number): ReadLog {
  const random = seededRandom(`late ${seed}`);
  const authors = ['Ann', 'Bob', 'Carl'].map((name) => new Author(`${name} late ${seed}`));
  const before = below(random, 2) * 40;
  const liveFrom = before + below(random, MESSAGES);
  const receiver = new Receiver(READER, { logId: LOG_ID, seq: before }, NO_COMMANDS);
  const shown = new Map<string, Message>();
  const steps = Array.from({ length: MESSAGES }, (_, index) => {
    const seq = before + index + 1;
    const now = WRITTEN_AT + index * MINUTE_MS;
    const [live, arrivedAt] = [seq > liveFrom, seq > liveFrom ? now : WRITTEN_AT + MESSAGES * MINUTE_MS];
    const at = now + pick(random, OFF_BY_MINUTES) * MINUTE_MS;
    const logTag = pick(random, [logTagOf(LOG_ID), logTagOf(LOG_ID), new Uint8Array(4)]);
    const saw = Math.max(0, seq - 1 - pick(random, BEHIND));
    const statement = { logTag, seq: saw, events: 0, seen: new Uint8Array(8) };
    const frame = encodeMessageEvent(
      seq,
      pick(random, authors).write(`${index}`, { statement, at }).envelope,
    );
    const event = decodeServerSealed(frame);
    if (event?.type !== 'message') throw new Error('not an event');
    for (const message of receiver.receive([event], arrivedAt, live).messages)
      shown.set(message.key, message);
    return { event: toHex(frame), arrivedAt, live };
  });
  return {
    logId: LOG_ID,
    from: before,
    steps,
    view: describeView({ shown, unverified: receiver.unverified }),
  };
}
