// Ephemeral signals through sessions: relayed, never answered, never stored (EPHEMERAL-1).

import { encodeClientSealed } from '@mayfly/protocol';
import { expect, test, vi } from 'vitest';
import { StoreUnavailable } from '../store/store-unavailable.ts';
import { UNLIMITED } from '../testing/guard.ts';
import { SessionFixture, send } from '../testing/session-fixture.ts';
import { sealedSignal } from '../testing/signer.ts';

const signalFrame = encodeClientSealed({ type: 'ephemeral', sealed: sealedSignal(1) });

async function annAndBob() {
  const fixture = await new SessionFixture().open();
  const [ann, bob] = [await fixture.enter('ann'), await fixture.enter('bob')];
  ann.socket.received();
  return { fixture, ann, bob };
}

test('EPHEMERAL-1: the others get a signal, its sender gets no answer', async () => {
  const { fixture, ann, bob } = await annAndBob();
  await send(ann, signalFrame);
  fixture.clock.pass(0);
  expect(bob.socket.sealed().at(-1)).toEqual({ type: 'ephemeral', sealed: sealedSignal(1) });
  expect(ann.socket.received()).toEqual([]);
});

test('EPHEMERAL-1: one above the rate is dropped without an answer', async () => {
  const { fixture, ann } = await annAndBob();
  const relay = vi.spyOn(fixture.store, 'relay');
  vi.spyOn(UNLIMITED, 'ephemeral').mockReturnValueOnce(false);
  await send(ann, signalFrame);
  expect(relay).not.toHaveBeenCalled();
  await send(ann, signalFrame);
  expect(relay).toHaveBeenCalledOnce();
  expect([ann.socket.closed, ann.socket.received()]).toEqual([undefined, []]);
});

test('EPHEMERAL-1: nor an answer if the store is away, and the connection stays', async () => {
  const { fixture, ann } = await annAndBob();
  vi.spyOn(fixture.store, 'relay').mockRejectedValueOnce(new StoreUnavailable());
  await send(ann, signalFrame);
  expect([ann.socket.closed, ann.socket.received()]).toEqual([undefined, []]);
  expect(fixture.events.trouble).not.toHaveBeenCalled();
});

test('FRAME-3: before the join it closes the connection', async () => {
  const fixture = await new SessionFixture().open();
  const stranger = fixture.connect();
  await send(stranger, signalFrame);
  expect(stranger.socket.closed).toBe('badFrame');
});
