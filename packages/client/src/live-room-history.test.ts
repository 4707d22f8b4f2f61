// What a page reads of the log, and goes on reading after a loss.

import { encodeCommand, encodeCommandEvent, encodeStubEvent, encodeUnsignedCommand } from '@mayfly/protocol';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { PATIENCE } from './connection/connection.ts';
import { sign } from './crypto/signature.ts';
import { Author, ID, OWNER } from './testing/author.ts';
import { enter, open } from './testing/open-room.ts';
import { unsentStub } from './testing/random-log.ts';
import { LOG_ID } from './testing/server-double.ts';

beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) }));
afterEach(() => void vi.useRealTimers());

describe('a log of a later version', () => {
  test('EVENT-2, CMD-8: the log continues after stubs and commands of any operation', async () => {
    const { server, of, texts, connection, network } = await open();
    const ann = new Author('Ann');
    server.append(ann.write('a').envelope);
    const { envelope } = ann.write('b');
    server.frames.push(encodeStubEvent({ seq: server.seq + 1, ...unsentStub(ann.key.seed, envelope) }));
    const signed = encodeUnsignedCommand(ID, 0, 2, 77, new Uint8Array(5));
    const command = encodeCommand(signed, OWNER.pk, sign(OWNER.seed, 'cmd', signed));
    server.frames.push(encodeCommandEvent(server.seq + 1, command, new Uint8Array()));
    server.letIn({ c: 2 });
    server.append(ann.write('c').envelope);
    expect(texts()).toEqual(['a', 'c']);
    expect(of('unsent')).toEqual([{ type: 'unsent', unsent: [{ key: expect.any(String), seq: 3 }] }]);
    expect(of('messages').at(-1)?.messages).toMatchObject([{ missingBefore: 0 }]);
    expect(connection()).toBe('live');
    expect(network.wires).toHaveLength(1);
  });
});

describe('the history', () => {
  test('is reported at once, and as history; later messages are not', async () => {
    const { server, of, texts } = await open();
    const ann = new Author('Ann');
    for (const text of ['a', 'b', 'c']) server.append(ann.write(text).envelope);
    server.letIn();
    expect(of('messages')).toHaveLength(1);
    expect(of('messages')[0]).toMatchObject({ history: true });
    server.append(ann.write('d').envelope);
    expect(texts()).toEqual(['a', 'b', 'c', 'd']);
    expect(of('messages')[1]).toMatchObject({ history: false });
  });

  test('RESUME-1: after a loss, exactly what was missed, from our position', async () => {
    const { server, texts, of, reconnect, connection } = await enter();
    const ann = new Author('Ann');
    server.append(ann.write('before').envelope);
    reconnect();
    server.wire.open = false;
    server.append(ann.write('missed').envelope);
    server.wire.open = true;
    const join = server.letIn();
    expect(join).toMatchObject({ as: 'member', position: { logId: LOG_ID, seq: 2 } });
    expect(texts()).toEqual(['before', 'missed']);
    expect(of('messages').at(-1)).toMatchObject({ history: false });
    expect(of('reset')).toEqual([]);
    expect(connection()).toBe('live');
  });

  test('a loss in its middle: nothing of it is lost, and nothing comes twice', async () => {
    const { server, texts, reconnect, of } = await open();
    const ann = new Author('Ann');
    for (const text of ['a', 'b', 'c']) server.append(ann.write(text).envelope);
    server.wire.say(server.welcomeFor(server.challenge()));
    for (const frame of server.frames.slice(0, 2)) server.wire.give(frame);
    expect(texts()).toEqual([]);
    reconnect();
    expect(texts()).toEqual(['a']);
    expect(server.letIn().position).toEqual({ logId: LOG_ID, seq: 2 });
    expect(texts()).toEqual(['a', 'b', 'c']);
    expect(of('messages').every(({ history }) => history)).toBe(true);
  });

  test('WELCOME-3: a hole is never hidden: the connection is dropped, the position stays', async () => {
    const { server, texts, network } = await enter();
    const ann = new Author('Ann');
    server.append(ann.write('a').envelope);
    server.wire.open = false;
    server.append(ann.write('b').envelope);
    server.wire.open = true;
    server.append(ann.write('c').envelope);
    expect(texts()).toEqual(['a']);
    expect(network.open).toHaveLength(0);
    vi.advanceTimersByTime(PATIENCE.firstRetry);
    expect(server.letIn().position).toEqual({ logId: LOG_ID, seq: 2 });
    expect(texts()).toEqual(['a', 'b', 'c']);
  });

  test('WELCOME-3: nor one in what was missed: messages before it are shown, the rest is requested again', async () => {
    const { server, texts, network } = await open();
    const ann = new Author('Ann');
    for (const text of ['a', 'b', 'c']) server.append(ann.write(text).envelope);
    server.wire.say(server.welcomeFor(server.challenge()));
    for (const seq of [1, 2, 4]) server.wire.give(server.frames[seq - 1] ?? expect.unreachable());
    expect(network.open).toHaveLength(0);
    expect(texts()).toEqual(['a']);
    vi.advanceTimersByTime(PATIENCE.firstRetry);
    expect(server.letIn().position).toEqual({ logId: LOG_ID, seq: 2 });
    expect(texts()).toEqual(['a', 'b', 'c']);
  });

  test('a resume from elsewhere than our position is rejected', async () => {
    const { server, reconnect, connection } = await enter();
    server.append(new Author('Ann').write('a').envelope);
    reconnect();
    server.letIn({ first: 1 });
    expect(connection()).toBe('waiting');
  });

  test('a welcome whose numbers leave events out is rejected', async () => {
    const { server, connection, last } = await open();
    server.letIn({ first: 3, seq: 1 });
    expect(connection()).toBe('waiting');
    expect(last('facts')).toBeUndefined();
  });

  test('a second welcome on one connection is ignored', async () => {
    const { server, of, texts } = await enter();
    server.wire.say(server.welcomeFor({}));
    server.append(new Author('Ann').write('a').envelope);
    expect(of('facts')).toHaveLength(1);
    expect(texts()).toEqual(['a']);
  });

  test('RESUME-2: a later reset is reported; the first one is not', async () => {
    const { server, of, reconnect, texts } = await enter();
    server.append(new Author('Ann').write('old').envelope);
    expect(of('reset')).toEqual([]);
    reconnect();
    server.logId = 'AAAAAAAAAAA';
    server.frames.length = 1;
    server.append(new Author('Bob').write('new').envelope);
    server.letIn();
    expect(of('reset')).toEqual([{ type: 'reset', reason: 'new_log' }]);
    expect(texts()).toEqual(['old', 'new']);
    const seqs = of('messages').flatMap(({ messages }) => messages.map(({ seq }) => seq));
    expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
  });

  test('unverifiable messages are counted', async () => {
    const { server, last, texts } = await enter();
    server.append(new Author('Ann').forge(new Author('Bob').key, 'I am Ann').envelope);
    expect(texts()).toEqual([]);
    expect(last('unverified')).toEqual({ type: 'unverified', count: 1 });
  });
});
