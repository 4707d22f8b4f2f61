// Live sessions: what members receive, without gaps and no faster than they read.

import { describe, expect, test, vi } from 'vitest';
import { settled } from '../testing/clock.ts';
import {
  LIFE_MS,
  World,
  bigFrame,
  eventNews,
  gate,
  joinFrame,
  sendFrame,
  tapNews,
  tell,
} from '../testing/session-world.ts';
import { BACKLOG_MAX } from '../delivery/backlog.ts';
import { LAG_BYTES_MAX } from '../delivery/subscriber.ts';
import { UNREAD_BYTES_MAX } from './session.ts';

describe('gaps in the log', () => {
  test('WELCOME-3: a gap is never hidden: the connection ends and may come back', async () => {
    const world = await new World().open();
    const tellRoom = tapNews(world.store);
    const ann = await world.join('ann');
    const { logId } = ann.socket.last('welcome');
    tellRoom(eventNews(logId, 1), eventNews(logId, 2), eventNews(logId, 2));
    await settled();
    expect(ann.socket.closed).toBeUndefined();
    expect(ann.socket.heard()).toEqual(['welcome', 'presence', '1', 'life', '2']);
    tellRoom(eventNews(logId, 4));
    expect(ann.socket.closed).toBe('serverError');
    expect(world.hub.size).toBe(0);
  });

  test('WELCOME-3: a gap right after the welcome is not hidden either', async () => {
    const world = await new World().open();
    const tellRoom = tapNews(world.store);
    const ann = await world.join('ann');
    tellRoom(eventNews(ann.socket.last('welcome').logId, 3));
    await settled();
    expect(ann.socket.closed).toBe('serverError');
  });

  test('WELCOME-3: a gap during the join ends the connection before its welcome', async () => {
    const world = await new World().open();
    const tellRoom = tapNews(world.store);
    const answer = gate(world.store);
    const ann = await world.join('ann');
    tellRoom(eventNews('AAAAAAAAAAA', 1), eventNews('AAAAAAAAAAA', 3));
    answer.ask();
    answer.deliver();
    await settled();
    expect([ann.socket.sent, ann.socket.closed]).toEqual([[], 'serverError']);
  });

  test('WELCOME-3: another log is not a continuation', async () => {
    const world = await new World().open();
    const tellRoom = tapNews(world.store);
    const ann = await world.enter('ann');
    tellRoom(eventNews('AAAAAAAAAAA', 2));
    await settled();
    expect(ann.socket.closed).toBe('serverError');
  });

  test('WELCOME-3: a join answered with a gap is reported, and no welcome is sent', async () => {
    const world = await new World().open();
    await tell(await world.enter('ann'), sendFrame(1), sendFrame(2));
    const real = world.store.join.bind(world.store);
    vi.spyOn(world.store, 'join').mockImplementationOnce(async (...request) => {
      const answer = await real(...request);
      return answer.outcome === 'joined' ? { ...answer, missed: answer.missed.slice(0, -1) } : answer;
    });
    const bob = await world.join('bob');
    expect(bob.socket.sent).toEqual([]);
    expect(bob.socket.closed).toBe('serverError');
    expect(world.events.trouble).toHaveBeenCalledTimes(1);
  });

  test('events the store lost for good are a gap: every session has to resume', async () => {
    const world = await new World().open();
    const tellRoom = tapNews(world.store);
    const [ann, bob] = [await world.enter('ann'), await world.enter('bob')];
    tellRoom({ type: 'hole' });
    expect([ann.socket.closed, bob.socket.closed]).toEqual(['serverError', 'serverError']);
  });
});

/** Ann has written more than Bob's socket takes when he joins. */
async function slowNewcomer(world: World) {
  const ann = await world.enter('ann');
  for (let n = 1; n <= 5; n++) await tell(ann, bigFrame(n));
  const bob = world.connect();
  bob.socket.takesNothing = true;
  await tell(bob, joinFrame('bob', bob.nonce));
  return { ann, bob };
}

describe('a slow socket', () => {
  test('a lagging socket gets nothing queued, and everything once it has drained', async () => {
    const world = await new World().open();
    const [ann, bob] = [await world.enter('ann'), await world.enter('bob')];
    bob.socket.heard();
    bob.socket.bufferedBytes = LAG_BYTES_MAX;
    await tell(ann, sendFrame(1));
    await tell(ann, sendFrame(2));
    expect([bob.socket.heard(), bob.socket.asked]).toEqual([[], true]);
    expect(ann.socket.heard()).toEqual(['presence', 'life', '2', '3']);
    bob.drain();
    expect(bob.socket.heard()).toEqual(['2', '3']);
    await tell(ann, sendFrame(3));
    expect(bob.socket.heard()).toEqual(['4']);
  });

  test('CLOSE-1: a session that lags behind the backlog is closed as too slow; others are not', async () => {
    const world = await new World().open();
    const [ann, bob] = [await world.enter('ann'), await world.enter('bob')];
    bob.socket.heard();
    bob.socket.bufferedBytes = LAG_BYTES_MAX;
    for (let n = 1; bob.socket.closed === undefined && n < 100; n++) await tell(ann, bigFrame(n));
    expect([bob.socket.closed, bob.socket.heard()]).toEqual(['tooSlow', []]);
    expect(ann.socket.closed).toBeUndefined();
    expect(ann.socket.heard().length).toBeGreaterThan(BACKLOG_MAX.bytes / 17_000);
  });

  test('WELCOME-2: a long history goes out as the socket takes it, and newer events follow it', async () => {
    const world = await new World().open();
    const { ann, bob } = await slowNewcomer(world);
    await tell(ann, sendFrame(6));
    expect(bob.socket.bufferedBytes).toBeLessThanOrEqual(LAG_BYTES_MAX);
    const heard = [...bob.socket.heard()];
    expect(heard).not.toContain('7');
    while (heard.at(-1) !== '7') {
      bob.drain();
      expect(bob.socket.bufferedBytes).toBeLessThanOrEqual(LAG_BYTES_MAX);
      const more = bob.socket.heard();
      expect(more).not.toEqual([]);
      heard.push(...more);
    }
    expect(heard).toEqual(['welcome', 'presence', '1', '2', '3', '4', '5', '6', 'life', '7']);
  });

  test('LIFE-4: a session still waiting for history gets the end at once, and no wiped bytes', async () => {
    const world = await new World().open();
    const { bob } = await slowNewcomer(world);
    bob.socket.heard();
    world.clock.pass(LIFE_MS);
    expect([bob.socket.heard(), bob.socket.closed]).toEqual([['ended'], 'ended']);
    bob.drain();
    expect(bob.socket.heard()).toEqual([]);
  });

  test('a frame for one session follows the events before it', async () => {
    const world = await new World().open();
    const [ann, bob] = [await world.enter('ann'), await world.enter('bob')];
    bob.socket.heard();
    ann.session.receive(sendFrame(1));
    bob.session.receive('{"type":"ping"}');
    await settled();
    expect(bob.socket.heard()).toEqual(['2', 'pong']);
  });

  test('CLOSE-1: a client that asks without reading is too slow as well', async () => {
    const world = await new World().open();
    const ann = await world.enter('ann');
    ann.socket.bufferedBytes = UNREAD_BYTES_MAX;
    await tell(ann, '{"type":"ping"}');
    expect(ann.socket.closed).toBeUndefined();
    ann.socket.bufferedBytes = UNREAD_BYTES_MAX + 1;
    await tell(ann, '{"type":"ping"}');
    expect(ann.socket.closed).toBe('tooSlow');
  });
});
