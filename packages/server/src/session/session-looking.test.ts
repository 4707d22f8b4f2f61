// A connection that only looks: what it learns, what it changes, and how little it learns without the key.

import { DENIED_AFTER_MS, type Look, encodeClientControl, joinTranscript } from '@mayfly/protocol';
import { expect, test } from 'vitest';
import { settled } from '../testing/clock.ts';
import {
  type Connection,
  LIFE_MS,
  ROOM,
  SessionFixture,
  gate,
  joinFrame,
  signer,
  send,
} from '../testing/session-fixture.ts';
import { Signer, roomId } from '../testing/signer.ts';

function lookFrame({ nonce }: Connection, more: Partial<Look> = {}): string {
  const { id = ROOM } = more;
  const stranger = signer('stranger');
  const transcript = joinTranscript(id, nonce, stranger.pk);
  const lookSig = new Signer(`access ${ROOM}`).sign('look', transcript);
  const idSig = stranger.sign('id', transcript);
  return encodeClientControl({ type: 'look', id, idPk: stranger.pk, idSig, lookSig, ...more });
}

test('LOOK-1: a look with the key gets the figures of the room, and is closed', async () => {
  const fixture = await new SessionFixture().open();
  await fixture.enter('ann');
  const connection = fixture.connect();
  await send(connection, lookFrame(connection));
  const { socket } = connection;
  expect(socket.last('room')).toEqual({
    type: 'room',
    count: 1,
    expiresInMs: LIFE_MS,
    history: 'all',
    full: false,
    closed: false,
    charter: expect.any(Uint8Array),
    blob: expect.any(Uint8Array),
  });
  expect(socket.closed).toBe('left');
  expect(fixture.hub.size).toBe(1);
  expect(fixture.events.joined).toHaveBeenCalledTimes(1);
});

const anotherKey = ({ nonce }: Connection) =>
  signer('eve').sign('look', joinTranscript(ROOM, nonce, signer('stranger').pk));
const asJoin = ({ nonce }: Connection) =>
  new Signer(`access ${ROOM}`).sign('join', joinTranscript(ROOM, nonce, signer('stranger').pk));

test.each<[string, (connection: Connection) => Partial<Look>]>([
  ['an unknown room', () => ({ id: roomId('Nobody') })],
  ['another key', (connection) => ({ lookSig: anotherKey(connection) })],
  ['the proof of a join', (connection) => ({ lookSig: asJoin(connection) })],
  ['another identity', (connection) => ({ idSig: anotherKey(connection) })],
])('LOOK-3: %s: denied, 300 ms after the frame arrived', async (_title, more) => {
  const fixture = await new SessionFixture().open();
  const connection = fixture.connect();
  await send(connection, lookFrame(connection, more(connection)));
  const { socket } = connection;
  fixture.clock.pass(DENIED_AFTER_MS - 1);
  await settled();
  expect(socket.sent).toEqual([]);
  fixture.clock.pass(1);
  await settled();
  expect([socket.sent, socket.closed]).toEqual([['{"type":"denied"}'], 'denied']);
});

test('LOOK-1: the proof of a look is no join', async () => {
  const fixture = await new SessionFixture().open();
  const connection = fixture.connect();
  const keySig = new Signer(`access ${ROOM}`).sign(
    'look',
    joinTranscript(ROOM, connection.nonce, signer('ann').pk),
  );
  await send(connection, joinFrame('ann', connection.nonce, { keySig }));
  fixture.clock.pass(DENIED_AFTER_MS);
  await settled();
  expect(connection.socket.received()).toEqual(['denied']);
});

test('LOOK-1: a second frame after a look is ignored', async () => {
  const fixture = await new SessionFixture().open();
  const connection = fixture.connect();
  await send(connection, lookFrame(connection), joinFrame('ann', connection.nonce));
  expect(connection.socket.received()).toEqual(['room']);
  expect(await fixture.store.size()).toBe(1);
  expect(fixture.hub.size).toBe(0);
});

test('LOOK-1: a look after the join closes the connection', async () => {
  const fixture = await new SessionFixture().open();
  const ann = await fixture.enter('ann');
  await send(ann, lookFrame(ann));
  expect(ann.socket.closed).toBe('badFrame');
});

test('a look whose connection is gone sends nothing', async () => {
  const fixture = await new SessionFixture().open();
  const answer = gate(fixture.store);
  const connection = fixture.connect();
  connection.session.receive(lookFrame(connection));
  connection.session.detached();
  answer.ask();
  answer.deliver();
  await settled();
  expect(connection.socket.sent).toEqual([]);
  expect(fixture.events.trouble).not.toHaveBeenCalled();
});
