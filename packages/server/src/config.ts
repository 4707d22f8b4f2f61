// Every setting: name, default, bounds, meaning. Pure: it parses text and never touches the process.

import {
  ENVELOPE_BYTES_MAX,
  FILE_LIMITS_MAX,
  HISTORY_MAX,
  LIFE_SECONDS,
  ROOM_ID_LENGTH,
  ROOM_MEMBERS_MAX,
  parseContact,
} from '@mayfly/protocol';
import { LOG_LEVELS, type LogLevel } from './observe/events.ts';
import { RATE_LEVELS, type RateLevel } from './guard/limits.ts';
import { hostText, parseHost, parseOrigin } from './guard/origins.ts';
import { parseBasePath } from './net/base-path.ts';
import { type RedisAddress, parseRedisUrl } from './store/redis/address.ts';

const MIB = 2 ** 20;

/** One row of docs/settings.md; `T` is what the server uses. */
export type Setting<T> = {
  readonly name: string;
  /** An older name that works too. */
  readonly alias?: string;
  /** Complaints don't quote it. */
  readonly isSecret?: true;
  /** As written in the environment; empty means not set. */
  readonly fallback: string;
  /** What is allowed; completes the sentence "must be …". */
  readonly allowed: string;
  readonly meaning: string;
  /** Undefined if the text is not allowed. */
  readonly read: (text: string) => { readonly value: T } | undefined;
};

/** Keys are for the code, names for operators. */
export const SETTINGS = {
  port: whole('PORT', '5000', 0, 65_535, 'TCP port to listen on; 0 picks a free one'),
  host: {
    name: 'HOST',
    fallback: '0.0.0.0',
    allowed: 'an address or a host name',
    meaning: 'address to listen on; `127.0.0.1` keeps it on this computer',
    read: readListenHost,
  },
  publicOrigin: {
    name: 'PUBLIC_ORIGIN',
    fallback: '',
    allowed: 'an origin such as https://chat.example, without a path',
    meaning: 'the address people use, if a proxy is in front; other hosts are then refused',
    read: (text) => (text === '' ? { value: undefined } : presence(parseOrigin(text))),
  },
  basePath: {
    name: 'BASE_PATH',
    fallback: '/',
    allowed: 'a path such as /chat-app/, of letters, digits, and - _ . ~ between slashes',
    meaning: 'path the server runs under, if it shares its host with other things: `/chat-app/`',
    read: (text) => presence(parseBasePath(text)),
  },
  roomLifeSeconds: minutes(
    'ROOM_EXPIRY_MINUTES',
    '30',
    'idle time after which a room disappears, unless its creator picks another',
  ),
  roomLifeMaxSeconds: minutes('ROOM_EXPIRY_MAX_MINUTES', '1440', 'longest idle time a creator can pick'),
  roomCodeLength: {
    ...whole('ROOM_CODE_LENGTH', '6', ROOM_ID_LENGTH.min, ROOM_ID_LENGTH.max, 'characters in a room code'),
    alias: 'GRID_SIZE',
  },
  maxMembers: whole('ROOM_MAX_MEMBERS', '1000', 2, ROOM_MEMBERS_MAX, 'members of one room'),
  historyMessages: whole(
    'ROOM_HISTORY_MESSAGES',
    '2000',
    10,
    HISTORY_MAX.messages,
    'messages a room keeps for people who join later',
  ),
  historyBytes: whole(
    'ROOM_HISTORY_BYTES',
    '2097152',
    4 * ENVELOPE_BYTES_MAX,
    HISTORY_MAX.bytes,
    'bytes of messages a room keeps',
  ),
  files: {
    name: 'FILES',
    fallback: 'on',
    allowed: 'on or off',
    meaning: '`off` takes no files at all',
    read: (text) => (text === 'on' || text === 'off' ? { value: text === 'on' } : undefined),
  },
  maxFileMb: whole('MAX_FILE_MB', '25', 0, FILE_LIMITS_MAX.file / MIB, 'MiB of one file; `0` takes no files'),
  maxRoomFilesMb: whole(
    'MAX_ROOM_FILES_MB',
    '100',
    1,
    FILE_LIMITS_MAX.room / MIB,
    'MiB of all files of a room',
  ),
  maxFilesMb: {
    name: 'MAX_FILES_MB',
    fallback: '',
    allowed: 'a whole number from 1 to 1048576',
    meaning: 'MiB of all files on this server; if not set, 512 or a quarter of its memory, whichever is less',
    read: (text) => (text === '' ? { value: undefined } : wholeIn(text, 1, 1_048_576)),
  },
  fileLifeMaxSeconds: minutes(
    'FILE_MAX_MINUTES',
    '120',
    'longest time a file is kept; the room may end sooner',
  ),
  maxRooms: whole('MAX_ROOMS', '10000', 1, 10_000_000, 'rooms at one time'),
  maxConnections: whole(
    'MAX_CONNECTIONS',
    '10000',
    1,
    1_000_000,
    'open connections at one time; fewer, with a warning, if `ulimit -n` is not at least 1,064 higher',
  ),
  rateLimits: {
    name: 'RATE_LIMITS',
    fallback: 'default',
    allowed: oneOf(RATE_LEVELS),
    meaning: '`strict` halves the limits per address and connection; `off` is for load tests',
    read: (text) => presence(RATE_LEVELS.find((level) => level === text)),
  },
  drainSeconds: whole(
    'DRAIN_SECONDS',
    '1',
    0,
    20,
    'seconds people get to move to another server when this one stops',
  ),
  trustProxy: whole(
    'TRUST_PROXY',
    '0',
    0,
    10,
    'number of reverse proxies whose `X-Forwarded-*` headers are trusted',
  ),
  allowedOrigins: {
    name: 'ALLOWED_ORIGINS',
    fallback: '',
    allowed: 'origins such as https://chat.example, separated by commas',
    meaning: 'other pages that may connect',
    read: (text) => listOf(text, parseOrigin),
  },
  allowedHosts: {
    name: 'ALLOWED_HOSTS',
    fallback: '',
    allowed: 'hosts such as chat.example or 192.168.1.5:5000, separated by commas',
    meaning: 'host names this server answers to (all, if this and `PUBLIC_ORIGIN` are empty)',
    read: (text) => listOf(text, readHost),
  },
  hideKey: yesOrNo(
    'HIDE_KEY',
    '1',
    '`0` leaves the key of an opened link in the address bar; `1` removes it once someone has joined',
  ),
  requireOrigin: yesOrNo(
    'REQUIRE_ORIGIN',
    '0',
    '`1` refuses clients that send no Origin (command-line tools, bots)',
  ),
  tlsCert: file('TLS_CERT', 'certificate chain (PEM file), to serve https without a proxy'),
  tlsKey: file('TLS_KEY', 'its private key (PEM file)'),
  hstsDays: whole(
    'HSTS_DAYS',
    '7',
    0,
    730,
    'days browsers refuse plain HTTP to this host after a visit over HTTPS (HSTS); `0` turns that off',
  ),
  adminSocket: file(
    'ADMIN_SOCKET',
    'Unix socket for `npm run admin`, which only its owner can open; if not set, there is none',
  ),
  abuseContact: {
    name: 'ABUSE_CONTACT',
    fallback: '',
    allowed: 'an email address, or an address that begins with https://',
    meaning: 'where people can report a room; the page shows it',
    read: (text) => (text === '' ? { value: undefined } : presence(parseContact(text))),
  },
  redisUrl: {
    name: 'REDIS_URL',
    isSecret: true,
    fallback: '',
    allowed:
      'redis://host:6379, redis+sentinel://host:26379,host/NAME or redis+cluster://host:6379,host (rediss with TLS; user:password@ before the hosts)',
    meaning:
      'the Redis or Valkey that holds the rooms, for more than one server; without it, this server holds them',
    read: (text) => (text === '' ? { value: undefined } : presence(parseRedisUrl(text))),
  },
  allowPersistentRedis: yesOrNo(
    'ALLOW_PERSISTENT_REDIS',
    '0',
    '`1` starts anyway, with a warning, if Redis persists to disk, may evict rooms or hides its settings',
  ),
  logLevel: {
    name: 'LOG_LEVEL',
    fallback: 'info',
    allowed: oneOf(LOG_LEVELS),
    meaning: 'log detail; never names, addresses, room codes or content',
    read: (text) => presence(LOG_LEVELS.find((level) => level === text)),
  },
} satisfies { readonly [K in keyof Config]: Setting<Config[K]> };

/** What the server runs with. Settings that are not given are `undefined`. */
export type Config = {
  readonly port: number;
  readonly host: string;
  readonly publicOrigin: string | undefined;
  /** With a slash at both ends. */
  readonly basePath: string;
  readonly roomLifeSeconds: number;
  readonly roomLifeMaxSeconds: number;
  readonly roomCodeLength: number;
  readonly maxMembers: number;
  readonly historyMessages: number;
  readonly historyBytes: number;
  readonly files: boolean;
  readonly maxFileMb: number;
  readonly maxRoomFilesMb: number;
  readonly maxFilesMb: number | undefined;
  readonly fileLifeMaxSeconds: number;
  readonly maxRooms: number;
  readonly maxConnections: number;
  readonly rateLimits: RateLevel;
  readonly drainSeconds: number;
  readonly trustProxy: number;
  readonly allowedOrigins: readonly string[];
  readonly allowedHosts: readonly string[];
  readonly hideKey: boolean;
  readonly requireOrigin: boolean;
  readonly tlsCert: string | undefined;
  readonly tlsKey: string | undefined;
  readonly hstsDays: number;
  readonly adminSocket: string | undefined;
  readonly abuseContact: string | undefined;
  readonly redisUrl: RedisAddress | undefined;
  readonly allowPersistentRedis: boolean;
  readonly logLevel: LogLevel;
};

export type Environment = { readonly [name: string]: string | undefined };

export type Loaded =
  | { readonly ok: true; readonly config: Config }
  /** A plain sentence for each problem. */
  | { readonly ok: false; readonly complaints: readonly string[] };

/** Blank settings count as absent: compose files leave them blank. */
export function loadConfig(environment: Environment): Loaded {
  const complaints: string[] = [];
  const take = <T>(setting: Setting<T>): T => {
    const { name, text } = given(setting, environment);
    const found = setting.read(text);
    if (found !== undefined) return found.value;
    const shown = setting.isSecret ? 'not understood' : JSON.stringify(text);
    complaints.push(`${name} is ${shown}, but must be ${setting.allowed}.`);
    return fallbackOf(setting);
  };
  const config: Config = {
    port: take(SETTINGS.port),
    host: take(SETTINGS.host),
    publicOrigin: take(SETTINGS.publicOrigin),
    basePath: take(SETTINGS.basePath),
    roomLifeSeconds: take(SETTINGS.roomLifeSeconds),
    roomLifeMaxSeconds: take(SETTINGS.roomLifeMaxSeconds),
    roomCodeLength: take(SETTINGS.roomCodeLength),
    maxMembers: take(SETTINGS.maxMembers),
    historyMessages: take(SETTINGS.historyMessages),
    historyBytes: take(SETTINGS.historyBytes),
    files: take(SETTINGS.files),
    maxFileMb: take(SETTINGS.maxFileMb),
    maxRoomFilesMb: take(SETTINGS.maxRoomFilesMb),
    maxFilesMb: take(SETTINGS.maxFilesMb),
    fileLifeMaxSeconds: take(SETTINGS.fileLifeMaxSeconds),
    maxRooms: take(SETTINGS.maxRooms),
    maxConnections: take(SETTINGS.maxConnections),
    rateLimits: take(SETTINGS.rateLimits),
    drainSeconds: take(SETTINGS.drainSeconds),
    trustProxy: take(SETTINGS.trustProxy),
    allowedOrigins: take(SETTINGS.allowedOrigins),
    allowedHosts: take(SETTINGS.allowedHosts),
    hideKey: take(SETTINGS.hideKey),
    requireOrigin: take(SETTINGS.requireOrigin),
    tlsCert: take(SETTINGS.tlsCert),
    tlsKey: take(SETTINGS.tlsKey),
    hstsDays: take(SETTINGS.hstsDays),
    adminSocket: take(SETTINGS.adminSocket),
    abuseContact: take(SETTINGS.abuseContact),
    redisUrl: take(SETTINGS.redisUrl),
    allowPersistentRedis: take(SETTINGS.allowPersistentRedis),
    logLevel: take(SETTINGS.logLevel),
  };
  if (complaints.length === 0) complaints.push(...clashes(config));
  return complaints.length === 0 ? { ok: true, config } : { ok: false, complaints };
}

function given<T>({ name, alias, fallback }: Setting<T>, environment: Environment) {
  for (const spelling of alias === undefined ? [name] : [name, alias]) {
    const text = environment[spelling]?.trim();
    if (text) return { name: spelling, text };
  }
  return { name, text: fallback };
}

function fallbackOf<T>({ name, fallback, read }: Setting<T>): T {
  const found = read(fallback);
  if (found === undefined) throw new Error(`the default of ${name} is outside its own bounds`);
  return found.value;
}

function clashes(config: Config): readonly string[] {
  const complaints: string[] = [];
  if (config.roomLifeSeconds > config.roomLifeMaxSeconds) {
    complaints.push('ROOM_EXPIRY_MINUTES is longer than ROOM_EXPIRY_MAX_MINUTES.');
  }
  if ((config.tlsCert === undefined) !== (config.tlsKey === undefined)) {
    complaints.push('TLS_CERT and TLS_KEY must be given together.');
  }
  return complaints;
}

function whole(name: string, fallback: string, min: number, max: number, meaning: string): Setting<number> {
  return {
    name,
    fallback,
    meaning,
    allowed: `a whole number from ${min} to ${max}`,
    read: (text) => wholeIn(text, min, max),
  };
}

function wholeIn(text: string, min: number, max: number): { readonly value: number } | undefined {
  return within(/^\d{1,15}$/.test(text) ? Number(text) : Number.NaN, min, max);
}

// Minutes, rounded to whole seconds; fractions are for tests and demos.
function minutes(name: string, fallback: string, meaning: string): Setting<number> {
  const { min, max } = LIFE_SECONDS;
  return {
    name,
    fallback,
    meaning,
    allowed: `a number of minutes from ${min / 60} to ${max / 60}`,
    read: (text) =>
      within(/^\d{1,9}(\.\d{1,9})?$/.test(text) ? Math.round(Number(text) * 60) : Number.NaN, min, max),
  };
}

function yesOrNo(name: string, fallback: '0' | '1', meaning: string): Setting<boolean> {
  return {
    name,
    fallback,
    meaning,
    allowed: '0 or 1',
    read: (text) => (text === '0' || text === '1' ? { value: text === '1' } : undefined),
  };
}

function file(name: string, meaning: string): Setting<string | undefined> {
  return {
    name,
    fallback: '',
    meaning,
    allowed: 'the path of a file',
    read: (text) => ({ value: text === '' ? undefined : text }),
  };
}

function oneOf(words: readonly string[]): string {
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

function within(value: number, min: number, max: number): { readonly value: number } | undefined {
  return value >= min && value <= max ? { value } : undefined;
}

function presence<T>(value: T | undefined): { readonly value: T } | undefined {
  return value === undefined ? undefined : { value };
}

function listOf(text: string, read: (entry: string) => string | undefined) {
  const entries = text.split(',').map((entry) => entry.trim());
  const found = entries.filter((entry) => entry !== '').map(read);
  const value = found.filter((entry) => entry !== undefined);
  return value.length === found.length ? { value } : undefined;
}

function readHost(text: string): string | undefined {
  const host = parseHost(text);
  return host && hostText(host);
}

// Unlike in a URL, `::` and `::1` have no brackets here.
function readListenHost(text: string): { readonly value: string } | undefined {
  return parseHost(text.includes(':') ? `[${text}]` : text) && { value: text };
}
