// Commands at one node while members write at another (docs/protocol.md, COMMAND rules): the log has the last word.

import { OP_END, OP_KICK, encodeClientSealed } from '@mayfly/protocol';
import { expect, test } from 'vitest';
import { settled } from '../testing/clock.ts';
import { SeededRandom } from '../testing/random.ts';
import {
  type Connection,
  OWNER,
  ROOM,
  SessionFixture,
  joinFrame,
  sendFrame,
  signer,
} from '../testing/session-fixture.ts';
import { envelope, makeCommand } from '../testing/signer.ts';
import { SlowStore } from '../testing/slow-store.ts';

const ROUNDS = 1_000;
const MESSAGES = 4;

/** Two nodes of one room, each some turns away from the store. */
async function twoNodes(random: SeededRandom) {
  const { store, clock } = await new SessionFixture().open(10 * 60_000);
  const node = () => new SessionFixture(undefined, { clock, store: new SlowStore(store, random) });
  return { store, clock, nodes: [node(), node()] as const };
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await Promise.resolve();
}

/** Delivers each frame some turns after the one before. */
async function deliver(
  { session }: Connection,
  frames: readonly Uint8Array[],
  random: SeededRandom,
): Promise<void> {
  for (const frame of frames) {
    await turns(random.below(12));
    session.receive(frame);
  }
}

async function enter(node: SessionFixture, name: string): Promise<Connection> {
  const connection = node.connect();
  connection.session.receive(joinFrame(name, connection.nonce));
  const isIn = () =>
    connection.socket.sent.some((frame) => typeof frame === 'string' && frame.includes('welcome'));
  while (!isIn()) await settled();
  return connection;
}

/** The events that arrived since the last call: of a message its mark, of a command its number. */
function eventsOf({ socket }: Connection): readonly string[] {
  const events = socket.sealed().flatMap((event) => {
    if (event.type === 'message')
      return [`m${Buffer.from(event.envelope).readUInt32BE(event.envelope.length - 4)}`];
    return event.type === 'command' ? [`c${event.command.c}`] : [];
  });
  socket.sent.length = 0;
  return events;
}

test(`COMMAND-5: a removal at one node races messages at another ${ROUNDS} times: all see one log, and nothing of theirs after it`, async () => {
  const random = new SeededRandom(17);
  const {
    nodes: [here, there],
  } = await twoNodes(random);
  const [ann, cem] = [await enter(here, 'ann'), await enter(there, 'cem')];
  const between = { none: 0, some: 0, all: 0 };
  for (let round = 0; round < ROUNDS; round++) {
    const bob = await enter(there, `bob ${round}`);
    for (const each of [ann, cem, bob]) each.socket.sent.length = 0;
    const c = 2 + round;
    const kick = makeCommand(ROOM, OWNER, { c, op: OP_KICK, args: signer(`bob ${round}`).pk });
    const marks = Array.from({ length: MESSAGES }, (_, i) => MESSAGES * round + i);
    await Promise.all([
      deliver(ann, [encodeClientSealed(kick)], random),
      deliver(
        bob,
        marks.map((mark, i) => sendFrame(i + 1, envelope(mark))),
        random,
      ),
    ]);
    while (bob.socket.closed === undefined) await settled();
    await settled();
    const seen = eventsOf(ann);
    const before = seen.length - 1;
    expect(seen, `round ${round}`).toEqual([...marks.slice(0, before).map((mark) => `m${mark}`), `c${c}`]);
    expect(eventsOf(cem)).toEqual(seen);
    expect(eventsOf(bob)).toEqual(seen);
    expect(bob.socket.closed).toBe('kicked');
    between[before === 0 ? 'none' : before === MESSAGES ? 'all' : 'some'] += 1;
  }
  // It was a race.
  expect(between.some).toBeGreaterThan(ROUNDS / 10);
  expect(between.none).toBeGreaterThan(0);
});

test('COMMAND-4: the end at one node races messages at another 30 times: it is the last event everywhere', async () => {
  const random = new SeededRandom(23);
  let raced = 0;
  for (let round = 0; round < 30; round++) {
    const {
      store,
      nodes: [here, there],
    } = await twoNodes(random);
    const all = [await enter(here, 'ann'), await enter(there, 'bob')] as const;
    const [ann, bob] = all;
    for (const { socket } of all) socket.sent.length = 0;
    const frames = [1, 2, 3, 4].map((n) => sendFrame(n));
    await Promise.all([
      deliver(ann, [encodeClientSealed(makeCommand(ROOM, OWNER, { op: OP_END }))], random),
      deliver(bob, frames, random),
    ]);
    while (all.some(({ socket }) => socket.closed === undefined)) await settled();
    for (const { socket } of all)
      expect([socket.closed, socket.last('ended').reason]).toEqual(['ended', 'owner']);
    const seen = eventsOf(ann);
    expect(seen.at(-1)).toBe('c2');
    expect(eventsOf(bob)).toEqual(seen);
    expect([here.hub.size, there.hub.size, await store.size()]).toEqual([0, 0, 0]);
    if (seen.length > 1 && seen.length < 5) raced += 1;
  }
  expect(raced).toBeGreaterThan(3);
});
