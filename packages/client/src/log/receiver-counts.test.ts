// What large logs cost, counted: signatures that are checked, and what one member can pile up.

import type { LogEvent } from '@mayfly/protocol';
import { expect, test } from 'vitest';
import { CTYPE } from '../content/ctype.ts';
import { ID, KEYS, OWNER } from '../testing/author.ts';
import { LOG_ID } from '../testing/random-log.ts';
import { NOW, Talkers, about, bytes } from '../testing/talkers.ts';
import { Receiver } from './receiver.ts';

const SENDERS = 20;

function receiverOf({ crypto }: Talkers): Receiver {
  return new Receiver(
    { id: ID, idPk: bytes(SENDERS, 32), ownerPk: OWNER.pk, keysOf: () => KEYS, crypto },
    { logId: LOG_ID, seq: 0 },
    { c: 0, head: 0, moderators: [] },
  );
}

test.each([0, 1, 7])(
  'RECV-3: opening 500 messages of 20 senders checks 20 signatures, and one more for each of %i stubs',
  (stubs) => {
    const talkers = new Talkers();
    const events = Array.from({ length: 500 }, (_, i): LogEvent => {
      const { event, opened } = talkers.write(i % SENDERS, { ctype: CTYPE.text, body: 'said' });
      // Far from each other, and from the end of their chains.
      const isErased = i % 60 === 59 && i < stubs * 60;
      return isErased ? talkers.stub(opened, i + 1) : event;
    });
    const receiver = receiverOf(talkers);
    expect(receiver.receive(events, NOW, false).messages).toHaveLength(500 - stubs);
    expect(receiver.unverified).toBe(0);
    expect(talkers.checks).toBe(SENDERS + stubs);
  },
);

test.each([
  ['at once', 10_000, (events: readonly LogEvent[]) => [events]],
  ['one by one', 500, (events: readonly LogEvent[]) => events.map((event) => [event])],
] as const)(
  'EFFECT-3: of many reactions by one member, %s, the newest of %i counts',
  (_how, count, split) => {
    const talkers = new Talkers();
    const target = talkers.write(0, { ctype: CTYPE.text, body: 'said' });
    const reactions = Array.from({ length: count }, (_, i) => {
      const body = i % 2 === 0 ? '👍' : '👎';
      return talkers.write(1, { ctype: CTYPE.reaction, body, ...about(target.opened) }).event;
    });
    const receiver = receiverOf(talkers);
    receiver.receive([target.event], NOW, true);
    const batches = split(reactions);
    const shown = batches.flatMap((batch) => receiver.receive(batch, NOW, true).messages);
    expect(shown.at(-1)?.reactions).toMatchObject([{ emoji: '👎', people: [{ name: 'Person 1' }] }]);
    // The message is reported once per batch, however many reactions came before.
    expect(shown).toHaveLength(batches.length);
  },
);
