// Reads the settings of every Redis server it can find, primaries and replicas. Doesn't judge them.

import { Redis } from 'ioredis';
import type { RedisAddress, RedisHost } from '../address.ts';
import { type Instance, SETTINGS_ASKED_FOR } from './memory-only.ts';
import { type LoginRefusal, loginRefusalAmong } from '../refusals.ts';

export type Survey = {
  readonly instances: readonly Instance[];
  /** Servers that others name but that don't answer from here: `host:port (why)`. */
  readonly unseen: readonly string[];
  /** Why, if they said so. */
  readonly refusal: LoginRefusal | undefined;
  readonly hasReplicas: boolean;
};

const PATIENCE_MS = 2_000;

/** Starts at the given servers and follows what they know: a primary its replicas, a cluster node the others. */
export async function survey(address: RedisAddress): Promise<Survey> {
  const found = new Map<string, Look | string>();
  let next = address.shape === 'sentinel' ? await askSentinels(address) : address.hosts;
  const unheard =
    next.length === 0 ? address.hosts.map((host) => `${nameOf(host)} (no Sentinel that knows)`) : [];
  while (next.length > 0) {
    const looks = await Promise.all(
      next.map(async (host) => [nameOf(host), await look(address, host)] as const),
    );
    for (const [name, seen] of looks) found.set(name, seen);
    const named = looks.flatMap(([, seen]) => (typeof seen === 'string' ? [] : seen.others));
    next = distinct(named).filter((host) => !found.has(nameOf(host)));
  }
  const looks = [...found.values()].filter((seen) => typeof seen !== 'string');
  return {
    instances: looks.map(({ instance }) => instance),
    unseen: [
      ...unheard,
      ...[...found].flatMap(([name, seen]) => (typeof seen === 'string' ? [`${name} (${seen})`] : [])),
    ],
    refusal: loginRefusalAmong([...found.values()].filter((seen) => typeof seen === 'string')),
    hasReplicas: address.shape === 'sentinel' || looks.some(({ replicates }) => replicates),
  };
}

type Look = {
  readonly instance: Instance;
  readonly others: readonly RedisHost[];
  readonly replicates: boolean;
};

// Returns the reason if it can't be reached.
async function look(address: RedisAddress, host: RedisHost): Promise<Look | string> {
  const { tls, username, password } = address;
  const login = {
    ...host,
    ...(tls && { tls: {} }),
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
  };
  return visit(login, async (ask) => {
    const replication = lines(await ask('INFO', 'replication'));
    const cluster = address.shape === 'cluster' ? await ask('CLUSTER', 'NODES') : '';
    return {
      instance: { address: nameOf(host), settings: await readSettings(ask) },
      others: [...primaryIn(replication), ...replicasIn(replication), ...nodesIn(String(cluster))],
      replicates: replication.get('role') === 'slave' || replication.get('connected_slaves') !== '0',
    };
  });
}

// Sentinels have no credentials of the servers they watch.
async function askSentinels({ hosts, tls, name = '' }: RedisAddress): Promise<readonly RedisHost[]> {
  const told = await Promise.all(
    hosts.map((host) =>
      visit({ ...host, ...(tls && { tls: {} }) }, async (ask) => {
        const primary = textsIn(await ask('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name));
        const replicas = await ask('SENTINEL', 'REPLICAS', name);
        const named = (Array.isArray(replicas) ? replicas : []).map((replica) => pairs(textsIn(replica)));
        return [
          ...hostOf(primary[0], primary[1]),
          ...named.flatMap((replica) => hostOf(replica.get('ip'), replica.get('port'))),
        ];
      }),
    ),
  );
  return distinct(told.flatMap((answer) => (typeof answer === 'string' ? [] : answer)));
}

type Login = RedisHost & {
  readonly tls?: Record<string, never>;
  readonly username?: string;
  readonly password?: string;
};

type Ask = (name: string, ...words: readonly string[]) => Promise<unknown>;

async function visit<T>(login: Login, talk: (ask: Ask) => Promise<T>): Promise<T | string> {
  let trouble: unknown;
  const redis = new Redis({
    ...login,
    protocol: 2,
    lazyConnect: true,
    enableReadyCheck: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: null,
    connectTimeout: PATIENCE_MS,
    commandTimeout: PATIENCE_MS,
  });
  // More specific than the error of a command that waited for the connection.
  redis.on('error', (error) => {
    trouble = error;
  });
  try {
    await redis.connect();
    return await talk((name, ...words) => redis.call(name, ...words));
  } catch (error) {
    return reasonOf(trouble ?? error);
  } finally {
    redis.disconnect();
  }
}

// The first word of Redis, or the system's error code: never a whole message.
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return /^[A-Z]{2,}\b/.exec(error.message)?.[0] ?? 'no answer';
}

async function readSettings(ask: Ask): Promise<ReadonlyMap<string, string>> {
  try {
    return pairs(textsIn(await ask('CONFIG', 'GET', ...SETTINGS_ASKED_FOR)));
  } catch (error) {
    if (isRefusal(error)) return readInfo(ask);
    throw error;
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof Error && error.name === 'ReplyError';
}

// Most providers rename or forbid CONFIG; INFO still reports these.
async function readInfo(ask: Ask): Promise<ReadonlyMap<string, string>> {
  const info = new Map([...lines(await ask('INFO', 'persistence')), ...lines(await ask('INFO', 'memory'))]);
  const settings = new Map<string, string>();
  const append = info.get('aof_enabled');
  if (append !== undefined) settings.set('appendonly', append === '0' ? 'no' : 'yes');
  const policy = info.get('maxmemory_policy');
  if (policy !== undefined) settings.set('maxmemory-policy', policy);
  const memory = info.get('maxmemory');
  if (memory !== undefined) settings.set('maxmemory', memory);
  return settings;
}

function primaryIn(replication: ReadonlyMap<string, string>): readonly RedisHost[] {
  return hostOf(replication.get('master_host'), replication.get('master_port'));
}

// `slave0:ip=127.0.0.1,port=6380,state=online,…`
function replicasIn(replication: ReadonlyMap<string, string>): readonly RedisHost[] {
  return [...replication].flatMap(([name, text]) => {
    if (!/^slave\d+$/.test(name)) return [];
    const fields = pairs(text.split(',').flatMap((field) => field.split('=', 2)));
    return hostOf(fields.get('ip'), fields.get('port'));
  });
}

// `<id> 127.0.0.1:7000@17000,host-name flags …`
function nodesIn(text: string): readonly RedisHost[] {
  return text.split('\n').flatMap((line) => {
    const place = /^\S+ (?<host>\S+):(?<port>\d+)@/.exec(line)?.groups;
    return hostOf(place?.['host'], place?.['port']);
  });
}

function hostOf(host: string | undefined, port: string | undefined): readonly RedisHost[] {
  return host && Number(port) > 0 ? [{ host, port: Number(port) }] : [];
}

function nameOf({ host, port }: RedisHost): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function distinct(hosts: readonly RedisHost[]): readonly RedisHost[] {
  return [...new Map(hosts.map((host) => [nameOf(host), host])).values()];
}

function lines(info: unknown): ReadonlyMap<string, string> {
  const rows = String(info)
    .split('\r\n')
    .filter((line) => line.includes(':'));
  return pairs(rows.flatMap((row) => [row.slice(0, row.indexOf(':')), row.slice(row.indexOf(':') + 1)]));
}

function pairs(words: readonly string[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (let at = 0; at + 1 < words.length; at += 2) found.set(words[at] ?? '', words[at + 1] ?? '');
  return found;
}

function textsIn(answer: unknown): readonly string[] {
  return Array.isArray(answer) ? answer.map(String) : [];
}
