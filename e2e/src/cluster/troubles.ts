// What can happen to a Redis, and to the lines to it, while people talk. None of it takes a node down, or loses what
// Redis still has.

import type { SeededRandom } from '../../../packages/server/src/testing/random.ts';
import type { RedisProcess } from '../../../packages/server/src/testing/redis-server.ts';
import { eventually, pause } from '../faults/crowd.ts';
import type { Cluster, ClusterNode } from './cluster.ts';
import type { Person, Population } from './population.ts';

export type Scene = {
  readonly redis: RedisProcess;
  readonly cluster: Cluster;
  readonly population: Population;
  readonly random: SeededRandom;
  /** How long a trouble lasts that does not pass by itself. */
  readonly lastsMs: number;
  /** How long lines to Redis swallow everything. */
  readonly swallowsMs: number;
};

type Trouble = {
  readonly name: string;
  /** No member loses its connection: the node reads what it missed from Redis. */
  readonly socketsStay: boolean;
  /** Resolves when it is over, with what is wrong. */
  readonly strike: (scene: Scene) => Promise<readonly string[]>;
};

const FELT_WITHIN_MS = 180_000;
const CUTS = 5;

const TROUBLES: readonly Trouble[] = [
  trouble('Redis stands still', async ({ redis, lastsMs }) => {
    redis.pause();
    await pause(lastsMs);
    redis.resume();
  }),
  trouble('Redis pauses its clients', async ({ redis, lastsMs }) => {
    await redis.ask('CLIENT', 'PAUSE', lastsMs, 'ALL');
    await redis.ask('PING');
  }),
  trouble('subscribers are cut off', async ({ redis, population }) => {
    for (let cut = 0; cut < CUTS; cut += 1) {
      await redis.ask('CLIENT', 'KILL', 'TYPE', 'pubsub');
      const before = population.echoed;
      await eventually(() => population.echoed > before, FELT_WITHIN_MS);
    }
  }),
  trouble('all connections to Redis are cut', async ({ redis }) => {
    await redis.ask('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await redis.ask('CLIENT', 'KILL', 'TYPE', 'normal');
  }),
  trouble('functions are gone', async ({ redis }) => {
    await redis.ask('FUNCTION', 'FLUSH');
  }),
  refusing('Redis is full', 'server_full', {
    begin: ({ redis }) => redis.ask('CONFIG', 'SET', 'maxmemory', '1'),
    end: async ({ redis, population }) => {
      // Retrying a failed message sends it behind those already under way.
      population.pause();
      const members = population.people.map(({ member }) => member);
      await eventually(() => members.every(({ unechoed, failed }) => unechoed === failed), FELT_WITHIN_MS);
      await redis.ask('CONFIG', 'SET', 'maxmemory', '0');
      for (const member of members) member.retry();
    },
  }),
  trouble('lines to Redis are slow', async ({ cluster, lastsMs }) => {
    for (const { line } of cluster.nodes) line.quality = { latencyMs: 50, jitterMs: 450 };
    await pause(lastsMs);
    for (const { line } of cluster.nodes) line.quality = {};
  }),
  trouble('lines to Redis break all the time', async ({ cluster, random, lastsMs }) => {
    const breaking = setInterval(() => cluster.pick().line.breakOne(random, 'reset'), 100);
    await pause(lastsMs);
    clearInterval(breaking);
  }),
  trouble('lines to Redis swallow everything', async ({ cluster, swallowsMs }) => {
    for (const { line } of cluster.nodes) {
      line.swallowing = true;
      line.silenceAll();
    }
    await pause(swallowsMs);
    for (const { line } of cluster.nodes) {
      line.swallowing = false;
      line.resetAll();
    }
  }),
  {
    name: 'one node is cut off, and then nobody writes',
    socketsStay: true,
    strike: async ({ cluster, population }) => {
      const node = population.fullest();
      await cutOffWhile(node, () => othersTalk(population, node));
      population.pause();
      const hasAll = await population.caughtUp(FELT_WITHIN_MS);
      const stuck = hasAll ? [] : ['what was said meanwhile was not told afterwards'];
      return [...stuck, ...(await cluster.casualties())];
    },
  },
  {
    name: 'one node is cut off again and again, and others go on writing',
    socketsStay: true,
    strike: async ({ population, random }) => {
      for (let cut = 0; cut < CUTS; cut += 1) {
        const node = population.fullest();
        await cutOffWhile(node, () => othersTalk(population, node));
        // In the very moment when it hears again.
        const since = Date.now();
        const others = population.people.filter(({ home }) => home.node !== node);
        const writing = setInterval(() => others[random.below(others.length)]?.member.write(), 20);
        await eventually(() => population.at(node).every((person) => hears(person, since)), FELT_WITHIN_MS);
        clearInterval(writing);
      }
      return [];
    },
  },
];

/** One after the other, each judged when all have come to rest. */
export async function befall(scene: Scene, say: (line: string) => void): Promise<readonly string[]> {
  const complaints: string[] = [];
  for (const { name, socketsStay, strike } of TROUBLES) {
    const { cluster, population } = scene;
    const since = Date.now();
    population.write();
    const wrong = [...(await strike(scene))];
    const struckMs = Date.now() - since;
    population.pause();
    if (!(await population.settled())) wrong.push('not everybody was heard');
    if (!(await population.caughtUp())) wrong.push('not everybody has everything');
    wrong.push(...(await cluster.casualties()));
    const lost = population.people.flatMap((person) =>
      person.since(since).filter(({ saw }) => saw === 'closed'),
    ).length;
    if (socketsStay && lost > 0) wrong.push(`${lost} connections were lost`);
    say(
      `${name} (${struckMs} ms): all is well ${Date.now() - since - struckMs} ms later, ${lost} connections lost`,
    );
    complaints.push(...wrong.map((complaint) => `${name}: ${complaint}`));
  }
  return complaints;
}

/**
 * As while a replica takes over that lacks nothing. Messages wait, and then the log goes on under another name, which
 * all members hear of it; the page keeps counting, so the invariants on positions don't apply to its messages.
 */
export async function readOnly({ redis, cluster, population }: Scene): Promise<readonly string[]> {
  const since = Date.now();
  population.write();
  await redis.ask('REPLICAOF', '127.0.0.1', '1');
  const complaints = (await feels(population, since, 'unavailable')) ? [] : ['nobody felt it'];
  await redis.ask('REPLICAOF', 'NO', 'ONE');
  population.pause();
  if (!(await population.settled())) complaints.push('not everybody was heard');
  await eventually(() => population.unshown(since).length === 0, FELT_WITHIN_MS);
  complaints.push(...population.unshown(since), ...(await cluster.casualties()));
  const all = [...complaints, ...population.faults('I3', 'I4', 'I7', 'I12')];
  return all.map((complaint) => `Redis is read-only: ${complaint}`);
}

/** Its memory is empty afterwards: all members hear of it, and new rooms can be created. */
export async function restart({ redis, cluster, population }: Scene): Promise<readonly string[]> {
  population.write();
  await redis.restart();
  const isTold = await eventually(
    () => population.people.every(({ member }) => member.witness.count('ended') > 0),
    FELT_WITHIN_MS,
  );
  population.pause();
  const untold = isTold ? [] : ['a restart of Redis: not everybody was told that the room is gone'];
  return [...untold, ...(await cluster.casualties()), ...population.faults('I2', 'I3', 'I4', 'I7', 'I12')];
}

function trouble(name: string, strike: (scene: Scene) => Promise<void>): Trouble {
  return {
    name,
    socketsStay: true,
    strike: async (scene) => {
      await strike(scene);
      return [];
    },
  };
}

type Change = (scene: Scene) => Promise<unknown>;

/** While it lasts, at least one member must hear of it. */
function refusing(
  name: string,
  code: string,
  { begin, end }: { readonly begin: Change; readonly end: Change },
): Trouble {
  return {
    name,
    socketsStay: true,
    strike: async (scene) => {
      const since = Date.now();
      await begin(scene);
      const isFelt = await feels(scene.population, since, code);
      await end(scene);
      return isFelt ? [] : [`nobody was refused ${code}`];
    },
  };
}

function feels({ people }: Population, since: number, code: string): Promise<boolean> {
  const isRefused = (person: Person) =>
    person.since(since).some((sight) => sight.saw === 'refused' && sight.code === code);
  return eventually(() => people.some(isRefused), FELT_WITHIN_MS);
}

async function cutOffWhile({ line }: ClusterNode, act: () => Promise<unknown>): Promise<void> {
  line.refusing = true;
  line.resetAll();
  await act();
  line.refusing = false;
}

function hears(person: Person, since: number): boolean {
  return person.since(since).some(({ saw }) => saw === 'event');
}

/** Everybody on other nodes writes, and hears it. */
function othersTalk(population: Population, node: ClusterNode): Promise<boolean> {
  const others = population.people.filter(({ home }) => home.node !== node);
  for (const { member } of others) member.write();
  return eventually(() => others.every(({ member }) => member.unechoed === 0), FELT_WITHIN_MS);
}
