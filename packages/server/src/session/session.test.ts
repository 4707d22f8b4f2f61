// Live sessions: what members may ask for, and what comes of it.

import {
  CONTROL_BYTES_MAX,
  type CloseReason,
  DENIED_AFTER_MS,
  GRACE_MS,
  KEEP_EVERY_MS,
  concat,
  encodeClientSealed,
} from '@mayfly/protocol';
import { describe, expect, test, vi } from 'vitest';
import { StoreUnavailable } from '../store/store-unavailable.ts';
import { settled } from '../testing/clock.ts';
import {
  LIFE_MS,
  SessionFixture,
  joinFrame,
  profileFrame,
  sendFrame,
  signer,
  send,
} from '../testing/session-fixture.ts';
import { envelope } from '../testing/signer.ts';
import { INBOX_MAX } from './inbox.ts';

describe('live', () => {
  test('SEND-2: the echo is the only acknowledgement, the same bytes for every member', async () => {
    const fixture = await new SessionFixture().open();
    const [ann, bob] = [await fixture.enter('ann'), await fixture.enter('bob')];
    ann.socket.received();
    await send(ann, sendFrame(1));
    expect(ann.socket.sent).toHaveLength(1);
    expect(ann.socket.written.at(-1)).toBe(bob.socket.written.at(-1));
    const event = bob.socket.sealed()[0];
    expect(event).toEqual({ type: 'message', seq: 2, envelope: envelope(1) });
  });

  test('SEND-1: a repeat is silent, a gap is refused and nothing is logged', async () => {
    const fixture = await new SessionFixture().open();
    const ann = await fixture.enter('ann');
    await send(ann, sendFrame(1), sendFrame(1), sendFrame(3), sendFrame(2));
    expect(ann.socket.last('refused')).toEqual({ type: 'refused', n: 3, code: 'gap', retryAfterMs: 0 });
    expect(ann.socket.received()).toEqual(['2', 'refused', '3']);
  });

  test('SEND-3: an envelope of another epoch is refused', async () => {
    const fixture = await new SessionFixture().open();
    const ann = await fixture.enter('ann');
    await send(ann, sendFrame(1, envelope(1, { epoch: 2 })));
    expect(ann.socket.last('refused')).toMatchObject({ n: 1, code: 'epoch' });
  });

  test("SEND-5: a command can't be erased, and the refusal uses up no n", async () => {
    const fixture = await new SessionFixture().open();
    const ann = await fixture.enter('ann');
    const erase = { seq: 1, proof: new Uint8Array(16) };
    await send(ann, encodeClientSealed({ type: 'send', n: 1, erase, envelope: envelope(1) }));
    expect(ann.socket.last('refused')).toMatchObject({ n: 1, code: 'not_allowed' });
    await send(ann, sendFrame(1));
    expect(ann.socket.received()).toEqual(['refused', '2']);
  });

  test('FRAME-5: frames are handled one at a time, however slow the store is', async () => {
    const fixture = await new SessionFixture().open();
    const ann = await fixture.enter('ann');
    const real = fixture.store.append.bind(fixture.store);
    let slow = true;
    vi.spyOn(fixture.store, 'append').mockImplementation(async (...request) => {
      const wait = slow ? settled() : Promise.resolve();
      slow = false;
      await wait;
      return real(...request);
    });
    await send(ann, sendFrame(1), sendFrame(2), '{"type":"ping"}', sendFrame(3));
    await settled();
    expect(ann.socket.received()).toEqual(['2', '3', 'pong', '4']);
  });

  test('FRAME-5: waiting frames are bounded by number and by bytes', async () => {
    const fixture = await new SessionFixture().open();
    const [ann, bob] = [await fixture.enter('ann'), await fixture.enter('bob')];
    vi.spyOn(fixture.store, 'append').mockReturnValue(new Promise(() => {}));
    await send(ann, sendFrame(1), ...Array.from({ length: INBOX_MAX.frames }, () => '{"type":"ping"}'));
    expect(ann.socket.closed).toBeUndefined();
    await send(ann, '{"type":"ping"}');
    expect(ann.socket.closed).toBe('tooFast');
    const big = new Uint8Array(INBOX_MAX.bytes / 8);
    await send(bob, sendFrame(1), ...Array.from({ length: 8 }, () => big));
    expect(bob.socket.closed).toBeUndefined();
    await send(bob, sendFrame(2));
    expect(bob.socket.closed).toBe('tooFast');
  });

  test.each<[string, string | Uint8Array, CloseReason]>([
    ['no JSON', '{', 'badFrame'],
    ['an unknown type', '{"type":"knock"}', 'badFrame'],
    ['a reserved kind', Uint8Array.of(3, 1, 2), 'badFrame'],
    ['an empty frame', new Uint8Array(0), 'badFrame'],
    ['a message number 0', concat(Uint8Array.of(1, 0, 0, 0, 0, 0), envelope(1)), 'badFrame'],
    ['an envelope of no bucket', sendFrame(1).subarray(0, -1), 'badFrame'],
    ['a profile of another length', profileFrame.subarray(0, -1), 'badFrame'],
    ['a text that is too long', ' '.repeat(CONTROL_BYTES_MAX + 1), 'tooBig'],
  ])('FRAME-3: closed for %s, and later frames are not read', async (_title, frame, why) => {
    const fixture = await new SessionFixture().open();
    const [ann, bob] = [await fixture.enter('ann'), await fixture.enter('bob')];
    await send(ann, frame, sendFrame(1));
    expect(ann.socket.closed).toBe(why);
    expect(bob.socket.received()).toEqual([]);
    expect(fixture.events.trouble).not.toHaveBeenCalled();
  });

  test('PROFILE-1: a profile reaches every member, with slot and identity', async () => {
    const fixture = await new SessionFixture().open();
    const [ann, bob] = [await fixture.enter('ann'), await fixture.enter('bob')];
    await send(ann, profileFrame);
    expect(bob.socket.sealed()[0]).toMatchObject({
      type: 'profile',
      idPk: signer('ann').pk,
    });
  });

  test('LIFE-3: a session may keep the room once a minute', async () => {
    const fixture = await new SessionFixture().open();
    const ann = await fixture.enter('ann');
    await send(ann, '{"type":"keep"}');
    expect(ann.socket.received()).toEqual(['life']);
    fixture.clock.pass(KEEP_EVERY_MS / 2 + 0.5);
    await send(ann, '{"type":"keep"}');
    expect(ann.socket.last('refused')).toEqual({
      type: 'refused',
      code: 'rate',
      retryAfterMs: KEEP_EVERY_MS / 2,
    });
    fixture.clock.pass(KEEP_EVERY_MS / 2 - 1);
    await send(ann, sendFrame(1));
    fixture.clock.pass(1);
    ann.socket.received();
    await send(ann, '{"type":"keep"}');
    expect(ann.socket.received()).toEqual(['life']);
  });

  test('PRESENCE-5, PRESENCE-6: in a counted room a profile goes back to its author alone', async () => {
    const fixture = await new SessionFixture(1).open();
    const [ann, bob] = [await fixture.enter('ann'), await fixture.enter('bob')];
    await send(ann, profileFrame, sendFrame(1));
    expect(ann.socket.received()).toEqual(['presence', 'life', 'profile', '2']);
    expect(bob.socket.received()).toEqual(['2']);
  });

  test('PRESENCE-3: a leave is announced at once and closes as left', async () => {
    const fixture = await new SessionFixture().open();
    const [ann, bob] = [await fixture.enter('ann'), await fixture.enter('bob')];
    await send(ann, sendFrame(1), '{"type":"leave"}', sendFrame(2));
    expect(ann.socket.closed).toBe('left');
    expect(bob.socket.last('presence')).toMatchObject({ count: 1 });
    expect(bob.socket.received()).toEqual(['2', 'presence']);
    fixture.clock.pass(GRACE_MS);
    await settled();
    expect(bob.socket.received()).toEqual([]);
  });

  test('PRESENCE-2: a lost connection is announced after a while, unless it is back', async () => {
    const fixture = await new SessionFixture().open();
    const [ann, bob] = [await fixture.enter('ann'), await fixture.enter('bob')];
    ann.session.detached();
    await settled();
    await fixture.enter('ann', { as: 'member' });
    fixture.clock.pass(GRACE_MS);
    await settled();
    expect(bob.socket.received()).toEqual([]);
  });

  test('LIFE-4: the end reaches and closes every session, and later joins are denied', async () => {
    const fixture = await new SessionFixture().open();
    const [ann, bob] = [await fixture.enter('ann'), await fixture.enter('bob')];
    bob.socket.received();
    ann.socket.received();
    fixture.clock.pass(LIFE_MS);
    for (const { socket } of [ann, bob]) {
      expect(socket.last('ended').reason).toBe('expired');
      expect(socket.received()).toEqual(['ended']);
      expect(socket.closed).toBe('ended');
    }
    expect(fixture.hub.size).toBe(0);
    expect(fixture.clock.pending).toBe(0);
    const late = await fixture.join('ann', { as: 'member' });
    fixture.clock.pass(DENIED_AFTER_MS);
    await settled();
    expect(late.socket.received()).toEqual(['denied']);
  });

  test('LIFE-4: a message to an expired room is not logged, and the room ends', async () => {
    const fixture = await new SessionFixture().open();
    const ann = await fixture.enter('ann');
    fixture.clock.jump(LIFE_MS);
    await send(ann, sendFrame(1));
    expect(ann.socket.received()).toEqual(['ended']);
    expect(ann.socket.closed).toBe('ended');
  });

  test('LIFE-4: a session that learns of the end from the store passes it on', async () => {
    const fixture = await new SessionFixture().open();
    const ann = await fixture.enter('ann');
    vi.spyOn(fixture.store, 'append').mockResolvedValueOnce({ outcome: 'gone' });
    await send(ann, sendFrame(1));
    expect(ann.socket.received()).toEqual(['ended']);
    expect(ann.socket.closed).toBe('ended');
  });

  test('SEND-3: a session replaced on another node is closed', async () => {
    const fixture = await new SessionFixture().open();
    const ann = await fixture.enter('ann');
    vi.spyOn(fixture.store, 'append').mockResolvedValueOnce({ outcome: 'replaced' });
    await send(ann, sendFrame(1));
    expect(ann.socket.closed).toBe('replaced');
  });

  test('a failing store closes the connection, and the member can return', async () => {
    const fixture = await new SessionFixture().open();
    const ann = await fixture.enter('ann');
    vi.spyOn(fixture.store, 'append').mockRejectedValueOnce(new Error('lost'));
    vi.spyOn(fixture.store, 'detach').mockRejectedValueOnce(new Error('lost'));
    await send(ann, sendFrame(1));
    expect(ann.socket.closed).toBe('serverError');
    expect(fixture.events.trouble).toHaveBeenCalledTimes(2);
    const back = await fixture.enter('ann', { as: 'member' });
    await send(back, sendFrame(1));
    expect(back.socket.received()).toEqual(['2']);
  });

  test('the hub forgets a room after its last subscriber', async () => {
    const fixture = await new SessionFixture().open();
    const [ann, bob] = [await fixture.enter('ann'), await fixture.enter('bob')];
    expect(fixture.hub.size).toBe(1);
    ann.session.detached();
    expect(fixture.hub.size).toBe(1);
    bob.session.close('drain');
    expect(bob.socket.closed).toBe('drain');
    expect(fixture.hub.size).toBe(0);
  });
});

describe('an unavailable store', () => {
  const requests: readonly [string, 'append' | 'publishProfile' | 'renew', string | Uint8Array, object][] = [
    ['SEND-6: a message', 'append', sendFrame(1), { n: 1 }],
    ['a profile', 'publishProfile', profileFrame, {}],
    ['a keep', 'renew', '{"type":"keep"}', {}],
  ];
  test.each(requests)(
    '%s is refused with a pause, and the connection stays',
    async (_title, ask, frame, more) => {
      const fixture = await new SessionFixture().open();
      const ann = await fixture.enter('ann');
      vi.spyOn(fixture.store, ask).mockRejectedValueOnce(new StoreUnavailable());
      await send(ann, frame);
      expect(ann.socket.last('refused')).toEqual({
        type: 'refused',
        code: 'unavailable',
        retryAfterMs: 2_000,
        ...more,
      });
      expect(ann.socket.closed).toBeUndefined();
      expect(fixture.events.trouble).not.toHaveBeenCalled();
      ann.socket.sent.length = 0;
      await send(ann, frame);
      const received = ann.socket.received();
      expect(received).not.toEqual([]);
      expect(received).not.toContain('refused');
    },
  );

  test.each(['keys', 'join'] as const)('JOIN-6: a join is put off if %s fails', async (ask) => {
    const fixture = await new SessionFixture().open();
    const ann = await fixture.enter('ann');
    vi.spyOn(fixture.store, ask).mockRejectedValueOnce(new StoreUnavailable('server_full'));
    const bob = await fixture.join('bob');
    expect(bob.socket.sent).toHaveLength(1);
    expect(bob.socket.last('refused')).toEqual({ type: 'refused', code: 'server_full', retryAfterMs: 5_000 });
    expect(bob.socket.closed).toBe('busy');
    ann.session.close('left');
    expect(fixture.hub.size).toBe(0);
    fixture.clock.pass(DENIED_AFTER_MS);
    expect(bob.socket.sent).toHaveLength(1);
    expect(fixture.events.trouble).not.toHaveBeenCalled();
  });

  test('JOIN-6: nothing is sent to a connection that closed meanwhile', async () => {
    const fixture = await new SessionFixture().open();
    const bob = fixture.connect();
    vi.spyOn(fixture.store, 'join').mockImplementationOnce(async () => {
      bob.session.close('left');
      throw new StoreUnavailable();
    });
    await send(bob, joinFrame('bob', bob.nonce));
    expect(bob.socket.sent).toEqual([]);
    expect(bob.socket.closed).toBe('left');
  });
});
