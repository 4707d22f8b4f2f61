// The proxy itself: each bad habit, between two plain TCP ends, in the test's own time.

import { once } from 'node:events';
import { type AddressInfo, type Socket, connect, createServer } from 'node:net';
import { type Clock, systemClock } from '@mayfly/client';
import { expect, test } from 'vitest';
import { FakeTime } from '../simulation/fake-time.ts';
import { FaultProxy } from './fault-proxy.ts';

/** An echo behind a proxy, and one connection through it. */
async function echoBehindProxy(prepare: (proxy: FaultProxy) => void = () => {}, clock?: Clock) {
  const time = new FakeTime();
  const behind: Socket[] = [];
  const echo = createServer((socket) => {
    behind.push(socket);
    socket.on('error', () => {});
    socket.pipe(socket);
  });
  await once(echo.listen(0, '127.0.0.1'), 'listening');
  const proxy = await FaultProxy.before((echo.address() as AddressInfo).port, clock ?? time);
  prepare(proxy);
  const accepted = once(echo, 'connection');
  const client = connect(proxy.port, '127.0.0.1');
  const heard: Buffer[] = [];
  const closed = closeOf(client);
  client.on('data', (bytes: Buffer) => heard.push(bytes));
  return {
    time,
    proxy,
    client,
    closed,
    accepted,
    behind,
    text: () => Buffer.concat(heard).toString(),
    [Symbol.asyncDispose]: async () => {
      client.destroy();
      await proxy[Symbol.asyncDispose]();
      for (const socket of behind) socket.destroy();
      echo.close();
    },
  };
}

function closeOf(socket: Socket): Promise<void> {
  socket.on('error', () => {});
  return new Promise((resolve) => {
    socket.on('close', () => resolve());
  });
}

/** Lets the kernel carry bytes, and `ms` go by each time, until `isSo`. */
async function until(time: FakeTime, isSo: () => boolean, ms = 1): Promise<void> {
  while (!isSo()) await time.pass(ms);
}

test('bytes pass in order, and not before their time', async () => {
  await using line = await echoBehindProxy((proxy) => (proxy.quality = { latencyMs: 100, jitterMs: 50 }));
  const began = line.time.now();
  for (const word of ['one ', 'two ', 'three']) line.client.write(word);
  await until(line.time, () => line.text().endsWith('three'));
  expect(line.text()).toBe('one two three');
  expect(line.time.now() - began).toBeGreaterThanOrEqual(200);
});

test('bytes pass in order by the clock of the process, too', async () => {
  await using line = await echoBehindProxy((proxy) => (proxy.quality = { jitterMs: 3 }), systemClock);
  const words = Array.from({ length: 400 }, (_, i) => `${i} `);
  for (const word of words) {
    line.client.write(word);
    await new Promise(setImmediate);
  }
  await until(line.time, () => line.text().length === words.join('').length);
  expect(line.text()).toBe(words.join(''));
});

test('a slow line takes its time, and leaves the sender waiting', async () => {
  await using line = await echoBehindProxy((proxy) => (proxy.quality = { bytesPerSecond: 100_000 }));
  const began = line.time.now();
  line.client.write(Buffer.alloc(200_000, 'x'));
  await until(line.time, () => line.text().length === 200_000, 20);
  expect(line.time.now() - began).toBeGreaterThanOrEqual(2_000);
});

test('a line is cut after so many bytes', async () => {
  await using line = await echoBehindProxy((proxy) => (proxy.quality = { cutAfterBytes: 7 }));
  line.client.write('12345');
  const timer = setInterval(() => void line.time.pass(1), 1);
  await line.closed;
  clearInterval(timer);
  expect('12345'.startsWith(line.text())).toBe(true);
  expect(line.text().length).toBeLessThanOrEqual(2);
  expect(line.proxy.size).toBe(0);
});

test('a silent line stays open and carries nothing', async () => {
  await using line = await echoBehindProxy();
  await line.accepted;
  line.client.write('before');
  await until(line.time, () => line.text() === 'before');
  line.proxy.silenceAll();
  line.client.write('after');
  line.client.destroy();
  await line.closed;
  await line.time.pass(60_000);
  expect(line.text()).toBe('before');
  expect(line.behind.map((socket) => socket.readableEnded || socket.destroyed)).toEqual([false]);
  expect([line.proxy.broken, line.time.pending]).toEqual([1, 0]);
});

test('a reset reaches both ends; a refused connection is one', async () => {
  await using line = await echoBehindProxy();
  await line.accepted;
  line.client.write('before');
  await until(line.time, () => line.text() === 'before');
  const goneBehind = line.behind.map(closeOf);
  line.proxy.refusing = true;
  line.proxy.resetAll();
  await Promise.all([line.closed, ...goneBehind]);
  await closeOf(connect(line.proxy.port, '127.0.0.1'));
  expect(line.behind).toHaveLength(1);
});
