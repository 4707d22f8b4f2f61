// What the proxies of deploy/ write down about people.

import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { expect, test } from 'vitest';
import { freePort } from '../../packages/server/src/testing/free-port.ts';
import { PROXY_HOST, type ProxyName, ReverseProxy } from './reverse-proxy.ts';
import { startTestServer } from './stage.ts';

/** The status of a request for this path. */
async function statusOf(port: number, path: string): Promise<number | undefined> {
  const asked = request({
    host: '127.0.0.1',
    port,
    path,
    servername: PROXY_HOST,
    headers: { host: `${PROXY_HOST}:${port}`, 'user-agent': 'canary agent' },
    rejectUnauthorized: false,
    agent: false,
  }).end();
  const [answer]: IncomingMessage[] = await once(asked, 'response');
  answer?.resume();
  return answer?.statusCode;
}

test.each<ProxyName>(['nginx', 'caddy'])(
  '%s logs no room and no visitor, with Mayfly up or down',
  async (name) => {
    const port = await freePort();
    const settings = { HOST: '127.0.0.1', PUBLIC_ORIGIN: `https://${PROXY_HOST}:${port}`, TRUST_PROXY: '1' };
    const server = await startTestServer(settings);
    const options = { port, serverPort: server.port, basePath: '/', removesPath: false };
    await using proxy = await ReverseProxy.start(name, options);
    expect(await statusOf(port, '/chat/CanaryUp')).toBe(200);
    await server[Symbol.asyncDispose]();
    expect(await statusOf(port, '/chat/CanaryDown')).toBe(502);
    // Whatever it has written is read once it has ended.
    await proxy.restart();
    expect(await proxy.written()).not.toMatch(/canary/i);
  },
);
