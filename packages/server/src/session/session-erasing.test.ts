// A session that takes messages back, and what the others receive of them (docs/protocol.md, SEND-5 and SEND-9).

import { type ServerSealed, encodeClientSealed } from '@mayfly/protocol';
import { expect, test, vi } from 'vitest';
import {
  type Connection,
  SessionFixture,
  bigFrame,
  joinFrame,
  send,
  sendFrame,
} from '../testing/session-fixture.ts';
import { envelope, eraseProof } from '../testing/signer.ts';

/** Erases the message with this mark, at this place. */
const unsendFrame = (n: number, seq: number, mark: number) =>
  encodeClientSealed({ type: 'send', n, erase: { seq, proof: eraseProof(mark) }, envelope: envelope(n) });

const eventsOf = ({ socket }: Connection) =>
  socket.sealed().flatMap((frame: ServerSealed) => ('seq' in frame ? [`${frame.seq} ${frame.type}`] : []));

test('SEND-5: those who are there get the message that took another back, and no stub; newcomers get both', async () => {
  const fixture = await new SessionFixture().open();
  const [ann, bob] = [await fixture.enter('ann'), await fixture.enter('bob')];
  await send(ann, sendFrame(1), sendFrame(2));
  await send(ann, unsendFrame(3, 2, 1));
  expect(eventsOf(ann)).toEqual(['2 message', '3 message', '4 message']);
  expect(eventsOf(bob)).toEqual(['2 message', '3 message', '4 message']);
  const cem = await fixture.join('cem');
  expect(eventsOf(cem)).toEqual(['1 command', '2 stub', '3 message', '4 message']);
});

test('SEND-5: a wrong proof is refused with the number of the message, which stays free', async () => {
  const fixture = await new SessionFixture().open();
  const ann = await fixture.enter('ann');
  await send(ann, sendFrame(1), unsendFrame(2, 2, 99));
  expect(ann.socket.last('refused')).toEqual({ type: 'refused', n: 2, code: 'not_allowed', retryAfterMs: 0 });
  await send(ann, sendFrame(2));
  expect(ann.socket.received()).toEqual(['2', 'refused', '3']);
});

test('WELCOME-4: where the welcome does not name it, erasing is refused', async () => {
  const fixture = await new SessionFixture().open();
  vi.spyOn(fixture.store, 'features', 'get').mockReturnValue(['ephemeral']);
  const ann = await fixture.enter('ann');
  await send(ann, sendFrame(1), unsendFrame(2, 2, 1));
  expect(ann.socket.last('refused')).toMatchObject({ n: 2, code: 'not_allowed' });
  expect(eventsOf(await fixture.join('bob'))).toEqual(['1 command', '2 message']);
});

test('SEND-5: a slow reader never gets what was erased before its socket took it', async () => {
  const fixture = await new SessionFixture().open();
  const [ann, bob] = [await fixture.enter('ann'), await fixture.enter('bob')];
  bob.socket.takesNothing = true;
  await send(ann, ...[1, 2, 3, 4, 5].map(bigFrame), sendFrame(6), unsendFrame(7, 7, 6));
  bob.drain();
  bob.drain();
  expect(eventsOf(bob).slice(-2)).toEqual(['7 stub', '8 message']);
});

test('SEND-5: nor does a newcomer whose history is still on its way', async () => {
  const fixture = await new SessionFixture().open();
  const ann = await fixture.enter('ann');
  await send(ann, ...[1, 2, 3, 4, 5].map(bigFrame), sendFrame(6));
  const bob = fixture.connect();
  bob.socket.takesNothing = true;
  await send(bob, joinFrame('bob', bob.nonce));
  await send(ann, unsendFrame(7, 7, 6));
  for (let i = 0; i < 4; i++) bob.drain();
  expect(eventsOf(bob).slice(-2)).toEqual(['7 stub', '8 message']);
});

test('SEND-9: nor what expired meanwhile', async () => {
  const fixture = await new SessionFixture().open();
  const [ann, bob] = [await fixture.enter('ann'), await fixture.enter('bob')];
  bob.socket.takesNothing = true;
  await send(ann, ...[1, 2, 3, 4, 5].map(bigFrame), sendFrame(6, envelope(6, { ttl: 5 })));
  fixture.clock.pass(5_000);
  bob.drain();
  bob.drain();
  expect(eventsOf(ann).at(-1)).toBe('7 message');
  expect(eventsOf(bob).at(-1)).toBe('7 stub');
});
