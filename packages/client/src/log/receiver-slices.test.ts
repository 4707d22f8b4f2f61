// A history of 5,000 messages, step by step: what each step takes, and that pauses change nothing.

import { concat, u8, u32 } from '@mayfly/protocol';
import { expect, test } from 'vitest';
import { CTYPE } from '../content/ctype.ts';
import type { OpenedMessage } from '../crypto/envelope.ts';
import { verifyCommand } from '../crypto/command.ts';
import { ID, KEYS, OWNER } from '../testing/author.ts';
import { seededRandom } from '../testing/random.ts';
import { Receiver } from './receiver.ts';

const LOG_ID = 'yMnKy8zNzs8';
const MESSAGES = 5_000;
const SENDERS = 20;
/** What a step may take. */
const ITEMS_MAX = 64;
const SIGNATURES_MAX = 4;

/** Each time its type is read, that is one more piece of work on a message. */
function countingHistory() {
  const random = seededRandom('history');
  const work = { opened: 0, read: 0, signatures: 0 };
  const opened = new Map<string, OpenedMessage>();
  const last = new Map<number, OpenedMessage>();
  const senders = Array.from({ length: SENDERS }, () => ({ pk: random(32), sess: random(4) }));
  const events = Array.from({ length: MESSAGES }, (_, i) => {
    const envelope = concat(u8(1), u32(0), random(18), new Uint8Array(296));
    const before = last.get(i % SENDERS);
    const message: OpenedMessage = {
      ...(senders[i % SENDERS] ?? { pk: random(32), sess: random(4) }),
      count: (before?.count ?? 0) + 1,
      prev: before?.mid ?? new Uint8Array(32),
      statement: { logTag: new Uint8Array(4), seq: 0, events: 0, seen: new Uint8Array(8) },
      at: 0,
      get ctype() {
        work.read += 1;
        return CTYPE.text;
      },
      name: `${i % SENDERS}`,
      body: `${i}`,
      ttl: 0,
      epoch: 0,
      flags: 0,
      mid: random(32),
      signature: random(64),
      delH: random(16),
    };
    last.set(i % SENDERS, message);
    opened.set(envelope.subarray(5, 23).join(), message);
    return { type: 'message', seq: i + 1, envelope } as const;
  });
  const crypto = {
    openEnvelope: (_keys: unknown, envelope: Uint8Array) => {
      work.opened += 1;
      const message = opened.get(envelope.subarray(5, 23).join());
      return message === undefined
        ? ({ ok: false, reason: 'seal' } as const)
        : ({ ok: true, message } as const);
    },
    verifyMessage: () => {
      work.signatures += 1;
      return true;
    },
    verifyCommand,
  };
  const receiver = () =>
    new Receiver(
      { id: ID, idPk: new Uint8Array(32), ownerPk: OWNER.pk, keysOf: () => KEYS, crypto },
      { logId: LOG_ID, seq: 0 },
      { c: 0, head: 0, moderators: [] },
    );
  return { work, events, receiver };
}

test('of 5,000 messages, no step takes more than 64, or 4 signatures; with pauses and without, they are the same', () => {
  const { work, events, receiver } = countingHistory();
  const steps: (typeof work)[] = [];
  const sliced = receiver().receiving(events, 0, false);
  for (;;) {
    const before = { ...work };
    const { done, value } = sliced.next();
    steps.push({
      opened: work.opened - before.opened,
      read: work.read - before.read,
      signatures: work.signatures - before.signatures,
    });
    if (done !== true) continue;
    expect(value.messages).toHaveLength(MESSAGES);
    expect(value).toEqual(receiver().receive(events, 0, false));
    break;
  }
  expect(Math.max(...steps.map(({ opened }) => opened))).toBe(ITEMS_MAX);
  // Once to see whether it takes another back, once for what it says.
  expect(Math.max(...steps.map(({ read }) => read))).toBeLessThanOrEqual(2 * ITEMS_MAX);
  expect(Math.max(...steps.map(({ signatures }) => signatures))).toBe(SIGNATURES_MAX);
  // One signature for each sender in each stretch of 512.
  expect(work.signatures / 2).toBeLessThanOrEqual(SENDERS * Math.ceil(MESSAGES / 512));
});
