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
  SessionFixture,
  gate,
  joinFrame,
  profileFrame,
  sendFrame,
  send,
} from '../testing/session-fixture.ts';

describe('the first frame', () => {
  test('JOIN-1: the server speaks first, with a fresh nonce per connection', async () => {
    const fixture = await new SessionFixture().open();
    const [one, two] = [fixture.connect(), fixture.connect()];
    expect(one.nonce).toHaveLength(32);
    expect(one.nonce).not.toEqual(two.nonce);
  });

  test('JOIN-1: a client that sends nothing in time is closed', async () => {
    const fixture = await new SessionFixture().open();
    const { socket, session, nonce } = fixture.connect();
    fixture.clock.pass(FIRST_FRAME_MS - 1);
    expect(socket.closed).toBeUndefined();
    fixture.clock.pass(1);
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
    const fixture = await new SessionFixture().open();
    const connection = fixture.connect();
    await send(connection, frame);
    expect(connection.socket.closed).toBe(why);
    expect(connection.socket.sent).toEqual([]);
    expect(fixture.clock.pending).toBe(1);
  });

  test('FRAME-3: a join of exactly 4 KiB is read, unknown fields and all', async () => {
    const fixture = await new SessionFixture().open();
    const connection = fixture.connect();
    const join = joinFrame('ann', connection.nonce);
    const padding = CONTROL_BYTES_MAX - join.length - ',"x":""'.length;
    await send(connection, `${join.slice(0, -1)},"x":"${'x'.repeat(padding)}"}`);
    expect(connection.socket.received()).toContain('welcome');
  });
});

describe('joining', () => {
  test('WELCOME-1, WELCOME-2: welcome, presence, profiles, then the log', async () => {
    const fixture = await new SessionFixture().open();
    const ann = await fixture.enter('ann');
    await send(ann, profileFrame, sendFrame(1), sendFrame(2));
    const bob = await fixture.join('bob');
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
    expect(bob.socket.received()).toEqual(['welcome', 'presence', 'profile', '1', '2', '3', 'life']);
    const [_challenge, ...writes] = bob.socket.written;
    expect(writes).toHaveLength(1);
    expect(fixture.events.joined).toHaveBeenCalledTimes(2);
    expect(fixture.events.trouble).not.toHaveBeenCalled();
  });

  test('WELCOME-4: the welcome names the optional frames that every node takes', async () => {
    const fixture = await new SessionFixture().open();
    const { socket } = await fixture.join('ann');
    expect(JSON.parse(String(socket.sent[0]))).toMatchObject({
      type: 'welcome',
      features: ['erase', 'ephemeral', 'commands', 'rotation', 'settings'],
    });
  });

  test('RESUME-1: `first` says what follows, even if nothing does', async () => {
    const fixture = await new SessionFixture().open();
    const ann = await fixture.join('ann');
    const { logId } = ann.socket.last('welcome');
    await send(ann, sendFrame(1), sendFrame(2));
    const some = await fixture.join('ann', { as: 'member', position: { logId, seq: 2 } });
    expect(some.socket.last('welcome')).toMatchObject({ mode: 'resume', seq: 3, first: 3, lastN: 2 });
    expect(some.socket.received()).toEqual(['welcome', 'presence', '3']);
    const none = await fixture.join('ann', { as: 'member', position: { logId, seq: 3 } });
    expect(none.socket.last('welcome')).toMatchObject({ mode: 'resume', seq: 3, first: 4 });
    expect(none.socket.received()).toEqual(['welcome', 'presence']);
  });

  test('JOIN-2: the owner joins with the owner key, a stranger cannot join as a member', async () => {
    const fixture = await new SessionFixture().open();
    await fixture.enter('ann', { as: 'owner' });
    const stranger = await fixture.join('bob', { as: 'member' });
    fixture.clock.pass(DENIED_AFTER_MS);
    await settled();
    expect(stranger.socket.closed).toBe('denied');
  });

  test('JOIN-4: a newer session takes over, and the older is closed for good', async () => {
    const fixture = await new SessionFixture().open();
    const old = await fixture.enter('ann');
    const young = await fixture.enter('ann', { as: 'member' });
    expect(old.socket.closed).toBe('replaced');
    await send(young, sendFrame(1));
    expect(young.socket.received()).toEqual(['2']);
    fixture.clock.pass(GRACE_MS);
    await settled();
    expect(young.socket.received()).toEqual([]);
  });

  test('JOIN-5: `full` comes at once, only after a full proof, and never to a present member', async () => {
    const fixture = await new SessionFixture().open();
    const [ann] = [await fixture.enter('ann'), await fixture.enter('bob'), await fixture.enter('cem')];
    const late = await fixture.join('dan');
    expect(late.socket.received()).toEqual(['full']);
    expect(late.socket.closed).toBe('full');
    const wrong = await fixture.join('dan', { keySig: OWNER.sign('join', new Uint8Array(1)) });
    expect(wrong.socket.sent).toEqual([]);
    fixture.clock.pass(DENIED_AFTER_MS);
    await settled();
    expect(wrong.socket.closed).toBe('denied');
    expect(fixture.events.turnedBack.mock.calls).toEqual([['full'], ['denied']]);
    await fixture.enter('ann', { as: 'member' });
    expect(ann?.socket.closed).toBe('replaced');
  });

  test('a join that got in leaves no timer behind', async () => {
    const fixture = await new SessionFixture().open();
    await fixture.enter('ann');
    expect(fixture.clock.pending).toBe(1);
  });

  test('LIFE-4: a join still waiting in an ended room does not cut off the next room of that id', async () => {
    const fixture = await new SessionFixture().open();
    const answer = gate(fixture.store);
    const ann = await fixture.join('ann');
    fixture.clock.pass(LIFE_MS);
    await fixture.open();
    const bob = await fixture.enter('bob');
    await send(bob, sendFrame(1));
    expect(bob.socket.received()).toEqual(['2']);
    answer.ask();
    answer.deliver();
    await settled();
    expect(ann.socket.received()).toEqual(['denied']);
    await send(bob, sendFrame(2));
    expect(bob.socket.received()).toEqual(['3']);
  });

  test('the first frame ends its deadline', async () => {
    const fixture = await new SessionFixture().open();
    const ann = await fixture.enter('ann');
    fixture.clock.pass(FIRST_FRAME_MS);
    expect(ann.socket.closed).toBeUndefined();
  });

  test('WELCOME-3: events during the store call follow the welcome, once and without a gap', async () => {
    const fixture = await new SessionFixture().open();
    const ann = await fixture.enter('ann');
    const answer = gate(fixture.store);
    const bob = await fixture.join('bob');
    await send(ann, sendFrame(1));
    answer.ask();
    await settled();
    await send(ann, sendFrame(2), sendFrame(3));
    expect(bob.socket.sent).toEqual([]);
    answer.deliver();
    await settled();
    expect(bob.socket.received()).toEqual(['welcome', 'presence', '1', '2', 'life', '3', '4']);
  });

  test('LIFE-4: a room that ends during the store call is announced as ended, without a wiped welcome', async () => {
    const fixture = await new SessionFixture().open();
    const answer = gate(fixture.store);
    const ann = await fixture.join('ann');
    answer.ask();
    await settled();
    fixture.clock.pass(LIFE_MS);
    answer.deliver();
    await settled();
    expect(ann.socket.received()).toEqual(['ended']);
    expect(ann.socket.closed).toBe('ended');
    expect(fixture.hub.size).toBe(0);
  });

  test('PRESENCE-2: a client gone before the store answers is a member without a connection', async () => {
    const fixture = await new SessionFixture().open();
    const answer = gate(fixture.store);
    const ann = await fixture.join('ann');
    ann.session.detached();
    answer.ask();
    answer.deliver();
    await settled();
    expect(ann.socket.sent).toEqual([]);
    expect(fixture.hub.size).toBe(0);
    const bob = await fixture.enter('bob');
    fixture.clock.pass(GRACE_MS);
    await settled();
    expect(bob.socket.received()).toEqual(['presence', 'presence']);
  });

  test.each(['keys', 'join'] as const)(
    'a store that fails at %s costs the connection, and nothing else',
    async (call) => {
      const fixture = await new SessionFixture().open();
      vi.spyOn(fixture.store, call).mockRejectedValueOnce(new Error('lost'));
      const ann = await fixture.join('ann');
      expect(ann.socket.closed).toBe('serverError');
      expect(ann.socket.sent).toEqual([]);
      expect(fixture.events.trouble).toHaveBeenCalledTimes(1);
      expect(fixture.hub.size).toBe(0);
      await fixture.enter('ann');
    },
  );
});
