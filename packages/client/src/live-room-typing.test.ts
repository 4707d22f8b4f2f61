// Typing signals: when a page sends them, and how it shows those of others (TYPING-1 and TYPING-2).

import { type Feature, encodeEphemeralFrame } from '@mayfly/protocol';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { openTyping, sealTyping } from './crypto/ephemeral.ts';
import { TYPING_EVERY_MS } from './outgoing/own-typing.ts';
import { TYPING_SHOWN_MS } from './people/typists.ts';
import { Author, KEYS, keysOfEpoch } from './testing/author.ts';
import { open } from './testing/open-room.ts';
import { seededRandom } from './testing/random.ts';

beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) }));
afterEach(() => void vi.useRealTimers());

const random = seededRandom('signals');
const slotOf = (mark: number) => new Uint8Array(8).fill(mark);
const [ann, bob] = [new Author('Ann'), new Author('Bob')];
const ANN = { slot: slotOf(0xa1), idPk: ann.key.pk };
const BOB = { slot: slotOf(0xb2), idPk: bob.key.pk };

type Circumstances = { readonly count?: number; readonly features?: readonly Feature[] };
const EPHEMERAL: readonly Feature[] = ['ephemeral'];

/** In a room with Ann and Bob. */
async function company({ count = 3, features = EPHEMERAL }: Circumstances = {}) {
  const all = await open();
  const { idPk } = all.server.letIn({ features });
  const presence = { type: 'presence' as const, version: 1, snapshot: true, away: [], left: [] };
  const me = { slot: all.server.slot, idPk };
  all.server.wire.say({ ...presence, joined: [me, ANN, BOB], count });
  const said = () =>
    all.server.wire.sealed.flatMap((frame) =>
      frame.type === 'ephemeral' ? [openTyping(KEYS, frame.sealed)?.isTyping] : [],
    );
  const hear = (slot: Uint8Array, isTyping = true, keys = KEYS) =>
    all.server.wire.give(encodeEphemeralFrame(sealTyping(keys, { slot, isTyping }, random)));
  const shown = () => all.last('typing')?.people.map(({ idPk }) => Buffer.from(idPk, 'base64url'));
  return { ...all, said, hear, shown };
}

describe('TYPING-2: our own typing', () => {
  test('is sent at most every 3 s, and stopping once', async () => {
    const { room, said } = await company();
    for (let key = 0; key < 5; key++) room.typing(true);
    expect(said()).toEqual([true]);
    vi.advanceTimersByTime(TYPING_EVERY_MS);
    room.typing(true);
    room.typing(false);
    room.typing(false);
    expect(said()).toEqual([true, true, false]);
    room.typing(true);
    expect(said()).toHaveLength(3);
    vi.advanceTimersByTime(TYPING_EVERY_MS);
    room.typing(true);
    expect(said()).toHaveLength(4);
  });

  test('needs no stop after a message', async () => {
    const { room, said } = await company();
    room.typing(true);
    room.send('hello');
    room.typing(false);
    expect(said()).toEqual([true]);
  });

  test.each<[string, Circumstances]>([
    ['WELCOME-4: to a server that did not name it', { features: [] }],
    ['in a room of 51', { count: 51 }],
    ['while alone', { count: 1 }],
  ])('is not sent %s', async (_when, circumstances) => {
    const { room, said } = await company(circumstances);
    room.typing(true);
    expect(said()).toEqual([]);
  });

  test('WELCOME-4: each connection has its own features', async () => {
    const { room, said, server, reconnect } = await company();
    reconnect();
    room.typing(true);
    server.letIn();
    room.typing(true);
    expect(said()).toEqual([]);
  });

  test('is not sent once the room is over', async () => {
    const { room, said } = await company();
    room.close();
    room.typing(true);
    expect(said()).toEqual([]);
  });
});

describe('TYPING-2: the typing of others', () => {
  test('is shown for 6 s after the last signal, in the order in which they began', async () => {
    const { hear, shown } = await company();
    hear(BOB.slot);
    hear(ANN.slot);
    expect(shown()).toEqual([Buffer.from(BOB.idPk), Buffer.from(ANN.idPk)]);
    vi.advanceTimersByTime(TYPING_SHOWN_MS - 1);
    hear(BOB.slot);
    vi.advanceTimersByTime(1);
    expect(shown()).toEqual([Buffer.from(BOB.idPk)]);
    vi.advanceTimersByTime(TYPING_SHOWN_MS);
    expect(shown()).toEqual([]);
  });

  test('a repeated signal is no update', async () => {
    const { hear, of } = await company();
    hear(ANN.slot);
    hear(ANN.slot);
    expect(of('typing')).toHaveLength(1);
  });

  test.each<[string, (all: Awaited<ReturnType<typeof company>>) => void]>([
    ['they stop', ({ hear }) => hear(ANN.slot, false)],
    ['their message arrives', ({ server }) => server.append(new Author('Ann').write('hi').envelope)],
    [
      'they leave',
      ({ server }) =>
        server.wire.say({
          type: 'presence',
          version: 2,
          snapshot: false,
          joined: [],
          away: [],
          left: [ANN.slot],
          count: 2,
        }),
    ],
    ['the connection is lost', ({ server }) => server.wire.breakWith(1006)],
  ])('ends when %s', async (_when, happen) => {
    const all = await company();
    all.hear(ANN.slot);
    expect(all.shown()).toHaveLength(1);
    happen(all);
    expect(all.shown()).toEqual([]);
  });

  test("Bob's message doesn't end Ann's typing", async () => {
    const { hear, shown, server } = await company();
    hear(ANN.slot);
    server.append(new Author('Bob').write('hi').envelope);
    expect(shown()).toHaveLength(1);
  });

  test('TYPING-1: our own slot, an unknown one, another epoch and stray bytes are dropped', async () => {
    const { hear, of, server } = await company();
    hear(server.slot);
    hear(slotOf(0xff));
    hear(ANN.slot, true, keysOfEpoch(1));
    server.wire.give(encodeEphemeralFrame(new Uint8Array(109).fill(0x12)));
    expect(of('typing')).toEqual([]);
  });
});
