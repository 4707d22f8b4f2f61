// The canary once more, for a node whose rooms are in Redis: nothing more is in there than what the node may know, it is
// gone with the room, and what Redis complains of does not bring it into a log.

import { readdirSync } from 'node:fs';
import { decodeClientSealed } from '@mayfly/protocol';
import { expect, test } from 'vitest';
import { type RedisProcess, startRedis } from '../../packages/server/src/testing/redis-server.ts';
import { MESSAGES, NAME, TEXT, canariesOf, sightings, talk } from './canary.ts';
import { Crowd, eventually, pause } from './faults/crowd.ts';
import { memoryOf } from './process-memory.ts';
import { type Recorder, recordTraffic } from './recorder.ts';
import { startServerProcess } from './server-process.ts';
import { openStageAt } from './stage.ts';

const isLinux = process.platform === 'linux';

/** The sealed bytes of the messages that were sent. */
function envelopesIn(wire: Recorder): readonly Buffer[] {
  return wire.framesFromClients().flatMap((bytes) => {
    const frame = decodeClientSealed(bytes);
    return frame?.type === 'send' ? [Buffer.from(frame.envelope)] : [];
  });
}

async function keysIn(redis: RedisProcess): Promise<readonly string[]> {
  const keys = await redis.ask('KEYS', '*');
  return (Array.isArray(keys) ? keys : []).map(String).toSorted();
}

test('a text, a name and the key are nowhere: node, Redis, its directory, both wires, log; room and sealed bytes are', async () => {
  await using redis = await startRedis();
  await using redisWire = await recordTraffic(redis.port);
  const REDIS_URL = `redis://127.0.0.1:${redisWire.port}`;
  await using server = await startServerProcess({ LOG_LEVEL: 'info', REDIS_URL });
  await using wire = await recordTraffic(server.port);
  await using stage = await openStageAt(wire.port);

  const { ann, bob, link } = await talk(stage);
  // While the memory is searched, nothing answers.
  for (const person of [ann, bob]) person.expectComplaints(/WebSocket connection/);

  const { roomId, canaries } = canariesOf(link);
  const [envelope = Buffer.alloc(0), ...others] = envelopesIn(wire);
  expect(others).toHaveLength(MESSAGES - 1);
  const places = {
    node: Buffer.concat([await server.heapSnapshot(), ...(isLinux ? [server.memory()] : [])]),
    ...(isLinux && { redis: memoryOf(redis.pid) }),
    fromBrowsers: wire.fromClients(),
    toBrowsers: wire.fromServer(),
    toRedis: redisWire.fromClients(),
    fromRedis: redisWire.fromServer(),
  };
  // The look would find them if they were there: room and sealed bytes are what these places are for.
  for (const [place, bytes] of Object.entries(places)) {
    if (place !== 'toBrowsers') expect(bytes.includes(roomId), `${roomId} in ${place}`).toBe(true);
    if (place !== 'node') expect(bytes.includes(envelope), `sealed bytes in ${place}`).toBe(true);
    for (const canary of canaries) expect(sightings(bytes, canary), `${canary} in ${place}`).toEqual([]);
  }
  expect(readdirSync(redis.directory)).toEqual([]);
  expect(await redis.ask('SLOWLOG', 'LEN')).toBe(0);

  await server.stop();
  for (const word of [...canaries, roomId, '127.0.0.1:']) expect(server.output).not.toContain(word);
});

/** Which nodes live, their libraries, features and data version. Nothing of a room. */
const NODE_KEYS = ['n', '{n}f', '{n}o', '{n}v'];

test('with the end of a room its content has left Redis, and within 60 s the note that it ended', async () => {
  await using redis = await startRedis();
  await using server = await startServerProcess({ REDIS_URL: redis.url, ROOM_EXPIRY_MINUTES: '0.1' });
  await using stage = await openStageAt(server.port);
  const ann = await stage.person();
  const link = await ann.createRoom({ name: NAME });
  await ann.send(TEXT);
  await ann.sees(TEXT);
  const { roomId } = canariesOf(link);
  const before = await keysIn(redis);
  expect(before.map((key) => key[0])).toEqual(expect.arrayContaining(['d', 'l', 'm', 'o', 'p', 'r', 's']));

  await ann.heading('This room has disappeared');
  const [tombstone = '', ...rest] = (await keysIn(redis)).filter((key) => !NODE_KEYS.includes(key));
  expect([tombstone, rest]).toEqual([expect.stringMatching(`^r{\\d+}:${roomId}$`), []]);
  expect(await redis.ask('HGETALL', tombstone)).toEqual(['st', 'ended', 'why', 'expired']);
  const left = Number(await redis.ask('PTTL', tombstone));
  expect(left).toBeGreaterThan(0);
  expect(left).toBeLessThanOrEqual(60_000);

  // It answers no newcomer and doesn't extend the room's life.
  const late = await stage.person();
  await late.page.goto(link);
  await late.heading('Room not found or has expired');
  expect(await keysIn(redis)).toEqual(expect.arrayContaining([...NODE_KEYS, tombstone]));
  expect(await keysIn(redis)).toHaveLength(NODE_KEYS.length + 1);
  expect(Number(await redis.ask('PTTL', tombstone))).toBeLessThan(left);
});

/** How often Redis answered with this error. */
async function errorsOf(redis: RedisProcess, code: string): Promise<number> {
  const told = (await redis.info('errorstats')).get(`errorstat_${code}`);
  return Number(told?.split('=')[1] ?? 0);
}

/** Something is wrong with Redis, and people write until it has said so. */
async function provoke(crowd: Crowd, redis: RedisProcess, code: string, fault: readonly (string | number)[]) {
  const before = await errorsOf(redis, code);
  await redis.ask(...fault);
  for (const member of crowd.members) member.write();
  while ((await errorsOf(redis, code)) === before) await pause(20);
}

test('whatever Redis complains of, the log of the node names no room and no key', async () => {
  await using redis = await startRedis();
  await using server = await startServerProcess({ LOG_LEVEL: 'info', REDIS_URL: redis.url });
  using crowd = await Crowd.gather({ port: server.port });
  for (let i = 0; i < 3; i += 1) crowd.enter(server.port);
  expect(await crowd.settled()).toBe(true);
  const { id, secret } = crowd.link;
  const roomKey = (await keysIn(redis)).find((key) => key.startsWith('r') && key.endsWith(id)) ?? '';

  await redis.ask('CLIENT', 'KILL', 'TYPE', 'normal');
  await redis.ask('CLIENT', 'KILL', 'TYPE', 'pubsub');
  await provoke(crowd, redis, 'ERR', ['FUNCTION', 'FLUSH', 'SYNC']);
  await provoke(crowd, redis, 'OOM', ['CONFIG', 'SET', 'maxmemory', 1]);
  await redis.ask('CONFIG', 'SET', 'maxmemory', 0);
  await provoke(crowd, redis, 'READONLY', ['REPLICAOF', '127.0.0.1', 1]);
  await redis.ask('REPLICAOF', 'NO', 'ONE');
  // What was refused for want of space waits for a button to be pressed, behind what is on its way.
  const { members } = crowd;
  await eventually(() => members.every(({ unechoed, failed }) => unechoed === failed));
  for (const member of members) member.retry();
  expect(await crowd.settled()).toBe(true);
  expect(server.output).not.toContain('trouble');

  // Not a Redis fault: another program writes into its keys.
  await provoke(crowd, redis, 'WRONGTYPE', ['SET', roomKey.replace('r', 'l'), TEXT]);
  expect(await eventually(() => server.output.includes('trouble in session'))).toBe(true);
  await redis.kill();
  for (const member of members) member.write();
  expect(await server.stop()).toBe(0);
  expect(server.output).toContain('stopped');
  for (const word of [id, secret, roomKey, TEXT, redis.address]) expect(server.output).not.toContain(word);
});
