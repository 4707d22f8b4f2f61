// Real server, real sockets, bad lines: everything arrives once and in order, or it is said that it did not.

import { systemClock } from '@mayfly/client';
import { expect, test } from 'vitest';
import { startTestServer } from '../stage.ts';
import { Crowd, eventually } from './crowd.ts';
import { ALL_IS_KEPT, repeatedDrops } from './drops.ts';
import { FaultProxy } from './fault-proxy.ts';

// All of them share one address.
const NO_LIMITS = { RATE_LIMITS: 'off' };

test('I1, I2, I4: connections that drop again and again lose nothing (npm run drops is the long form)', async () => {
  await using server = await startTestServer({ ...NO_LIMITS, ...ALL_IS_KEPT });
  const outcome = await repeatedDrops({
    port: server.port,
    listeners: 6,
    drops: 3,
    downMs: 500,
    everyMs: 25,
  });
  expect(outcome.faults).toEqual([]);
  expect(outcome.deliveredPercent).toBe(100);
  expect(outcome.resumes).toBeGreaterThanOrEqual(18);
});

test('I1, I9: half-open connections are detected, and no one loses their position', async () => {
  await using server = await startTestServer(NO_LIMITS);
  await using proxy = await FaultProxy.before(server.port, systemClock);
  using crowd = await Crowd.gather(server);
  const writer = crowd.enter(server.port);
  const listeners = [crowd.enter(proxy.port), crowd.enter(proxy.port)];
  await crowd.settled();
  proxy.silenceAll();
  writer.write();
  for (const member of listeners) {
    member.write();
    // The page knows that the network is back; nothing else shows that this connection is dead.
    member.wake();
  }
  expect(await crowd.settled()).toBe(true);
  expect(await crowd.caughtUp()).toBe(true);
  expect(crowd.faults()).toEqual([]);
  expect(proxy.broken).toBe(2);
});

test('I1: a slow reader gets everything', async () => {
  await using server = await startTestServer(NO_LIMITS);
  await using proxy = await FaultProxy.before(server.port, systemClock);
  using crowd = await Crowd.gather(server);
  const writer = crowd.enter(server.port);
  crowd.enter(proxy.port);
  await crowd.settled();
  proxy.quality = { bytesPerSecond: 150_000, latencyMs: 20, jitterMs: 20 };
  for (let i = 0; i < 100; i++) writer.write(3_000);
  expect(await crowd.settled()).toBe(true);
  expect(await crowd.caughtUp()).toBe(true);
  expect(crowd.faults()).toEqual([]);
});

test.each([300, 1_000, 3_000])(
  'I1, I2: lines that break after %i bytes get on all the same',
  async (bytes) => {
    await using server = await startTestServer(NO_LIMITS);
    await using proxy = await FaultProxy.before(server.port, systemClock);
    using crowd = await Crowd.gather(server);
    crowd.enter(server.port);
    const unlucky = [crowd.enter(proxy.port), crowd.enter(proxy.port)];
    await crowd.settled();
    proxy.quality = { cutAfterBytes: bytes };
    proxy.resetAll();
    for (const member of unlucky) for (let i = 0; i < 5; i++) member.write();
    expect(await eventually(() => proxy.broken >= 6)).toBe(true);
    proxy.quality = {};
    expect(await crowd.settled()).toBe(true);
    expect(await crowd.caughtUp()).toBe(true);
    expect(crowd.faults()).toEqual([]);
  },
);
