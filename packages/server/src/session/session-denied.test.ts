// Joins that are denied, and how little they reveal.

import { BASE58, DENIED_AFTER_MS, type Join, encodeClientControl, joinTranscript } from '@mayfly/protocol';
import { describe, expect, test } from 'vitest';
import { settled } from '../testing/clock.ts';
import { SeededRandom } from '../testing/random.ts';
import {
  OWNER,
  ROOM,
  SessionFixture,
  gate,
  joinFrame,
  sendFrame,
  signer,
  send,
} from '../testing/session-fixture.ts';
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
    const fixture = await new SessionFixture().open();
    const connection = fixture.connect();
    await send(connection, joinFrame('ann', connection.nonce, more(connection.nonce)));
    const { socket } = connection;
    fixture.clock.pass(DENIED_AFTER_MS - 0.01);
    await settled();
    expect([socket.sent, socket.closed]).toEqual([[], undefined]);
    fixture.clock.pass(0.01);
    await settled();
    expect([socket.sent, socket.closed]).toEqual([['{"type":"denied"}'], 'denied']);
    expect(fixture.hub.size).toBe(0);
    expect(fixture.clock.pending).toBe(1);
  });

  test('JOIN-5: the delay runs during the store call, not after it', async () => {
    const fixture = await new SessionFixture().open();
    const answer = gate(fixture.store);
    const { socket } = await fixture.join('ann', { as: 'member' });
    fixture.clock.pass(DENIED_AFTER_MS - 1);
    answer.ask();
    answer.deliver();
    await settled();
    expect(socket.sent).toEqual([]);
    fixture.clock.pass(1);
    await settled();
    expect(socket.received()).toEqual(['denied']);
  });

  test('JOIN-3: an overheard proof opens no other connection', async () => {
    const fixture = await new SessionFixture().open();
    const first = fixture.connect();
    const captured = joinFrame('ann', first.nonce);
    await send(first, captured);
    expect(first.socket.received()).toContain('welcome');
    const second = fixture.connect();
    await send(second, captured);
    fixture.clock.pass(DENIED_AFTER_MS);
    await settled();
    expect(second.socket.received()).toEqual(['denied']);
    expect(first.socket.closed).toBeUndefined();
  });

  test('attack 32, JOIN-3: as another’s identity, with or without the link: denied, and they write on under their numbers', async () => {
    const fixture = await new SessionFixture().open();
    const bob = await fixture.enter('bob');
    await send(bob, sendFrame(1));
    for (const as of ['key', 'member'] as const) {
      const eve = fixture.connect();
      const { pk } = signer('bob');
      const transcript = joinTranscript(ROOM, eve.nonce, pk);
      const idSig = signer('eve').sign('id', transcript);
      await send(eve, joinFrame('bob', eve.nonce, { as, idPk: pk, idSig }), sendFrame(2));
      fixture.clock.pass(DENIED_AFTER_MS);
      await settled();
      expect(eve.socket.received()).toEqual(['denied']);
    }
    bob.socket.received();
    await send(bob, sendFrame(2), sendFrame(3));
    expect([bob.socket.received(), bob.socket.closed]).toEqual([['3', '4'], undefined]);
    const back = await fixture.join('bob', { as: 'member' });
    expect(back.socket.last('welcome').lastN).toBe(3);
  });

  test('JOIN-3: one nonce, one proof: a second join is a bad frame', async () => {
    const fixture = await new SessionFixture().open();
    const ann = await fixture.enter('ann');
    await send(ann, joinFrame('ann', ann.nonce));
    expect(ann.socket.closed).toBe('badFrame');
  });

  test('frames after a denied join are never read', async () => {
    const fixture = await new SessionFixture().open();
    const connection = fixture.connect();
    await send(connection, joinFrame('ann', connection.nonce, { id: unknown }), 'rubbish', sendFrame(1));
    fixture.clock.pass(DENIED_AFTER_MS);
    await settled();
    expect(connection.socket.received()).toEqual(['denied']);
    expect(connection.socket.closed).toBe('denied');
  });

  test('a connection that closes during the delay leaves no timer behind', async () => {
    const fixture = await new SessionFixture().open();
    const { session } = await fixture.join('ann', { id: unknown });
    expect(fixture.clock.pending).toBe(2);
    session.detached();
    expect(fixture.clock.pending).toBe(1);
  });

  test('JOIN-5: ten thousand guessed ids get the same answer as a wrong key', async () => {
    const fixture = await new SessionFixture().open(200 * DENIED_AFTER_MS);
    const guess = new SeededRandom(4);
    const answers = new Set<string>();
    for (let batch = 0; batch < 100; batch++) {
      const guesses = Array.from({ length: 100 }, () => fixture.connect());
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
      fixture.clock.pass(DENIED_AFTER_MS);
      await settled();
      for (const [i, { socket }] of guesses.entries()) {
        answers.add(JSON.stringify([early[i], socket.sent, socket.closed]));
      }
    }
    expect([...answers]).toEqual(['[0,["{\\"type\\":\\"denied\\"}"],"denied"]']);
    expect(await fixture.store.keys(ROOM)).toBeDefined();
    expect(fixture.hub.size).toBe(0);
  });
});
