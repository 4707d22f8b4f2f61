// Sessions that bring commands (docs/protocol.md, COMMAND rules).

import { DENIED_AFTER_MS, OP_KICK, POWER, encodeClientSealed } from '@mayfly/protocol';
import { expect, test, vi } from 'vitest';
import { StoreUnavailable } from '../store/store-unavailable.ts';
import { limitsAt } from '../guard/limits.ts';
import { ConnectionBudget } from '../guard/connection-budget.ts';
import { Bucket } from '../guard/bucket.ts';
import { settled } from '../testing/clock.ts';
import {
  OWNER,
  ROOM,
  SessionFixture,
  bigFrame,
  gate,
  joinFrame,
  send,
  sendFrame,
  signer,
} from '../testing/session-fixture.ts';
import { type Signer, makeCharter, makeCommand } from '../testing/signer.ts';

const END = encodeClientSealed(makeCommand(ROOM, OWNER));

test('CMD-9: everyone gets the end, then hears that the room is over, and is closed', async () => {
  const fixture = await new SessionFixture().open();
  const [ann, bob] = [await fixture.enter('ann'), await fixture.enter('bob')];
  await send(ann, sendFrame(1));
  for (const { socket } of [ann, bob]) socket.received();
  await send(bob, END, sendFrame(1));
  for (const { socket } of [ann, bob]) {
    expect(socket.sealed()).toMatchObject([{ type: 'command', seq: 3 }]);
    expect(socket.last('ended')).toEqual({ type: 'ended', reason: 'owner' });
    expect(socket.received()).toEqual(['3', 'ended']);
    expect(socket.closed).toBe('ended');
  }
  expect(fixture.hub.size).toBe(0);
  expect(fixture.clock.pending).toBe(0);
});

test('CMD-9: those who read slowly hear the end all the same', async () => {
  const fixture = await new SessionFixture().open();
  const [ann, bob] = [await fixture.enter('ann'), await fixture.enter('bob')];
  bob.socket.takesNothing = true;
  await send(ann, ...[1, 2, 3, 4, 5].map(bigFrame), END);
  expect(bob.socket.last('ended').reason).toBe('owner');
  expect(bob.socket.closed).toBe('ended');
});

const kick = (name: string, c = 2) =>
  encodeClientSealed(makeCommand(ROOM, OWNER, { c, op: OP_KICK, args: signer(name).pk }));

test('COMMAND-5: who is removed gets the command, nothing after it, and the close that says so', async () => {
  const fixture = await new SessionFixture().open();
  const [ann, bob] = [await fixture.enter('ann'), await fixture.enter('bob')];
  for (const { socket } of [ann, bob]) socket.received();
  await send(ann, kick('bob'), sendFrame(1));
  expect(bob.socket.received()).toEqual(['2']);
  expect(bob.socket.closed).toBe('kicked');
  expect(ann.socket.received()).toEqual(['2', 'presence', '3']);
  const again = await fixture.join('bob', { as: 'member' });
  fixture.clock.pass(DENIED_AFTER_MS);
  await settled();
  expect(again.socket.received()).toEqual(['denied']);
});

const kickBy = (by: Signer, target: string) =>
  encodeClientSealed(makeCommand(ROOM, by, { c: 3, op: OP_KICK, args: signer(target).pk }));

const seatOf = (name: string) => ({ moderators: [{ idPk: signer(name).pk, mask: POWER.owner }] });

test('COMMAND-2, COMMAND-8: once the owner’s seat has moved, the old owner removes no one, the owner’s key not the new owner, and the new owner the old', async () => {
  const fixture = await new SessionFixture().open(undefined, seatOf('ann'));
  const [ann, bob] = [await fixture.enter('ann'), await fixture.enter('bob')];
  const handOver = makeCharter(ROOM, OWNER, { c: 2, ...seatOf('bob') });
  await send(ann, encodeClientSealed({ type: 'command', ...handOver }));
  for (const by of [signer('ann'), OWNER]) {
    await send(ann, kickBy(by, 'bob'));
    expect(ann.socket.last('refused')).toEqual({
      type: 'refused',
      c: 3,
      code: 'not_allowed',
      retryAfterMs: 0,
    });
  }
  expect(bob.socket.closed).toBeUndefined();
  await send(bob, kickBy(signer('bob'), 'ann'));
  expect([ann.socket.closed, bob.socket.closed]).toEqual(['kicked', undefined]);
});

test('COMMAND-5: also who is just coming in, or sends at that moment', async () => {
  const fixture = await new SessionFixture().open();
  const [ann, bob] = [await fixture.enter('ann'), await fixture.enter('bob')];
  const held = gate(fixture.store);
  const back = fixture.connect();
  back.session.receive(joinFrame('bob', back.nonce));
  held.ask();
  await settled();
  await send(ann, kick('bob'));
  held.deliver();
  await settled();
  expect(back.socket.received()).toEqual([]);
  expect(back.socket.closed).toBe('kicked');
  expect(bob.socket.closed).toBe('replaced');
  vi.spyOn(fixture.store, 'append').mockResolvedValueOnce({ outcome: 'removed' });
  await send(ann, sendFrame(1));
  expect(ann.socket.closed).toBe('kicked');
});

test('COMMAND-2: a refusal names the number of the command, and the connection stays', async () => {
  const fixture = await new SessionFixture().open();
  const ann = await fixture.enter('ann');
  await send(ann, encodeClientSealed(makeCommand(ROOM, OWNER, { c: 7 })));
  expect(ann.socket.last('refused')).toEqual({ type: 'refused', c: 7, code: 'stale', retryAfterMs: 0 });
  await send(ann, encodeClientSealed(makeCommand(ROOM, signer('ann'))));
  expect(ann.socket.last('refused')).toEqual({ type: 'refused', c: 2, code: 'not_allowed', retryAfterMs: 0 });
  await send(ann, sendFrame(1));
  expect(ann.socket.received()).toEqual(['refused', 'refused', '2']);
});

test('WELCOME-4: where the welcome does not name them, commands are refused', async () => {
  const fixture = await new SessionFixture().open();
  vi.spyOn(fixture.store, 'features', 'get').mockReturnValue(['erase']);
  const ann = await fixture.enter('ann');
  await send(ann, END, sendFrame(1));
  expect(ann.socket.last('refused')).toMatchObject({ c: 2, code: 'not_allowed' });
  expect(ann.socket.received()).toEqual(['refused', '2']);
});

test('LIMIT-5: commands have a rate of their own', async () => {
  const fixture = await new SessionFixture().open();
  const { socket } = limitsAt('default');
  const budget = new ConnectionBudget({
    limits: socket,
    now: () => fixture.clock.now(),
    roomBucket: () => new Bucket(limitsAt('off').room.messages),
    mayJoin: () => undefined,
    joinFailed: () => {},
    passphrases: { mayTry: () => undefined, wrong: () => {} },
    gone: () => {},
    files: { place: () => 'new', gone: () => {}, roomEnded: () => {} },
  });
  const ann = await fixture.enter('ann', {}, { budget });
  const bad = encodeClientSealed(makeCommand(ROOM, OWNER, { c: 7 }));
  await send(ann, ...Array.from({ length: socket.commands.burst }, () => bad));
  expect(ann.socket.last('refused').code).toBe('stale');
  await send(ann, bad);
  expect(ann.socket.last('refused')).toMatchObject({ c: 7, code: 'rate' });
  fixture.clock.pass(1_000);
  await send(ann, END);
  expect(ann.socket.closed).toBe('ended');
});

test.each(['law', 'command'] as const)(
  'SEND-6: unavailable if the store does not answer to %s',
  async (ask) => {
    const fixture = await new SessionFixture().open();
    const ann = await fixture.enter('ann');
    vi.spyOn(fixture.store, ask).mockRejectedValueOnce(new StoreUnavailable());
    await send(ann, END);
    expect(ann.socket.last('refused')).toEqual({
      type: 'refused',
      c: 2,
      code: 'unavailable',
      retryAfterMs: 2_000,
    });
    await send(ann, END);
    expect(ann.socket.closed).toBe('ended');
  },
);

test('SEND-3, LIFE-4: a session that was replaced or whose room is gone learns it from the store', async () => {
  const fixture = await new SessionFixture().open();
  const [ann, bob] = [await fixture.enter('ann'), await fixture.enter('bob')];
  vi.spyOn(fixture.store, 'command').mockResolvedValueOnce({ outcome: 'replaced' });
  await send(ann, END);
  expect(ann.socket.closed).toBe('replaced');
  vi.spyOn(fixture.store, 'law').mockResolvedValueOnce(undefined);
  await send(bob, END);
  expect(bob.socket.closed).toBe('ended');
});
