// A room on a server of a later version: what this version doesn't know changes nothing.

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { FEATURES } from '@mayfly/protocol';
import { enter, open } from './testing/open-room.ts';

beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) }));
afterEach(() => void vi.useRealTimers());

const UNKNOWN = [
  '{"type":"ticket","id":"a"}',
  '{"type":"knock"}',
  '{"type":"hello","n":1}',
  '{"type":7}',
  '{}',
];

describe('FRAME-4: an unknown text type', () => {
  test('changes nothing before the welcome', async () => {
    const { server, network, updates, connection } = await open();
    server.wire.sayText('{"type":"hello"}');
    const before = updates.length;
    for (const text of UNKNOWN) server.wire.sayText(text);
    expect([updates.length, network.wire.sent]).toEqual([before, []]);
    server.letIn();
    expect(connection()).toBe('live');
  });

  test('changes nothing in the room', async () => {
    const { server, network, updates, connection, room, sent } = await enter();
    const before = updates.length;
    const said = network.wire.sent.length;
    for (const text of UNKNOWN) server.wire.sayText(text);
    expect([updates.length, network.wire.sent.length, connection()]).toEqual([before, said, 'live']);
    room.send('still here');
    expect(sent()).toHaveLength(1);
  });
});

describe('WELCOME-4: a client sends nothing optional', () => {
  test.each([
    ['no feature', []],
    ['every feature', FEATURES],
  ])('to a server that names %s', async (_which, features) => {
    const { server, network, room, connection } = await open();
    server.letIn({ features });
    room.send('hello');
    room.rename('Ann');
    room.keepAlive();
    expect(connection()).toBe('live');
    room.leave();
    const { wire } = network;
    expect(wire.said.map(({ type }) => type)).toEqual(['join', 'keep', 'leave']);
    expect(new Set(wire.sealed.map(({ type }) => type))).toEqual(new Set(['send', 'profile']));
    expect(wire.sealed.filter((frame) => frame.type === 'send' && frame.erase !== undefined)).toEqual([]);
    expect(wire.said.length + wire.sealed.length).toBe(wire.sent.length);
  });
});
