import { beforeEach, describe, expect, test } from 'vitest';
import { TestClock, settled } from '../../testing/clock.ts';
import { SeededRandom } from '../../testing/random.ts';
import { envelope, roomId } from '../../testing/signer.ts';
import { StoreUnavailable } from '../store-unavailable.ts';
import { RedisHealth } from './redis-health.ts';
import type { RedisTrouble } from './refusals.ts';
import { Retry } from './retry.ts';
import type { Link } from './link.ts';
import { LEASE_MS } from './node-leases.ts';
import { RedisStore } from './redis-store.ts';

let clock: TestClock;
let retry: Retry;
let health: RedisHealth;
/** What a probe meets; undefined means Redis is well. */
let trouble: RedisTrouble | undefined;
let told: string[];
let asked: string[];

beforeEach(() => {
  clock = new TestClock();
  retry = new Retry(clock, (error) => {
    throw error;
  });
  trouble = undefined;
  told = [];
  asked = [];
  const ask = async (name: string, keys: readonly string[]) => {
    asked.push(`${name} ${keys.join()}`);
    if (trouble === undefined) return;
    health.failed(trouble, keys.join());
    throw new StoreUnavailable();
  };
  health = new RedisHealth(retry, ask, {
    redisTrouble: (what) => void told.push(what),
    redisWell: (lastedMs) => void told.push(`well after ${lastedMs}`),
    redisEmptied: () => void told.push('emptied'),
  });
});

async function seconds(count: number): Promise<void> {
  for (let second = 0; second < count; second++) {
    clock.pass(1_000);
    await settled();
  }
}

describe('the health of Redis', () => {
  test('an outage is reported once, and its end with its length', async () => {
    trouble = 'SILENT';
    for (let call = 0; call < 5; call++) health.failed('SILENT', 'r{7}:Room11');
    await seconds(12);
    expect(health.now).toEqual({ trouble: 'SILENT', seconds: 12 });
    trouble = undefined;
    await seconds(5);
    expect(told).toEqual(['SILENT']);
    await seconds(1);
    expect(told).toEqual(['SILENT', 'well after 13000']);
    expect(health.now).toBeUndefined();
    expect(clock.pending).toBe(0);
  });

  test('an unstable Redis is one outage', async () => {
    for (let time = 0; time < 10; time++) {
      health.failed('SILENT', 'r{7}:Room11');
      await seconds(4);
    }
    await seconds(6);
    expect(told).toEqual(['SILENT', 'well after 37000']);
  });

  test('another reason is reported if it lasts until the next probe', async () => {
    trouble = 'LOADING';
    health.failed('SILENT', 'r{7}:Room11');
    await seconds(3);
    health.failed('SILENT', 'r{7}:Room11');
    await seconds(3);
    expect(told).toEqual(['SILENT', 'LOADING']);
    expect(health.now?.trouble).toBe('LOADING');
  });

  test.each([
    ['r{7}:Room11', 'r{7}:-'],
    ['d{1023}', 'r{1023}:-'],
    ['n', 'r{n}:-'],
  ])('the server that failed is asked: %s', async (key, besides) => {
    health.failed('SILENT', key);
    await seconds(1);
    expect(asked).toEqual([`create ${besides}`]);
  });

  test('no probes while all is well, and none after the node stopped', async () => {
    await seconds(10);
    health.failed('SILENT', 'n');
    retry[Symbol.dispose]();
    await seconds(10);
    expect(asked).toEqual([]);
  });

  test('lost data is reported once, however many places notice', async () => {
    health.emptied();
    await seconds(10);
    health.emptied();
    await seconds(10);
    health.emptied();
    expect(told).toEqual(['emptied']);
    clock.pass(LEASE_MS);
    health.emptied();
    expect(told).toEqual(['emptied', 'emptied']);
  });
});

test('a vanished room reports lost data too, since leases are on only one server of a cluster', async () => {
  const link: Link = {
    call: async () => 'vanished',
    range: async () => [],
    subscribe: async () => {},
    unsubscribe: () => {},
    prune: async () => {},
    [Symbol.asyncDispose]: async () => {},
  };
  await using store = new RedisStore({
    clock,
    random: new SeededRandom(3).bytes,
    limits: { maxRooms: 1, maxMembers: 1, historyMessages: 1, historyBytes: 1 },
    connect: () => link,
    onTrouble: () => {},
    report: { redisTrouble: () => {}, redisWell: () => {}, redisEmptied: () => void told.push('emptied') },
  });
  const session = { slot: new Uint8Array(8), generation: 1 };
  expect(await store.append(roomId('Room11'), session, 1, envelope(1))).toEqual({ outcome: 'gone' });
  expect(told).toEqual(['emptied']);
});
