// Sessions up to their welcome: the first frame, the join, and what happens during the store call.

import {
  CONTROL_BYTES_MAX,
  type CloseReason,
  DENIED_AFTER_MS,
  FIRST_FRAME_MS,
  GRACE_MS,
} from '@mayfly/protocol';
import { describe, expect, test, vi } from 'vitest';
import { settled } from '../testing/clock.ts';
import {
  LIFE_MS,
  LIMITS,
  OWNER,
  World,
  gate,
  joinFrame,
  profileFrame,
  sendFrame,
  tell,
} from '../testing/session-world.ts';

describe('the first frame', () => {
  test('JOIN-1: the server speaks first, with a fresh nonce per connection', async () => {
    const world = await new World().open();
    const [one, two] = [world.connect(), world.connect()];
    expect(one.nonce).toHaveLength(32);
    expect(one.nonce).not.toEqual(two.nonce);
  });

  test('JOIN-1: a client that sends nothing in time is closed', async () => {
    const world = await new World().open();
    const { socket, session, nonce } = world.connect();
    world.clock.pass(FIRST_FRAME_MS - 1);
    expect(socket.closed).toBeUndefined();
    world.clock.pass(1);
    expect(socket.closed).toBe('silent');
    session.receive(joinFrame('ann', nonce));
    await settled();
    expect(socket.sent).toEqual([]);
  });

  test.each<[string, string | Uint8Array, CloseReason]>([
    ['a ping', '{"type":"ping"}', 'badFrame'],
    ['a leave', '{"type":"leave"}', 'badFrame'],
    ['a keep', '{"type":"keep"}', 'badFrame'],
    ['no JSON', 'join', 'badFrame'],
    ['nothing', '', 'badFrame'],
    ['an array', '[{"type":"join"}]', 'badFrame'],
    ['an unknown type', '{"type":"redeem"}', 'badFrame'],
    ['a join without its fields', '{"type":"join"}', 'badFrame'],
    ['a message', sendFrame(1), 'badFrame'],
    ['a profile', profileFrame, 'badFrame'],
    ['an empty binary frame', new Uint8Array(0), 'badFrame'],
    ['a text that is too long', ' '.repeat(CONTROL_BYTES_MAX + 1), 'tooBig'],
    ['a text that is too long in bytes', 'é'.repeat(CONTROL_BYTES_MAX / 2 + 1), 'tooBig'],
  ])('FRAME-3: a first frame that is %s closes the connection', async (_title, frame, why) => {
    const world = await new World().open();
    const connection = world.connect();
    await tell(connection, frame);
    expect(connection.socket.closed).toBe(why);
    expect(connection.socket.sent).toEqual([]);
    expect(world.clock.pending).toBe(1);
  });

  test('FRAME-3: a join of exactly 4 KiB is read, unknown fields and all', async () => {
    const world = await new World().open();
    const connection = world.connect();
    const join = joinFrame('ann', connection.nonce);
    const padding = CONTROL_BYTES_MAX - join.length - ',"x":""'.length;
    await tell(connection, `${join.slice(0, -1)},"x":"${'x'.repeat(padding)}"}`);
    expect(connection.socket.heard()).toContain('welcome');
  });
});

describe('joining', () => {
  test('WELCOME-1, WELCOME-2: welcome, presence, profiles, then the log', async () => {
    const world = await new World().open();
    const ann = await world.enter('ann');
    await tell(ann, profileFrame, sendFrame(1), sendFrame(2));
    const bob = await world.join('bob');
    const { limits, seq, first, count, mode, reason } = bob.socket.last('welcome');
    expect({ limits, seq, first, count, mode, reason }).toEqual({
      limits: LIMITS,
      seq: 3,
      first: 1,
      count: 2,
      mode: 'reset',
      reason: 'fresh',
    });
    expect(bob.socket.last('presence')).toMatchObject({ snapshot: true, count: 2 });
    expect(bob.socket.heard()).toEqual(['welcome', 'presence', 'profile', '1', '2', '3', 'life']);
    expect(world.events.joined).toHaveBeenCalledTimes(2);
    expect(world.events.trouble).not.toHaveBeenCalled();
  });

  test('WELCOME-4: the welcome names no optional frame', async () => {
    const world = await new World().open();
    const { socket } = await world.join('ann');
    expect(JSON.parse(String(socket.sent[0]))).toMatchObject({ type: 'welcome', features: [] });
  });

  test('RESUME-1: `first` tells what follows, even if nothing does', async () => {
    const world = await new World().open();
    const ann = await world.join('ann');
    const { logId } = ann.socket.last('welcome');
    await tell(ann, sendFrame(1), sendFrame(2));
    const some = await world.join('ann', { as: 'member', position: { logId, seq: 2 } });
    expect(some.socket.last('welcome')).toMatchObject({ mode: 'resume', seq: 3, first: 3, lastN: 2 });
    expect(some.socket.heard()).toEqual(['welcome', 'presence', '3']);
    const none = await world.join('ann', { as: 'member', position: { logId, seq: 3 } });
    expect(none.socket.last('welcome')).toMatchObject({ mode: 'resume', seq: 3, first: 4 });
    expect(none.socket.heard()).toEqual(['welcome', 'presence']);
  });

  test('JOIN-2: the owner joins with the owner key, a stranger cannot join as a member', async () => {
    const world = await new World().open();
    await world.enter('ann', { as: 'owner' });
    const stranger = await world.join('bob', { as: 'member' });
    world.clock.pass(DENIED_AFTER_MS);
    await settled();
    expect(stranger.socket.closed).toBe('denied');
  });

  test('JOIN-4: a newer session takes over, and the older is closed for good', async () => {
    const world = await new World().open();
    const old = await world.enter('ann');
    const young = await world.enter('ann', { as: 'member' });
    expect(old.socket.closed).toBe('replaced');
    await tell(young, sendFrame(1));
    expect(young.socket.heard()).toEqual(['2']);
    world.clock.pass(GRACE_MS);
    await settled();
    expect(young.socket.heard()).toEqual([]);
  });

  test('JOIN-5: `full` comes at once, only after a full proof, and never to a present member', async () => {
    const world = await new World().open();
    const [ann] = [await world.enter('ann'), await world.enter('bob'), await world.enter('cem')];
    const late = await world.join('dan');
    expect(late.socket.heard()).toEqual(['full']);
    expect(late.socket.closed).toBe('full');
    const wrong = await world.join('dan', { keySig: OWNER.sign('join', new Uint8Array(1)) });
    expect(wrong.socket.sent).toEqual([]);
    world.clock.pass(DENIED_AFTER_MS);
    await settled();
    expect(wrong.socket.closed).toBe('denied');
    expect(world.events.turnedBack.mock.calls).toEqual([['full'], ['denied']]);
    await world.enter('ann', { as: 'member' });
    expect(ann?.socket.closed).toBe('replaced');
  });

  test('a join that got in leaves no timer behind', async () => {
    const world = await new World().open();
    await world.enter('ann');
    expect(world.clock.pending).toBe(1);
  });

  test('LIFE-4: a join still waiting in an ended room does not cut off the next room of that id', async () => {
    const world = await new World().open();
    const answer = gate(world.store);
    const ann = await world.join('ann');
    world.clock.pass(LIFE_MS);
    await world.open();
    const bob = await world.enter('bob');
    await tell(bob, sendFrame(1));
    expect(bob.socket.heard()).toEqual(['2']);
    answer.ask();
    answer.deliver();
    await settled();
    expect(ann.socket.heard()).toEqual(['denied']);
    await tell(bob, sendFrame(2));
    expect(bob.socket.heard()).toEqual(['3']);
  });

  test('the first frame ends its deadline', async () => {
    const world = await new World().open();
    const ann = await world.enter('ann');
    world.clock.pass(FIRST_FRAME_MS);
    expect(ann.socket.closed).toBeUndefined();
  });

  test('WELCOME-3: events during the store call follow the welcome, once and without a gap', async () => {
    const world = await new World().open();
    const ann = await world.enter('ann');
    const answer = gate(world.store);
    const bob = await world.join('bob');
    await tell(ann, sendFrame(1));
    answer.ask();
    await settled();
    await tell(ann, sendFrame(2), sendFrame(3));
    expect(bob.socket.sent).toEqual([]);
    answer.deliver();
    await settled();
    expect(bob.socket.heard()).toEqual(['welcome', 'presence', '1', '2', 'life', '3', '4']);
  });

  test('LIFE-4: a room that ends during the store call is announced as ended, without a wiped welcome', async () => {
    const world = await new World().open();
    const answer = gate(world.store);
    const ann = await world.join('ann');
    answer.ask();
    await settled();
    world.clock.pass(LIFE_MS);
    answer.deliver();
    await settled();
    expect(ann.socket.heard()).toEqual(['ended']);
    expect(ann.socket.closed).toBe('ended');
    expect(world.hub.size).toBe(0);
  });

  test('PRESENCE-2: a client gone before the store answers is a member without a connection', async () => {
    const world = await new World().open();
    const answer = gate(world.store);
    const ann = await world.join('ann');
    ann.session.detached();
    answer.ask();
    answer.deliver();
    await settled();
    expect(ann.socket.sent).toEqual([]);
    expect(world.hub.size).toBe(0);
    const bob = await world.enter('bob');
    world.clock.pass(GRACE_MS);
    await settled();
    expect(bob.socket.heard()).toEqual(['presence', 'presence']);
  });

  test.each(['keys', 'join'] as const)(
    'a store that fails at %s costs the connection, and nothing else',
    async (call) => {
      const world = await new World().open();
      vi.spyOn(world.store, call).mockRejectedValueOnce(new Error('lost'));
      const ann = await world.join('ann');
      expect(ann.socket.closed).toBe('serverError');
      expect(ann.socket.sent).toEqual([]);
      expect(world.events.trouble).toHaveBeenCalledTimes(1);
      expect(world.hub.size).toBe(0);
      await world.enter('ann');
    },
  );
});
