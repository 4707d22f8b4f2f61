// Redis over TLS, as an operator with a CA of their own sets it up.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRoom } from '@mayfly/client';
import { expect, test } from 'vitest';
import { CERTIFICATE } from '../../packages/server/src/testing/certificate.ts';
import { startTlsRedis } from '../../packages/server/src/testing/redis-server.ts';
import { startServerProcess } from './server-process.ts';

test('rediss:// works with the CA given to Node, and is refused without it', async () => {
  const { redis, tlsPort } = await startTlsRedis();
  await using primary = redis;
  const directory = await mkdtemp(join(tmpdir(), 'mayfly-ca-'));
  const ca = join(directory, 'ca.pem');
  await writeFile(ca, CERTIFICATE);
  const REDIS_URL = `rediss://localhost:${tlsPort}`;

  await expect(startServerProcess({ REDIS_URL })).rejects.toThrow(
    `No Redis answers: localhost:${tlsPort} (DEPTH_ZERO_SELF_SIGNED_CERT)`,
  );
  await using server = await startServerProcess({ REDIS_URL, NODE_EXTRA_CA_CERTS: ca });
  const origin = `http://127.0.0.1:${server.port}`;
  const created = await createRoom({ origin, lifeSeconds: 600, history: 'all', name: 'M0' });
  expect(created.ok).toBe(true);
  expect(String(await primary.ask('KEYS', 'r{*'))).toMatch(/^r\{\d+\}:/);
  await rm(directory, { recursive: true });
});
