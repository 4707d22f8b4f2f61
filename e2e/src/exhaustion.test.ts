// A real server with few files to open, attacked by strangers: it lives, and the people inside notice nothing.

import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { type Socket, connect } from 'node:net';
import { encodeCreateRoom } from '@mayfly/protocol';
import { expect, test } from 'vitest';
import { Crowd, eventually } from './faults/crowd.ts';
import type { Seen } from './simulation/witness.ts';
import { startServerProcess } from './server-process.ts';

const MAX_ROOMS = 50;
const MAX_CONNECTIONS = 300;

type Attack = (port: number) => Promise<readonly Socket[]>;

const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;

function open(port: number): Socket {
  return connect(port, '127.0.0.1')
    .on('error', () => {})
    .pause();
}

async function pipelined(port: number): Promise<readonly Socket[]> {
  return ['/', '/chat/x', '/assets/none.js'].map((path) => {
    const socket = open(port);
    socket.write(get(path).repeat(20_000));
    return socket;
  });
}

async function unread(port: number): Promise<readonly Socket[]> {
  const html = await (await fetch(`http://127.0.0.1:${port}/`)).text();
  const script = /\/assets\/[\w.-]+\.js/.exec(html)?.[0] ?? expect.unreachable();
  return Array.from({ length: 200 }, () => {
    const socket = open(port);
    socket.write(get(script).repeat(40));
    return socket;
  });
}

async function silent(port: number): Promise<readonly Socket[]> {
  return Array.from({ length: 2_000 }, () => open(port));
}

const HANDSHAKE = [
  'GET /ws HTTP/1.1',
  'Host: localhost',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Protocol: mayfly.v1',
  '\r\n',
].join('\r\n');

/** More than there is capacity for: the last ones learn why, and when to try again. */
async function handshakes(port: number): Promise<readonly Socket[]> {
  const sockets = Array.from({ length: 2 * MAX_CONNECTIONS }, () => open(port));
  const refusal = new Promise<string>((resolve) => {
    for (const socket of sockets) {
      socket.resume().write(HANDSHAKE);
      socket.once('data', (answer) => {
        if (!answer.toString().startsWith('HTTP/1.1 101')) resolve(answer.toString());
      });
    }
  });
  expect(await refusal).toMatch(/^HTTP\/1\.1 503 Service Unavailable\r\n[^]*Retry-After: 5\r\n/);
  return sockets;
}

const body = encodeCreateRoom({ ownerPk: new Uint8Array(32).fill(7), life: 600, history: 'all' });

/** Reserves rooms without opening them until there is no space for another. */
async function reservations(port: number): Promise<readonly Socket[]> {
  for (let made = 0; made <= MAX_ROOMS; made++) {
    const answer = await fetch(`http://127.0.0.1:${port}/api/rooms`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body,
    });
    if (answer.status === 201) continue;
    expect(await answer.json()).toMatchObject({ error: 'server_full' });
    return [];
  }
  return expect.unreachable();
}

const ATTACKS: readonly (readonly [name: string, attack: Attack])[] = [
  ['60,000 requests on three sockets, unread', pipelined],
  ['8,000 answers unread on 200 sockets', unread],
  ['2,000 silent connections', silent],
  ['WebSockets that do not join', handshakes],
  ['rooms that nobody opens', reservations],
];

/** Two people talking. */
class Talk implements Disposable {
  readonly #crowd: Crowd;

  private constructor(crowd: Crowd) {
    this.#crowd = crowd;
  }

  static async begin(port: number): Promise<Talk> {
    const crowd = await Crowd.gather({ port });
    for (let i = 0; i < 2; i++) crowd.enter(port);
    if (!(await crowd.settled())) throw new Error('they did not get in');
    return new Talk(crowd);
  }

  /** So many times, each says something, and both hear it. */
  async goOn(times: number): Promise<void> {
    const { members } = this.#crowd;
    for (let i = 0; i < times; i++) {
      for (const member of members) member.write();
      const isHeard = () => members.every(({ unechoed }) => unechoed === 0);
      if (!(await eventually(isHeard))) throw new Error('no echo');
    }
  }

  /** In milliseconds, of all messages so far. */
  get echoP99(): number {
    return percentile99(this.#crowd.members.flatMap(({ witness }) => echoTimes(witness.seen)));
  }

  /** Asserts that they noticed nothing: no message lost or doubled, no reconnect. */
  async faults(): Promise<readonly string[]> {
    if (!(await this.#crowd.caughtUp())) return ['they do not have the same log'];
    const welcomes = this.#crowd.members.map(({ witness }) =>
      witness.seen.filter(({ saw }) => saw === 'welcome'),
    );
    const again = welcomes.filter(({ length }) => length !== 1).map(() => 'connected again');
    return [...this.#crowd.faults(), ...again];
  }

  [Symbol.dispose](): void {
    this.#crowd[Symbol.dispose]();
  }
}

function echoTimes(seen: readonly Seen[]): readonly number[] {
  const wroteAt = new Map<string, number>();
  return seen.flatMap((sight) => {
    if (sight.saw === 'wrote') wroteAt.set(sight.text, sight.at);
    return sight.saw === 'echoed' ? [sight.at - (wroteAt.get(sight.text) ?? NaN)] : [];
  });
}

function percentile99(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b).at(Math.floor(times.length * 0.99)) ?? NaN;
}

async function end(sockets: readonly Socket[]): Promise<void> {
  for (const socket of sockets) if (!socket.closed) await once(socket.destroy(), 'close');
}

test.each<[string, { readonly openFiles?: number; readonly heapMegabytes?: number }]>([
  ['256 files', { openFiles: 256 }],
  ['1,024 files', { openFiles: 1_024 }],
  ['20,000 files', { openFiles: 20_000 }],
  ['a heap of 64 MB', { heapMegabytes: 64 }],
])('with %s, a server outlives them all', async (_what, { openFiles = 20_000, heapMegabytes = 1_024 }) => {
  await using server = await startServerProcess(
    { MAX_ROOMS: `${MAX_ROOMS}`, MAX_CONNECTIONS: `${MAX_CONNECTIONS}` },
    [`--max-old-space-size=${heapMegabytes}`],
    `ulimit -n ${openFiles}`,
  );
  const { port } = server;
  using talk = await Talk.begin(port);
  await talk.goOn(25);
  // A second, but on a machine that is busy with something else.
  const soonMs = Math.max(1_000, 20 * talk.echoP99);
  for (const [name, attack] of ATTACKS) {
    const sockets = await attack(port);
    await talk.goOn(25);
    await end(sockets);
    const ended = performance.now();
    const health = await fetch(`http://127.0.0.1:${port}/healthz`);
    expect([name, health.status]).toEqual([name, 200]);
    expect(performance.now() - ended, name).toBeLessThan(soonMs);
  }
  expect(await talk.faults()).toEqual([]);
  expect(talk.echoP99).toBeLessThan(soonMs);
  expect(server.output).not.toContain('trouble');
  expect(await server.stop()).toBe(0);
});

test('when there is no file left to open, the people inside go on', async () => {
  await using server = await startServerProcess();
  const { port } = server;
  using talk = await Talk.begin(port);
  execFileSync('prlimit', ['--pid', `${server.pid}`, '--nofile=60:']);
  const sockets = await silent(port);
  // Some readings of the guard, one a second.
  for (const began = performance.now(); performance.now() - began < 4_000;) await talk.goOn(5);
  await end(sockets);
  expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
  expect(await talk.faults()).toEqual([]);
  expect(server.output).not.toContain('trouble');
  expect(await server.stop()).toBe(0);
});

test('a log on a full disk ends no server', async () => {
  await using server = await startServerProcess({}, [], 'exec 2>/dev/full');
  await fetch(`http://127.0.0.1:${server.port}/healthz`);
  // It says that it stops, and stops politely.
  expect(await server.stop()).toBe(0);
});
