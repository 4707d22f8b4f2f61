// Commands in the log, as those read them who were there, and those who come later.

import {
  type LogEvent,
  OP_END,
  OP_KICK,
  decodeServerSealed,
  encodeCommandEvent,
  encodeMessageEvent,
} from '@mayfly/protocol';
import { describe, expect, test } from 'vitest';
import { makeCommand } from '../crypto/command.ts';
import { Author, ID, OWNER } from '../testing/author.ts';
import { compareGoverned } from '../testing/governed-readers.ts';
import { NO_COMMANDS, READER } from '../testing/log-readers.ts';
import { LOG_ID, WRITTEN_AT } from '../testing/random-log.ts';
import { Receiver } from './receiver.ts';

const LOGS = 20;

test(
  `CMD-7, CMD-8, CMD-10, RECV-6, RECV-8: ${LOGS} random logs with commands, read live, late and after an absence, show what the rules say`,
  { timeout: 900_000 },
  () => {
    expect(compareGoverned(1, LOGS)).toEqual([]);
  },
);

function decoded(frame: Uint8Array): LogEvent {
  const found = decodeServerSealed(frame);
  if (found === undefined || !('seq' in found)) throw new Error('not an event');
  return found;
}

const message = (seq: number, text: string) =>
  decoded(encodeMessageEvent(seq, new Author(text).write(text).envelope));

function order(seq: number, op: number, args: Uint8Array): LogEvent {
  const bytes = makeCommand({ id: ID, epoch: 0, c: 1, op, args }, OWNER);
  return decoded(encodeCommandEvent(seq, bytes, new Uint8Array()));
}

describe('CMD-9, CMD-10: what stands after an end is not read', () => {
  test.each([
    ['of the room', order(2, OP_END, new Uint8Array())],
    ['of our being in it', order(2, OP_KICK, READER.idPk)],
  ])('%s, live and late', (_which, end) => {
    const events = [message(1, 'before'), end, message(3, 'after')];
    for (const batches of [[events], events.map((one) => [one])]) {
      const page = new Receiver(READER, { logId: LOG_ID, seq: 0 }, NO_COMMANDS);
      const received = batches.map((batch) => page.receive(batch, WRITTEN_AT, false));
      expect(received.flatMap(({ messages }) => messages.map(({ text }) => text))).toEqual(['before']);
      expect(received.flatMap(({ commands }) => commands)).toHaveLength(1);
      expect([page.position.seq, page.c]).toEqual([2, 1]);
    }
  });
});
