import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CERTIFICATE, PRIVATE_KEY } from '../packages/server/src/testing/certificate.ts';
import { startTestServer } from '../packages/server/src/testing/test-server.ts';
import { freePort } from '../packages/server/src/testing/free-port.ts';

const HEALTH = fileURLToPath(new URL('health.mjs', import.meta.url));

let directory = '';
let tls: { readonly TLS_CERT: string; readonly TLS_KEY: string };
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'mayfly-health-'));
  tls = { TLS_CERT: join(directory, 'cert.pem'), TLS_KEY: join(directory, 'key.pem') };
  writeFileSync(tls.TLS_CERT, CERTIFICATE);
  writeFileSync(tls.TLS_KEY, PRIVATE_KEY);
});
afterAll(() => rmSync(directory, { recursive: true }));

/** The exit code of the health check under these settings. */
async function health(settings: { readonly [name: string]: string }, cwd = directory): Promise<unknown> {
  const check = spawn(process.execPath, [HEALTH], { env: settings, cwd, stdio: 'inherit' });
  const [code]: unknown[] = await once(check, 'exit');
  return code;
}

const hasIpv6 = Object.values(networkInterfaces()).some((all) =>
  all?.some(({ address }) => address === '::1'),
);

test.each([
  {},
  { HOST: '127.0.0.9' },
  { HOST: '0.0.0.0' },
  { HOST: 'localhost' },
  ...(hasIpv6 ? [{ HOST: '::' }, { HOST: '::1' }] : []),
  { PUBLIC_ORIGIN: 'https://chat.example', TRUST_PROXY: '1' },
  { BASE_PATH: '/chat-app/' },
  { BASE_PATH: 'a/b' },
])('a server with %j is healthy', async (settings) => {
  await using testServer = await startTestServer(settings);
  expect(await health({ HOST: '127.0.0.1', ...settings, PORT: String(testServer.server.port) })).toBe(0);
});

test('a server with TLS is healthy, whatever name its certificate has', async () => {
  const settings = { ...tls, HOST: '127.0.0.9' };
  await using testServer = await startTestServer(settings);
  expect(await health({ ...settings, PORT: String(testServer.server.port) })).toBe(0);
});

test('settings may come from .env; blank variables do not count', async () => {
  await using testServer = await startTestServer(tls);
  const lines = Object.entries({ ...tls, PORT: String(testServer.server.port) }).map(
    ([name, text]) => `${name}=${text}`,
  );
  writeFileSync(join(directory, '.env'), lines.join('\n'));
  expect(await health({ PORT: ' ', HOST: '' })).toBe(0);
  rmSync(join(directory, '.env'));
});

test.each([
  ['', '/healthz'],
  ['/', '/healthz'],
  ['/chat-app/', '/chat-app/healthz'],
  ['chat-app', '/chat-app/healthz'],
  ['/a/b', '/a/b/healthz'],
])('with BASE_PATH=%s it asks %s', async (basePath, path) => {
  await using server = createServer(({ url }, answer) => answer.writeHead(url === path ? 200 : 404).end());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  expect(await health({ BASE_PATH: basePath, PORT: String(portOf(server.address())) })).toBe(0);
});

test('no server is unhealthy, and so is one that speaks another protocol', async () => {
  expect(await health({ PORT: String(await freePort()) })).toBe(1);
  await using testServer = await startTestServer();
  expect(await health({ ...tls, HOST: '127.0.0.1', PORT: String(testServer.server.port) })).toBe(1);
});

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  return address.port;
}
