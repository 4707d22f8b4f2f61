// The operator's commands, through a real socket to real servers.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { lstatSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import { adminPath, sayToAdmin } from '../testing/admin.ts';
import { startRedis } from '../testing/redis-server.ts';
import { SentFile } from '../testing/sent-file.ts';
import { Talker } from '../testing/talker.ts';
import { makeRoom, roomRequest } from '../testing/test-rooms.ts';
import { type TestServer, ask, startTestServer } from '../testing/test-server.ts';
import { type AdminDeps, carryOut, openAdminSocket } from './admin-socket.ts';

function depsOf(more: Partial<AdminDeps> = {}): AdminDeps {
  return {
    store: { size: async () => 3, end: async () => false },
    connections: () => 5,
    fileBytes: () => 7,
    refuseRooms: () => {},
    refusesRooms: () => false,
    drain: () => {},
    onTrouble: (error) => {
      throw error;
    },
    ...more,
  };
}

describe('a server with ADMIN_SOCKET', () => {
  test('only its owner may open the socket, and it is gone when the server is', async () => {
    const path = adminPath();
    const at = await startTestServer({ ADMIN_SOCKET: path });
    expect(lstatSync(path).mode & 0o777).toBe(0o600);
    await at[Symbol.asyncDispose]();
    expect(lstatSync(path, { throwIfNoEntry: false })).toBeUndefined();
  });

  test('counts rooms, connections and files, and names none', async () => {
    const path = adminPath();
    await using at = await startTestServer({ ADMIN_SOCKET: path });
    const room = await makeRoom(at);
    const ann = await new Talker(at).enter(room, 'ann');
    await new SentFile(room, 1, 5_000).send(at, ann);
    expect(await sayToAdmin(path, 'counts\n')).toEqual({
      rooms: 1,
      connections: 1,
      fileBytes: 5_000,
      refusesNewRooms: false,
    });
    ann.ws.terminate();
  });

  test('LIFE-4: end closes a room for everyone, its files too', async () => {
    const path = adminPath();
    await using at = await startTestServer({ ADMIN_SOCKET: path });
    const room = await makeRoom(at);
    const ann = await new Talker(at).enter(room, 'ann');
    const file = await new SentFile(room, 1, 5_000).send(at, ann);
    expect(await sayToAdmin(path, `end ${room}\n`)).toEqual({ ended: true });
    expect([await ann.closed, await ann.control('ended')]).toEqual([
      4002,
      { type: 'ended', reason: 'server' },
    ]);
    expect((await file.get(at)).status).toBe(404);
    expect(await sayToAdmin(path, `end ${room}\n`)).toEqual({ error: 'There is no such room.' });
    expect(await sayToAdmin(path, 'counts\n')).toMatchObject({ rooms: 0, fileBytes: 0 });
  });

  test('LIFE-4: end works on whichever node it is said', async () => {
    await using redis = await startRedis();
    const path = adminPath();
    await using here = await startTestServer({ REDIS_URL: redis.url });
    await using there = await startTestServer({ REDIS_URL: redis.url, ADMIN_SOCKET: path });
    const room = await makeRoom(here);
    const ann = await new Talker(here).enter(room, 'ann');
    const file = await new SentFile(room, 1, 5_000).send(there, ann);
    expect((await file.get(here)).body.equals(file.bytes)).toBe(true);
    expect(await sayToAdmin(path, `end ${room}\n`)).toEqual({ ended: true });
    expect(await ann.closed).toBe(4002);
    expect((await file.get(here)).status).toBe(404);
    const left = await redis.ask('KEYS', `*${room}*`);
    expect(left).toEqual([expect.stringMatching(/^r/)]);
  });

  test('refuse-new: no rooms are made until it is off; those that are there go on', async () => {
    const path = adminPath();
    await using at = await startTestServer({ ADMIN_SOCKET: path });
    const room = await makeRoom(at);
    expect(await sayToAdmin(path, 'refuse-new on\n')).toEqual({ refusesNewRooms: true });
    const { status, body } = await ask(at, roomRequest());
    expect([status, JSON.parse(body.toString())]).toEqual([
      503,
      { error: 'server_full', retryAfterMs: 60_000 },
    ]);
    const ann = await new Talker(at).enter(room, 'ann');
    expect(await sayToAdmin(path, 'refuse-new off\n')).toEqual({ refusesNewRooms: false });
    expect((await ask(at, roomRequest())).status).toBe(201);
    ann.ws.terminate();
  });

  test('drain asks the process to stop, after the answer', async () => {
    const path = adminPath();
    const stop = vi.fn<() => void>();
    await using at = await startTestServer({ ADMIN_SOCKET: path }, { stop });
    expect(await sayToAdmin(path, 'drain\n')).toEqual({ draining: true });
    await expect.poll(() => stop).toHaveBeenCalledOnce();
    expect(at.log).toEqual([]);
  });

  test('a socket of a killed server is replaced; a running one, or a file, stays', async () => {
    const path = adminPath();
    const start = () => startTestServer({ ADMIN_SOCKET: path });
    const first = await start();
    await expect(start()).rejects.toThrow(/^ADMIN_SOCKET can't be made at .*EADDRINUSE/);
    expect(await sayToAdmin(path, 'counts\n')).toMatchObject({ rooms: 0 });
    await first[Symbol.asyncDispose]();
    writeFileSync(path, 'precious');
    await expect(start()).rejects.toThrow(/EADDRINUSE/);
    rmSync(path);
    await leaveStale(path);
    await using again = await start();
    expect(await sayToAdmin(path, 'counts\n')).toMatchObject({ rooms: 0 });
    expect(again.log).toEqual([]);
  });
});

/** As after `kill -9`: the path is there, and no one listens. */
async function leaveStale(path: string): Promise<void> {
  const script = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
  await once(spawn(process.execPath, ['-e', script]), 'close');
  expect(lstatSync(path).isSocket()).toBe(true);
}

test.each([
  '',
  'help',
  'counts now',
  'end',
  'end a b',
  'end ../../etc',
  'refuse-new',
  'refuse-new maybe',
  'drain all',
  'COUNTS',
])('%j is no command, and changes nothing', async (line) => {
  const drain = vi.fn<() => void>();
  const refuseRooms = vi.fn<(isOn: boolean) => void>();
  const said = await carryOut(line, depsOf({ drain, refuseRooms }));
  expect(said).toEqual({ error: expect.any(String) });
  expect([drain.mock.calls, refuseRooms.mock.calls]).toEqual([[], []]);
});

test('a line without end is answered and closed; several lines are one command', async () => {
  const path = adminPath();
  await using socket = await openAdminSocket(path, depsOf());
  expect(socket).toBeDefined();
  expect(await sayToAdmin(path, 'x'.repeat(300))).toEqual({ error: expect.stringMatching(/^Commands: /) });
  expect(await sayToAdmin(path, 'counts\nend Room11\n')).toMatchObject({ rooms: 3, connections: 5 });
});

async function limitsOf(at: TestServer): Promise<unknown> {
  return JSON.parse((await ask(at, { path: '/api/limits' })).body.toString());
}

test('API-6: ABUSE_CONTACT is among the limits, if there is one', async () => {
  await using without = await startTestServer();
  await using at = await startTestServer({ ABUSE_CONTACT: 'abuse@chat.example' });
  expect(await limitsOf(without)).toEqual({ life: 1800, lifeMax: 86_400 });
  expect(await limitsOf(at)).toEqual({ life: 1800, lifeMax: 86_400, abuseContact: 'abuse@chat.example' });
});
