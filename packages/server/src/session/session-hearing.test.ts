// Live sessions: what members receive, without gaps and no faster than they read.

import { describe, expect, test, vi } from 'vitest';
import { settled } from '../testing/clock.ts';
import {
  LIFE_MS,
  SessionFixture,
  bigFrame,
  eventNotice,
  gate,
  joinFrame,
  sendFrame,
  tapNotices,
  send,
} from '../testing/session-fixture.ts';
import { BACKLOG_MAX } from '../delivery/backlog.ts';
import { LAG_BYTES_MAX } from '../delivery/subscriber.ts';
import { UNREAD_BYTES_MAX } from './session.ts';

describe('gaps in the log', () => {
  test('WELCOME-3: a gap is never hidden: the connection ends and may come back', async () => {
    const fixture = await new SessionFixture().open();
    const notifyRoom = tapNotices(fixture.store);
    const ann = await fixture.join('ann');
    const { logId } = ann.socket.last('welcome');
    notifyRoom(eventNotice(logId, 1), eventNotice(logId, 2), eventNotice(logId, 2));
    await settled();
    expect(ann.socket.closed).toBeUndefined();
    expect(ann.socket.received()).toEqual(['welcome', 'presence', '1', 'life', '2']);
    notifyRoom(eventNotice(logId, 4));
    expect(ann.socket.closed).toBe('serverError');
    expect(fixture.hub.size).toBe(0);
  });

  test('WELCOME-3: a gap right after the welcome is not hidden either', async () => {
    const fixture = await new SessionFixture().open();
    const notifyRoom = tapNotices(fixture.store);
    const ann = await fixture.join('ann');
    notifyRoom(eventNotice(ann.socket.last('welcome').logId, 3));
    await settled();
    expect(ann.socket.closed).toBe('serverError');
  });

  test('WELCOME-3: a gap during the join ends the connection before its welcome', async () => {
    const fixture = await new SessionFixture().open();
    const notifyRoom = tapNotices(fixture.store);
    const answer = gate(fixture.store);
    const ann = await fixture.join('ann');
    notifyRoom(eventNotice('AAAAAAAAAAA', 1), eventNotice('AAAAAAAAAAA', 3));
    answer.ask();
    answer.deliver();
    await settled();
    expect([ann.socket.sent, ann.socket.closed]).toEqual([[], 'serverError']);
  });

  test('WELCOME-3: another log is not a continuation', async () => {
    const fixture = await new SessionFixture().open();
    const notifyRoom = tapNotices(fixture.store);
    const ann = await fixture.enter('ann');
    notifyRoom(eventNotice('AAAAAAAAAAA', 2));
    await settled();
    expect(ann.socket.closed).toBe('serverError');
  });

  test('WELCOME-3: a join answered with a gap is reported, and no welcome is sent', async () => {
    const fixture = await new SessionFixture().open();
    await send(await fixture.enter('ann'), sendFrame(1), sendFrame(2));
    const real = fixture.store.join.bind(fixture.store);
    vi.spyOn(fixture.store, 'join').mockImplementationOnce(async (...request) => {
      const answer = await real(...request);
      return answer.outcome === 'joined' ? { ...answer, missed: answer.missed.slice(0, -1) } : answer;
    });
    const bob = await fixture.join('bob');
    expect(bob.socket.sent).toEqual([]);
    expect(bob.socket.closed).toBe('serverError');
    expect(fixture.events.trouble).toHaveBeenCalledTimes(1);
  });

  test('events the store lost for good are a gap: every session has to resume', async () => {
    const fixture = await new SessionFixture().open();
    const notifyRoom = tapNotices(fixture.store);
    const [ann, bob] = [await fixture.enter('ann'), await fixture.enter('bob')];
    notifyRoom({ type: 'hole' });
    expect([ann.socket.closed, bob.socket.closed]).toEqual(['serverError', 'serverError']);
  });
});

/** Ann has written more than Bob's socket takes when he joins. */
async function slowNewcomer(fixture: SessionFixture) {
  const ann = await fixture.enter('ann');
  for (let n = 1; n <= 5; n++) await send(ann, bigFrame(n));
  const bob = fixture.connect();
  bob.socket.takesNothing = true;
  await send(bob, joinFrame('bob', bob.nonce));
  return { ann, bob };
}

describe('a slow socket', () => {
  test('a lagging socket gets nothing queued, and everything once it has drained', async () => {
    const fixture = await new SessionFixture().open();
    const [ann, bob] = [await fixture.enter('ann'), await fixture.enter('bob')];
    bob.socket.received();
    bob.socket.bufferedBytes = LAG_BYTES_MAX;
    await send(ann, sendFrame(1));
    await send(ann, sendFrame(2));
    expect([bob.socket.received(), bob.socket.drainAwaited]).toEqual([[], true]);
    expect(ann.socket.received()).toEqual(['presence', 'life', '2', '3']);
    bob.drain();
    expect(bob.socket.received()).toEqual(['2', '3']);
    await send(ann, sendFrame(3));
    expect(bob.socket.received()).toEqual(['4']);
  });

  test('CLOSE-1: a session that lags behind the backlog is closed as too slow; others are not', async () => {
    const fixture = await new SessionFixture().open();
    const [ann, bob] = [await fixture.enter('ann'), await fixture.enter('bob')];
    bob.socket.received();
    bob.socket.bufferedBytes = LAG_BYTES_MAX;
    for (let n = 1; bob.socket.closed === undefined && n < 100; n++) await send(ann, bigFrame(n));
    expect([bob.socket.closed, bob.socket.received()]).toEqual(['tooSlow', []]);
    expect(ann.socket.closed).toBeUndefined();
    expect(ann.socket.received().length).toBeGreaterThan(BACKLOG_MAX.bytes / 17_000);
  });

  test('WELCOME-2: a long history goes out as the socket takes it, and newer events follow it', async () => {
    const fixture = await new SessionFixture().open();
    const { ann, bob } = await slowNewcomer(fixture);
    await send(ann, sendFrame(6));
    expect(bob.socket.bufferedBytes).toBeLessThanOrEqual(LAG_BYTES_MAX);
    const received = [...bob.socket.received()];
    expect(received).not.toContain('7');
    while (received.at(-1) !== '7') {
      bob.drain();
      expect(bob.socket.bufferedBytes).toBeLessThanOrEqual(LAG_BYTES_MAX);
      const more = bob.socket.received();
      expect(more).not.toEqual([]);
      received.push(...more);
    }
    expect(received).toEqual(['welcome', 'presence', '1', '2', '3', '4', '5', '6', 'life', '7']);
  });

  test('LIFE-4: a session still waiting for history gets the end at once, and no wiped bytes', async () => {
    const fixture = await new SessionFixture().open();
    const { bob } = await slowNewcomer(fixture);
    bob.socket.received();
    fixture.clock.pass(LIFE_MS);
    expect([bob.socket.received(), bob.socket.closed]).toEqual([['ended'], 'ended']);
    bob.drain();
    expect(bob.socket.received()).toEqual([]);
  });

  test('a frame for one session follows the events before it', async () => {
    const fixture = await new SessionFixture().open();
    const [ann, bob] = [await fixture.enter('ann'), await fixture.enter('bob')];
    bob.socket.received();
    ann.session.receive(sendFrame(1));
    bob.session.receive('{"type":"ping"}');
    await settled();
    expect(bob.socket.received()).toEqual(['2', 'pong']);
  });

  test('CLOSE-1: a client that asks without reading is too slow as well', async () => {
    const fixture = await new SessionFixture().open();
    const ann = await fixture.enter('ann');
    ann.socket.bufferedBytes = UNREAD_BYTES_MAX;
    await send(ann, '{"type":"ping"}');
    expect(ann.socket.closed).toBeUndefined();
    ann.socket.bufferedBytes = UNREAD_BYTES_MAX + 1;
    await send(ann, '{"type":"ping"}');
    expect(ann.socket.closed).toBe('tooSlow');
  });
});
