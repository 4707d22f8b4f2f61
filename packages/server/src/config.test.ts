import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type Config, type Environment, SETTINGS, loadConfig } from './config.ts';

function configOf(environment: Environment): Config {
  const loaded = loadConfig(environment);
  if (!loaded.ok) throw new Error(loaded.complaints.join(' '));
  return loaded.config;
}

function complaintsOf(environment: Environment): readonly string[] {
  const loaded = loadConfig(environment);
  return loaded.ok ? [] : loaded.complaints;
}

test('without settings it uses the defaults', () => {
  expect(configOf({})).toEqual({
    port: 5000,
    host: '0.0.0.0',
    publicOrigin: undefined,
    basePath: '/',
    roomLifeSeconds: 1800,
    roomLifeMaxSeconds: 86_400,
    roomCodeLength: 6,
    maxMembers: 1000,
    historyMessages: 2000,
    historyBytes: 2 * 1024 * 1024,
    files: true,
    maxFileMb: 25,
    maxRoomFilesMb: 100,
    maxFilesMb: undefined,
    fileLifeMaxSeconds: 7200,
    maxRooms: 10_000,
    maxConnections: 10_000,
    rateLimits: 'default',
    drainSeconds: 1,
    trustProxy: 0,
    allowedOrigins: [],
    allowedHosts: [],
    hideKey: true,
    requireOrigin: false,
    tlsCert: undefined,
    tlsKey: undefined,
    hstsDays: 7,
    adminSocket: undefined,
    abuseContact: undefined,
    redisUrl: undefined,
    allowPersistentRedis: false,
    logLevel: 'info',
  });
});

const WRITTEN: readonly (readonly [Environment, Partial<Config>])[] = [
  [{ PORT: '8080' }, { port: 8080 }],
  [{ HOST: '::1' }, { host: '::1' }],
  [{ PUBLIC_ORIGIN: 'https://Chat.Example:443/' }, { publicOrigin: 'https://chat.example' }],
  [{ BASE_PATH: 'chat-app' }, { basePath: '/chat-app/' }],
  [{ ROOM_EXPIRY_MINUTES: '0.05' }, { roomLifeSeconds: 3 }],
  [{ ROOM_EXPIRY_MINUTES: '2.5' }, { roomLifeSeconds: 150 }],
  [{ GRID_SIZE: '8' }, { roomCodeLength: 8 }],
  [{ GRID_SIZE: '8', ROOM_CODE_LENGTH: '9' }, { roomCodeLength: 9 }],
  [{ ROOM_CODE_LENGTH: ' ', GRID_SIZE: '8' }, { roomCodeLength: 8 }],
  [{ PORT: '' }, { port: 5000 }],
  [
    { FILES: 'off', MAX_FILES_MB: '64' },
    { files: false, maxFilesMb: 64 },
  ],
  [
    { FILE_MAX_MINUTES: '0.5', MAX_FILE_MB: '0' },
    { fileLifeMaxSeconds: 30, maxFileMb: 0 },
  ],
  [
    { ALLOWED_ORIGINS: 'https://a.example, http://b.example:80,' },
    { allowedOrigins: ['https://a.example', 'http://b.example'] },
  ],
  [{ ALLOWED_HOSTS: 'A.example, 10.0.0.2:5000' }, { allowedHosts: ['a.example', '10.0.0.2:5000'] }],
  [{ HIDE_KEY: '0' }, { hideKey: false }],
  [{ REQUIRE_ORIGIN: '1' }, { requireOrigin: true }],
  [
    { TLS_CERT: 'cert.pem', TLS_KEY: 'key.pem' },
    { tlsCert: 'cert.pem', tlsKey: 'key.pem' },
  ],
  [{ HSTS_DAYS: '0' }, { hstsDays: 0 }],
  [{ DRAIN_SECONDS: '0' }, { drainSeconds: 0 }],
  [{ LOG_LEVEL: 'silent' }, { logLevel: 'silent' }],
  [{ RATE_LIMITS: 'strict' }, { rateLimits: 'strict' }],
  [
    { REDIS_URL: 'redis+sentinel://a.example,b.example:1/mayfly' },
    {
      redisUrl: {
        shape: 'sentinel',
        hosts: [
          { host: 'a.example', port: 26_379 },
          { host: 'b.example', port: 1 },
        ],
        tls: false,
        name: 'mayfly',
      },
    },
  ],
  [{ ALLOW_PERSISTENT_REDIS: '1' }, { allowPersistentRedis: true }],
];

test.each(WRITTEN)('%j', (environment, expected) => {
  expect(configOf(environment)).toMatchObject(expected);
});

test.each([
  ['PORT', 'abc'],
  ['PORT', '-1'],
  ['PORT', '65536'],
  ['PORT', '5e3'],
  ['PORT', '0x50'],
  ['HOST', 'a b'],
  ['PUBLIC_ORIGIN', 'chat.example'],
  ['PUBLIC_ORIGIN', 'https://chat.example/path'],
  ['BASE_PATH', 'https://example.org/chat-app'],
  ['BASE_PATH', '/a/../b'],
  ['ROOM_EXPIRY_MINUTES', '0'],
  ['ROOM_EXPIRY_MINUTES', '0.01'],
  ['ROOM_EXPIRY_MINUTES', '99999'],
  ['ROOM_EXPIRY_MINUTES', 'Infinity'],
  ['ROOM_CODE_LENGTH', '3'],
  ['GRID_SIZE', '33'],
  ['ROOM_MAX_MEMBERS', '1'],
  ['ROOM_HISTORY_BYTES', '1000'],
  ['ABUSE_CONTACT', 'javascript:alert(1)'],
  ['ABUSE_CONTACT', 'http://chat.example'],
  ['ABUSE_CONTACT', 'write to me'],
  ['FILES', 'yes'],
  ['MAX_FILE_MB', '1025'],
  ['MAX_FILES_MB', '0'],
  ['MAX_ROOM_FILES_MB', '0'],
  ['ALLOWED_ORIGINS', 'https://a.example, b.example'],
  ['ALLOWED_HOSTS', 'a/b'],
  ['REQUIRE_ORIGIN', 'yes'],
  ['LOG_LEVEL', 'debug'],
  ['RATE_LIMITS', '0'],
  ['HSTS_DAYS', '731'],
  ['ALLOW_PERSISTENT_REDIS', 'yes'],
])('%s=%s is refused, naming what was given and what is allowed', (name, text) => {
  const complaints = complaintsOf({ [name]: text });
  expect(complaints).toHaveLength(1);
  expect(complaints[0]).toMatch(/^[A-Z_]+ is ".*", but must be .+\.$/);
  expect(complaints[0]).toContain(`${name} is "${text}"`);
});

test.each(['localhost:6379', 'http://canary@a', 'redis://:canary@a,b', 'redis://:canary%zz@a'])(
  'REDIS_URL=%s is refused without quoting it, because it may hold a password',
  (text) => {
    expect(complaintsOf({ REDIS_URL: text })).toEqual([
      expect.stringMatching(/^REDIS_URL is not understood, but must be (?!.*canary).*\.$/),
    ]);
  },
);

test('all problems are reported at once', () => {
  expect(complaintsOf({ PORT: 'x', LOG_LEVEL: 'y', GRID_SIZE: 'z' })).toHaveLength(3);
});

test('settings that contradict each other are refused', () => {
  expect(complaintsOf({ ROOM_EXPIRY_MINUTES: '60', ROOM_EXPIRY_MAX_MINUTES: '30' })).toEqual([
    'ROOM_EXPIRY_MINUTES is longer than ROOM_EXPIRY_MAX_MINUTES.',
  ]);
  expect(complaintsOf({ TLS_KEY: 'key.pem' })).toEqual(['TLS_CERT and TLS_KEY must be given together.']);
});

test('docs/settings.md lists every setting with its default and meaning, and nothing else', () => {
  const page = readFileSync(new URL('../../../docs/settings.md', import.meta.url), 'utf8');
  const rows = page.split('\n').flatMap((line) => {
    const [, name, fallback, meaning] = /^\|\s*`([A-Z_]+)`[^|]*\|([^|]*)\|([^|]*)\|$/.exec(line) ?? [];
    return name === undefined
      ? []
      : [{ name, fallback: fallback?.trim().replaceAll(/[`–]/g, ''), meaning: meaning?.trim() }];
  });
  const settings = Object.values(SETTINGS).map(({ name, fallback, meaning }) => ({
    name,
    fallback,
    meaning,
  }));
  expect(rows.toSorted(byName)).toEqual(settings.toSorted(byName));
});

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name.localeCompare(b.name);
}
