// What the proxies of deploy/ write down about people.

import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { FILE_PART_BYTES } from '@mayfly/protocol';
import { expect, test } from 'vitest';
import { freePort } from '../../packages/server/src/testing/free-port.ts';
import { SentFile } from '../../packages/server/src/testing/sent-file.ts';
import { Talker } from '../../packages/server/src/testing/talker.ts';
import { makeRoom } from '../../packages/server/src/testing/test-rooms.ts';
import type { TestRequest } from '../../packages/server/src/testing/test-server.ts';
import { PROXY_HOST, type ProxyName, ReverseProxy } from './reverse-proxy.ts';
import { startTestServer } from './stage.ts';

type Asked = Pick<TestRequest, 'method' | 'headers' | 'body'>;

/** Through the proxy, as a visitor asks. */
async function ask(port: number, path: string, { method = 'GET', headers = {}, body }: Asked = {}) {
  const asked = request({
    host: '127.0.0.1',
    port,
    method,
    path,
    servername: PROXY_HOST,
    headers: { host: `${PROXY_HOST}:${port}`, 'user-agent': 'canary agent', ...headers },
    rejectUnauthorized: false,
    agent: false,
  }).end(body);
  const [answer]: IncomingMessage[] = await once(asked, 'response');
  const chunks: Buffer[] = [];
  for await (const chunk of answer ?? []) chunks.push(Buffer.from(chunk));
  return { status: answer?.statusCode, body: Buffer.concat(chunks) };
}

test.each<ProxyName>(['nginx', 'caddy'])(
  '%s passes files on, and logs no room, no file and no visitor, with Mayfly up or down',
  async (name) => {
    const port = await freePort();
    const settings = { HOST: '127.0.0.1', PUBLIC_ORIGIN: `https://${PROXY_HOST}:${port}`, TRUST_PROXY: '1' };
    const server = await startTestServer(settings);
    const options = { port, serverPort: server.port, basePath: '/', removesPath: false };
    await using proxy = await ReverseProxy.start(name, options);
    expect((await ask(port, '/chat/CanaryUp')).status).toBe(200);
    await sendsFile(port, server);
    await server[Symbol.asyncDispose]();
    for (const path of ['/chat/CanaryDown', '/api/rooms/CanaryDown/files/canary'])
      expect((await ask(port, path)).status).toBe(502);
    // Whatever it has written is read once it has ended.
    await proxy.restart();
    expect(await proxy.written()).not.toMatch(/canary|api.rooms/i);
  },
);

/** Parts up and the file down, byte for byte. */
async function sendsFile(port: number, { port: serverPort }: { readonly port: number }): Promise<void> {
  const direct = { server: { address: '127.0.0.1', port: serverPort } };
  const room = await makeRoom(direct);
  const ann = await new Talker(direct).enter(room, 'ann');
  const file = new SentFile(room, 1, 2 * FILE_PART_BYTES + 5_000);
  await file.open(ann);
  for (let n = 0; n < file.parts; n++) {
    const { path = '', ...part } = file.request(n);
    expect((await ask(port, path, part)).status).toBe(204);
  }
  const whole = await ask(port, file.path);
  const end = await ask(port, file.path, { headers: { range: `bytes=${FILE_PART_BYTES}-` } });
  expect([whole.status, whole.body.equals(file.bytes)]).toEqual([200, true]);
  expect([end.status, end.body.equals(file.bytes.subarray(FILE_PART_BYTES))]).toEqual([206, true]);
  ann.ws.terminate();
}
