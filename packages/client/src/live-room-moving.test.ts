// A server that stops sends a page to another one: nothing is lost, and nothing comes twice.

import { CLOSE, type Join, type Welcome, encodeMessageEvent } from '@mayfly/protocol';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { PATIENCE } from './connection/connection.ts';
import { loadIdentity } from './people/identity.ts';
import { Author, ID } from './testing/author.ts';
import { enter, open } from './testing/open-room.ts';
import { LOG_ID } from './testing/server-double.ts';

beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) }));
afterEach(() => void vi.useRealTimers());

/** In the room, after a goaway and the next wire's challenge; both wires are open. */
async function moving() {
  const all = await enter();
  const { server } = all;
  const old = server.wire;
  const ann = new Author('Ann');
  /** Logged, and received by the old wire alone. */
  const onOld = (envelope: Uint8Array) => {
    server.frames.push(encodeMessageEvent(server.seq + 1, envelope));
    old.give(server.frames.at(-1) ?? expect.unreachable());
  };
  server.echoProfile();
  old.say({ type: 'goaway', withinMs: 1000 });
  vi.advanceTimersByTime(1000);
  expect(server.wire).not.toBe(old);
  /** The server's answer to this join: a welcome, and everything after its position. */
  const welcome = (join: Join, odd: Partial<Welcome> = {}) => {
    const said = server.welcomeFor(join, odd);
    server.wire.say(said);
    for (const frame of server.frames.slice(said.first - 1)) server.wire.give(frame);
  };
  return { ...all, old, next: server.wire, ann, onOld, welcome };
}

describe('moving to another server', () => {
  test('joins from its position, receives until the welcome, and shows everything once', async () => {
    const { server, old, next, ann, onOld, welcome, texts, updates, network } = await moving();
    onOld(ann.write('before').envelope);
    const join = server.challenge();
    expect(join).toMatchObject({ as: 'member', position: { logId: LOG_ID, seq: 2 } });
    onOld(ann.write('between').envelope);
    server.frames.push(encodeMessageEvent(server.seq + 1, ann.write('next only').envelope));
    expect(texts()).toEqual(['before', 'between']);
    welcome(join);
    expect(network.open).toEqual([next]);
    server.append(ann.write('after').envelope);
    expect(texts()).toEqual(['before', 'between', 'next only', 'after']);
    expect(old.open).toBe(false);
    expect(updates.filter(({ type }) => type === 'reset')).toEqual([]);
    expect(updates.filter(({ type }) => type === 'connection')).toHaveLength(2);
    expect(next.sealed).toEqual([]);
  });

  test('the old wire was ahead of the welcome: its messages are not repeated', async () => {
    const { server, ann, onOld, welcome, texts } = await moving();
    const join = server.challenge();
    const head = server.seq;
    onOld(ann.write('a').envelope);
    onOld(ann.write('b').envelope);
    welcome(join, { seq: head });
    server.append(ann.write('c').envelope);
    expect(texts()).toEqual(['a', 'b', 'c']);
  });

  test('4009 on the old wire before the welcome: still in the room, and nothing is lost', async () => {
    const { server, old, ann, welcome, texts, connection, storage } = await moving();
    const join = server.challenge();
    old.breakWith(CLOSE.replaced.code);
    expect(connection()).toBe('connecting');
    server.frames.push(encodeMessageEvent(server.seq + 1, ann.write('a').envelope));
    welcome(join);
    expect(connection()).toBe('live');
    expect(texts()).toEqual(['a']);
    expect(loadIdentity(storage, ID)?.joined).toBe(true);
  });

  test('SEND-2: logged on the old wire: echoed on the next; not logged: sent again there; never duplicated', async () => {
    const { room, server, old, next, welcome, texts, outgoing } = await moving();
    const join = server.challenge();
    room.send('logged');
    room.send('too late');
    const [logged] = old.sealed.flatMap((frame) => (frame.type === 'send' ? [frame] : []));
    server.frames.push(encodeMessageEvent(server.seq + 1, logged?.envelope ?? expect.unreachable()));
    server.lastN = 1;
    welcome(join);
    expect(texts()).toEqual(['logged']);
    expect(next.sealed).toMatchObject([{ type: 'send', n: 2 }]);
    server.logSent();
    expect(texts()).toEqual(['logged', 'too late']);
    expect(outgoing()).toEqual([]);
  });

  test('echoed on the old wire during the join: not sent again', async () => {
    const { room, server, old, next, onOld, welcome, texts, outgoing } = await moving();
    const join = server.challenge();
    room.send('mine');
    const [sent] = old.sealed.flatMap((frame) => (frame.type === 'send' ? [frame] : []));
    onOld(sent?.envelope ?? expect.unreachable());
    server.lastN = 1;
    welcome(join);
    expect(next.sealed).toEqual([]);
    expect(texts()).toEqual(['mine']);
    expect(outgoing()).toEqual([]);
  });

  test('in the middle of catching up: nothing held is lost', async () => {
    const { server, texts } = await open();
    const ann = new Author('Ann');
    for (const text of ['a', 'b', 'c']) server.append(ann.write(text).envelope);
    server.wire.say(server.welcomeFor(server.challenge()));
    const old = server.wire;
    for (const frame of server.frames.slice(0, 3)) old.give(frame);
    old.say({ type: 'goaway', withinMs: 0 });
    vi.advanceTimersByTime(1);
    server.letIn({ mode: 'reset', reason: 'too_old', first: 4 });
    expect(texts()).toEqual(['a', 'b', 'c']);
  });

  test('a welcome from another position is rejected; we stay where we are', async () => {
    const { server, old, ann, onOld, welcome, texts, connection, network } = await moving();
    onOld(ann.write('a').envelope);
    welcome(server.challenge(), { mode: 'resume', first: 1 });
    expect(network.open).toEqual([old]);
    expect(connection()).toBe('live');
    onOld(ann.write('b').envelope);
    expect(texts()).toEqual(['a', 'b']);
  });

  test("the other server doesn't know the room: we stay until ours stops, then it has vanished", async () => {
    const { server, old, connection } = await moving();
    server.challenge();
    server.wire.say({ type: 'denied' });
    expect(connection()).toBe('live');
    old.breakWith(CLOSE.drain.code);
    vi.advanceTimersByTime(PATIENCE.firstRetry);
    server.challenge();
    server.wire.say({ type: 'denied' });
    expect(connection()).toBe('vanished');
  });
});
