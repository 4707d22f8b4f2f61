import { randomBytes } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import type { IncomingHttpHeaders } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Environment } from './config.ts';
import { type Run, greeting, run } from './run.ts';
import { CERTIFICATE, PRIVATE_KEY } from './testing/certificate.ts';
import { TestClock } from './testing/clock.ts';
import { makePage } from './testing/test-server.ts';

let page: string;
beforeAll(() => {
  page = makePage();
});
afterAll(() => rmSync(page, { recursive: true }));

type Output = { readonly said: string[]; readonly complaints: string[]; readonly running: Run | undefined };

async function start(
  environment: Environment,
  { envFile = '', pageDirectory = page }: { envFile?: string; pageDirectory?: string } = {},
): Promise<Output> {
  const said: string[] = [];
  const complaints: string[] = [];
  const envPath = join(page, '.env');
  writeFileSync(envPath, envFile);
  const running = await run({
    environment: { HOST: '127.0.0.1', PORT: '0', ...environment },
    envPath,
    addresses: ['192.168.1.7'],
    pageDirectory,
    clock: new TestClock(),
    random: (length) => randomBytes(length),
    say: (line) => void said.push(line),
    complain: (line) => void complaints.push(line),
  });
  return { said, complaints, running };
}

async function complaintsOf(environment: Environment, more?: Parameters<typeof start>[1]) {
  const { said, complaints, running } = await start(environment, more);
  expect(running).toBeUndefined();
  expect(said).toEqual([]);
  return complaints;
}

test('the greeting says where to go', async () => {
  const { said, complaints, running } = await start({});
  expect(said.join('\n')).toContain(`http://localhost:${running?.server.port}`);
  expect(complaints).toEqual([]);
  await running?.server[Symbol.asyncDispose]();
});

test('variables win over .env, except blank ones', async () => {
  const envFile = 'LOG_LEVEL=nonsense\nPORT=abc\n';
  expect(await complaintsOf({ LOG_LEVEL: ' ' }, { envFile })).toEqual([
    'mayfly: LOG_LEVEL is "nonsense", but must be silent, error or info.',
  ]);
});

test('all that is wrong is reported at once: names, values, and what the misspelt one was needed for', async () => {
  const envFile = 'TLS_CRT=cert.pem\nTLS_KEY=key.pem\n';
  expect(await complaintsOf({ ROOM_EXPIRY_MINUTE: '5' }, { envFile })).toEqual([
    'mayfly: warning: ROOM_EXPIRY_MINUTE is not a setting. Did you mean ROOM_EXPIRY_MINUTES?',
    'mayfly: .env sets TLS_CRT, which is not a setting. Did you mean TLS_CERT?',
    'mayfly: TLS_CERT and TLS_KEY must be given together.',
  ]);
});

test('a misspelt variable is only a warning', async () => {
  const { complaints, running } = await start({ ROOM_EXPIRY_MINUTE: '5' });
  expect(complaints).toEqual([
    'mayfly: warning: ROOM_EXPIRY_MINUTE is not a setting. Did you mean ROOM_EXPIRY_MINUTES?',
  ]);
  await running?.server[Symbol.asyncDispose]();
});

test('with TLS files it speaks https and asks browsers to stay with it', async () => {
  const [cert, key] = [join(page, 'cert.pem'), join(page, 'key.pem')];
  writeFileSync(cert, CERTIFICATE);
  writeFileSync(key, PRIVATE_KEY);
  const { said, running } = await start({ TLS_CERT: cert, TLS_KEY: key, LOG_LEVEL: 'error' });
  const port = running?.server.port;
  expect(said.join('\n')).toContain(`https://localhost:${port}`);
  const headers = await new Promise<IncomingHttpHeaders>((resolve, reject) => {
    const asked = request({ host: 'localhost', port, ca: CERTIFICATE, agent: false }, (answer) => {
      answer.resume();
      resolve(answer.headers);
    });
    asked.on('error', reject).end();
  });
  expect(headers['strict-transport-security']).toBe('max-age=604800');
  expect(headers['content-security-policy']).toContain(`connect-src 'self' wss://localhost:${port};`);
  await running?.server[Symbol.asyncDispose]();
});

describe('whatever prevents the start is one line', () => {
  test('a bad setting', async () => {
    expect(await complaintsOf({ PORT: 'abc' })).toEqual([
      'mayfly: PORT is "abc", but must be a whole number from 0 to 65535.',
    ]);
  });

  test('a port in use', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => {
      other.listen(0, '127.0.0.1', resolve);
    });
    const bound = other.address();
    const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
    expect(await complaintsOf({ PORT: String(port) })).toEqual([
      `mayfly: Port ${port} is in use. Stop the other program, or choose another port: PORT=${port + 1}`,
    ]);
    other.close();
  });

  test('an address of another machine', async () => {
    expect(await complaintsOf({ HOST: '198.51.100.77' })).toEqual([
      'mayfly: HOST is 198.51.100.77, which is not an address of this machine. HOST=0.0.0.0 listens on all of them.',
    ]);
  });

  test('the page is not built', async () => {
    const pageDirectory = join(page, 'assets');
    expect(await complaintsOf({}, { pageDirectory })).toEqual([
      "mayfly: The page isn't built. npm start builds it.",
    ]);
  });

  test('TLS files that are missing or hold something else', async () => {
    const html = join(page, 'index.html');
    expect(await complaintsOf({ TLS_CERT: '/no/such/file', TLS_KEY: html })).toEqual([
      "mayfly: TLS_CERT can't be read: /no/such/file (ENOENT).",
    ]);
    expect(await complaintsOf({ TLS_CERT: html, TLS_KEY: html })).toEqual([
      'mayfly: TLS_CERT and TLS_KEY must hold a certificate and its key without a passphrase, as PEM.',
    ]);
  });
});

const urls = (lines: readonly string[]) => lines.join('\n').match(/https?:\S+/g);

describe('the greeting', () => {
  const at = {
    port: 5000,
    secure: false,
    publicOrigin: undefined,
    basePath: '/',
    allowedOrigins: [],
    allowedHosts: [],
    requireOrigin: false,
    trustProxy: 0,
    redisUrl: undefined,
    addresses: ['192.168.1.7', '10.0.0.2'],
  };

  test('names this machine and its addresses if it listens on all of them', () => {
    const everywhere = ['http://localhost:5000', 'http://192.168.1.7:5000', 'http://10.0.0.2:5000'];
    expect(urls(greeting({ ...at, host: '0.0.0.0' }))).toEqual(everywhere);
    expect(urls(greeting({ ...at, host: '::' }))).toEqual(everywhere);
  });

  test('names only what it listens on', () => {
    expect(urls(greeting({ ...at, host: '127.0.0.1' }))).toEqual(['http://localhost:5000']);
    expect(urls(greeting({ ...at, host: '::1' }))).toEqual(['http://localhost:5000']);
    expect(greeting({ ...at, host: '127.0.0.9' })).toContain('    On this machine   http://127.0.0.9:5000');
    expect(greeting({ ...at, host: 'chat.localhost' })).toContain(
      '    On this machine   http://chat.localhost:5000',
    );
    expect(urls(greeting({ ...at, host: '192.168.1.7' }))).toEqual(['http://192.168.1.7:5000']);
    expect(urls(greeting({ ...at, host: 'fe80::1' }))).toEqual(['http://[fe80::1]:5000']);
  });

  test('names the public address first', () => {
    const named = { ...at, host: '127.0.0.1', secure: true, publicOrigin: 'https://chat.example' };
    expect(urls(greeting(named))).toEqual(['https://chat.example', 'https://localhost:5000']);
  });

  test('names the path it runs under', () => {
    const under = { ...at, host: '127.0.0.1', publicOrigin: 'https://example.org', basePath: '/chat-app/' };
    expect(urls(greeting(under))).toEqual([
      'https://example.org/chat-app/',
      'http://localhost:5000/chat-app/',
    ]);
  });

  test('names no address that would answer 421', () => {
    const behind = { ...at, host: '0.0.0.0', publicOrigin: 'https://chat.example' };
    expect(urls(greeting(behind))).toEqual(['https://chat.example', 'http://localhost:5000']);
    const one = { ...at, host: '0.0.0.0', allowedHosts: ['10.0.0.2:5000'] };
    expect(urls(greeting(one))).toEqual(['http://localhost:5000', 'http://10.0.0.2:5000']);
  });
});
