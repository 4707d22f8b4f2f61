import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SETTINGS } from './config.ts';
import { nearestSetting, readEnvironment } from './environment.ts';

let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mayfly-env-'));
  path = join(directory, '.env');
});
afterEach(() => rmSync(directory, { recursive: true }));

const OTHER_PROGRAMS = `
  HOME PATH TERM USER MAIL PWD SHELL HOSTNAME LOGNAME LANG TZ _ SHLVL NODE_ENV NODE_OPTIONS
  INIT_CWD npm_execpath npm_config_loglevel SSL_CERT_FILE DOCKER_HOST KUBERNETES_PORT
  KUBERNETES_SERVICE_HOST MAYFLY_PORT MAYFLY_SERVICE_HOST REDIS_HOST REDIS_PORT DATABASE_URL
  GPG_KEY API_KEY SSL_CERT_DIR REDIS_TLS_URL COMPOSE_PROJECT_NAME CHROMIUM_PATH REDIS_SERVER_PATH
`
  .trim()
  .split(/\s+/);

function settingsOf(text: string | Uint8Array) {
  writeFileSync(path, text);
  return readEnvironment({}, path);
}

test('a missing .env means no settings', () => {
  expect(readEnvironment({ PORT: '1' }, path)).toEqual({
    environment: { PORT: '1' },
    complaints: [],
    warnings: [],
  });
});

test('variables win over the file, blank ones do not', () => {
  writeFileSync(path, 'PORT=1\nHOST=127.0.0.1\n');
  expect(readEnvironment({ PORT: '2', HOST: ' ' }, path).environment).toEqual({
    PORT: '2',
    HOST: '127.0.0.1',
  });
});

test('comments, quotes, spaces, export, Windows line ends and a byte order mark are fine', () => {
  const text =
    '\uFEFF# a comment\r\n\r\nPORT = 5001 # why\r\nexport HOST="::1"\r\n  TLS_KEY=\'a b\'\r\nRATE_LIMITS=\r\n';
  expect(settingsOf(text)).toEqual({
    environment: { PORT: '5001', HOST: '::1', TLS_KEY: 'a b', RATE_LIMITS: '' },
    complaints: [],
    warnings: [],
  });
});

describe('a .env that is there but cannot be used stops the start', () => {
  test('a folder', () => {
    mkdirSync(path);
    expect(readEnvironment({}, path)).toEqual({
      environment: {},
      complaints: ["The file .env can't be read (EISDIR). Make it readable, or remove it."],
      warnings: [],
    });
  });

  test('a path that leads through a file', () => {
    writeFileSync(path, '');
    expect(readEnvironment({}, join(path, '.env'))).toMatchObject({
      complaints: [expect.stringContaining('(ENOTDIR)')],
    });
  });

  test('UTF-16, which Windows writes', () => {
    expect(settingsOf(Buffer.from('\uFEFFPORT=5001', 'utf16le'))).toEqual({
      environment: {},
      complaints: ["The file .env can't be read (it is not UTF-8 text). Make it readable, or remove it."],
      warnings: [],
    });
  });

  test.each([
    'PORT 5001',
    'PORT: 5001',
    'PORT:5001',
    'PORT',
    'set PORT=5001',
    '=5001',
    '; PORT=1',
    'PORT="5001',
    '5=1',
  ])('a line that is no setting: %s', (line) => {
    const { complaints } = settingsOf(`# first\n${line}\nREDIS_URL=redis://canary@a\n`);
    expect(complaints).toEqual(['Line 2 of .env must be NAME=value, or a comment after #.']);
  });
});

describe('misspelt settings', () => {
  test('in .env they stop the start, and all are named', () => {
    const { complaints } = settingsOf('ROOM_EXPIRY_MINUTE=5\nPROT=canary\nport=5001\nHOST=::\n');
    expect(complaints).toEqual([
      '.env sets ROOM_EXPIRY_MINUTE, which is not a setting. Did you mean ROOM_EXPIRY_MINUTES?',
      '.env sets PROT, which is not a setting. Did you mean PORT?',
      '.env sets port, which is not a setting. Did you mean PORT?',
    ]);
  });

  test('a line in .env for another program is named, and the start goes on', () => {
    expect(settingsOf('NODE_ENV=production\nPORT=5001\n')).toEqual({
      environment: { NODE_ENV: 'production', PORT: '5001' },
      complaints: [],
      warnings: ['.env sets NODE_ENV, which is not a Mayfly setting and has no effect.'],
    });
  });

  test('among the variables, which other programs share, they are named and the start goes on', () => {
    expect(readEnvironment({ ROOM_EXPIRY_MINUTE: '5', HOME: '/root' }, path)).toMatchObject({
      complaints: [],
      warnings: ['ROOM_EXPIRY_MINUTE is not a setting. Did you mean ROOM_EXPIRY_MINUTES?'],
    });
  });

  test('a variable that resembles a given setting belongs to another program', () => {
    expect(readEnvironment({ REDIS_URI: 'x', REDIS_URL: 'redis://a' }, path).warnings).toEqual([]);
    writeFileSync(path, 'REDIS_URL=redis://a\n');
    expect(readEnvironment({ REDIS_URI: 'x' }, path).warnings).toEqual([]);
  });

  test.each([
    ['ROOM_EXPIRY_MINUTE', 'ROOM_EXPIRY_MINUTES'],
    ['ROOM_EXPIRY_MAX_MINUTE', 'ROOM_EXPIRY_MAX_MINUTES'],
    ['ROOM_MEMBERS_MAX', 'ROOM_MAX_MEMBERS'],
    ['ROOMS_MAX', 'MAX_ROOMS'],
    ['MAXROOMS', 'MAX_ROOMS'],
    ['Log_Level', 'LOG_LEVEL'],
    ['LOGLEVEL', 'LOG_LEVEL'],
    ['REDIS_URI', 'REDIS_URL'],
    ['TRUST_PROXIES', 'TRUST_PROXY'],
    ['TLS_CRT', 'TLS_CERT'],
    ['ALLOW_ORIGINS', 'ALLOWED_ORIGINS'],
    ['GRIDSIZE', 'GRID_SIZE'],
    ['HSOT', 'HOST'],
    ['SSL_KEY', 'TLS_KEY'],
  ])('%s is taken for %s', (name, meant) => {
    expect(nearestSetting(name)).toBe(meant);
  });

  test.each(Object.values(SETTINGS).map(({ name }) => name))('%s is nearest to itself', (name) => {
    expect(nearestSetting(name)).toBe(name);
  });

  test.each(OTHER_PROGRAMS)('%s is taken for none', (name) => {
    expect(nearestSetting(name)).toBeUndefined();
  });
});
