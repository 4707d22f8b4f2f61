// Joins that are denied, and how little they reveal.

import { BASE58, DENIED_AFTER_MS, type Join, encodeClientControl, joinTranscript } from '@mayfly/protocol';
import { describe, expect, test } from 'vitest';
import { settled } from '../testing/clock.ts';
import { SeededRandom } from '../testing/random.ts';
import { OWNER, ROOM, World, gate, joinFrame, sendFrame, signer, tell } from '../testing/session-world.ts';
import { roomId } from '../testing/signer.ts';

const wrongKey = (nonce: Uint8Array) =>
  signer('eve').sign('join', joinTranscript(ROOM, nonce, signer('ann').pk));

describe('denied', () => {
  const unknown = roomId('Nobody');
  test.each<[string, (nonce: Uint8Array) => Partial<Join>]>([
    ['an unknown room', () => ({ id: unknown })],
    ['a wrong key', (nonce) => ({ keySig: wrongKey(nonce) })],
    ['a wrong identity', (nonce) => ({ idSig: wrongKey(nonce) })],
    ['a signature of no shape', () => ({ keySig: new Uint8Array(64) })],
    ['a missing record', () => ({ as: 'member' })],
    ['a false owner', (nonce) => ({ as: 'owner', keySig: wrongKey(nonce) })],
    ['a link where there is none', (nonce) => ({ linkSig: wrongKey(nonce) })],
  ])('JOIN-5: %s: the same answer, 300 ms after the frame arrived', async (_title, more) => {
    const world = await new World().open();
    const connection = world.connect();
    await tell(connection, joinFrame('ann', connection.nonce, more(connection.nonce)));
    const { socket } = connection;
    world.clock.pass(DENIED_AFTER_MS - 0.01);
    await settled();
    expect([socket.sent, socket.closed]).toEqual([[], undefined]);
    world.clock.pass(0.01);
    await settled();
    expect([socket.sent, socket.closed]).toEqual([['{"type":"denied"}'], 'denied']);
    expect(world.hub.size).toBe(0);
    expect(world.clock.pending).toBe(1);
  });

  test('JOIN-5: the delay runs during the store call, not after it', async () => {
    const world = await new World().open();
    const answer = gate(world.store);
    const { socket } = await world.join('ann', { as: 'member' });
    world.clock.pass(DENIED_AFTER_MS - 1);
    answer.ask();
    answer.deliver();
    await settled();
    expect(socket.sent).toEqual([]);
    world.clock.pass(1);
    await settled();
    expect(socket.heard()).toEqual(['denied']);
  });

  test('JOIN-3: an overheard proof opens no other connection', async () => {
    const world = await new World().open();
    const first = world.connect();
    const captured = joinFrame('ann', first.nonce);
    await tell(first, captured);
    expect(first.socket.heard()).toContain('welcome');
    const second = world.connect();
    await tell(second, captured);
    world.clock.pass(DENIED_AFTER_MS);
    await settled();
    expect(second.socket.heard()).toEqual(['denied']);
    expect(first.socket.closed).toBeUndefined();
  });

  test('JOIN-3: one nonce, one proof: a second join is a bad frame', async () => {
    const world = await new World().open();
    const ann = await world.enter('ann');
    await tell(ann, joinFrame('ann', ann.nonce));
    expect(ann.socket.closed).toBe('badFrame');
  });

  test('frames after a denied join are never read', async () => {
    const world = await new World().open();
    const connection = world.connect();
    await tell(connection, joinFrame('ann', connection.nonce, { id: unknown }), 'rubbish', sendFrame(1));
    world.clock.pass(DENIED_AFTER_MS);
    await settled();
    expect(connection.socket.heard()).toEqual(['denied']);
    expect(connection.socket.closed).toBe('denied');
  });

  test('a connection that closes during the delay leaves no timer behind', async () => {
    const world = await new World().open();
    const { session } = await world.join('ann', { id: unknown });
    expect(world.clock.pending).toBe(2);
    session.detached();
    expect(world.clock.pending).toBe(1);
  });

  test('JOIN-5: ten thousand guessed ids get the same answer as a wrong key', async () => {
    const world = await new World().open(200 * DENIED_AFTER_MS);
    const guess = new SeededRandom(4);
    const answers = new Set<string>();
    for (let batch = 0; batch < 100; batch++) {
      const guesses = Array.from({ length: 100 }, () => world.connect());
      for (const [i, { session }] of guesses.entries()) {
        const id =
          i === 50 ? ROOM : roomId(Array.from({ length: 6 }, () => BASE58.charAt(guess.below(58))).join(''));
        const signature = guess.bytes(64);
        const join: Join = {
          type: 'join',
          id,
          idPk: OWNER.pk,
          as: 'key',
          idSig: signature,
          keySig: signature,
        };
        session.receive(encodeClientControl(join));
      }
      await settled();
      const early = guesses.map(({ socket }) => socket.sent.length);
      world.clock.pass(DENIED_AFTER_MS);
      await settled();
      for (const [i, { socket }] of guesses.entries()) {
        answers.add(JSON.stringify([early[i], socket.sent, socket.closed]));
      }
    }
    expect([...answers]).toEqual(['[0,["{\\"type\\":\\"denied\\"}"],"denied"]']);
    expect(await world.store.keys(ROOM)).toBeDefined();
    expect(world.hub.size).toBe(0);
  });
});
