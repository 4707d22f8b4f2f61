// The configurations of deploy/ for reverse proxies, with a browser in front of them: at the root of a host, and under a path.

import { chromium } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { freePort } from '../../packages/server/src/testing/free-port.ts';
import { CHROMIUM_FLAGS, chromiumPath } from './chromium.ts';
import { PROXY_HOST, type ProxyName, ReverseProxy } from './reverse-proxy.ts';
import { Stage, startTestServer } from './stage.ts';

async function openBehind(name: ProxyName, basePath: string, removesPath: boolean) {
  const port = await freePort();
  const origin = `https://${PROXY_HOST}:${port}`;
  const settings = { HOST: '127.0.0.1', PUBLIC_ORIGIN: origin, TRUST_PROXY: '1', BASE_PATH: basePath };
  const server = await startTestServer(settings);
  const proxy = await ReverseProxy.start(name, { port, serverPort: server.port, basePath, removesPath });
  const browser = await chromium.launch({
    executablePath: chromiumPath(),
    args: [
      ...CHROMIUM_FLAGS,
      `--host-resolver-rules=MAP ${PROXY_HOST} 127.0.0.1`,
      '--ignore-certificate-errors',
    ],
    headless: true,
  });
  const stage = new Stage(origin + basePath.slice(0, -1), browser, server);
  const close = async () => {
    await stage[Symbol.asyncDispose]();
    await proxy[Symbol.asyncDispose]();
  };
  return { stage, proxy, start: origin + basePath, [Symbol.asyncDispose]: close };
}

describe.concurrent.each<[ProxyName, string, 'keeps' | 'removes']>([
  ['nginx', '/', 'keeps'],
  ['nginx', '/chat-app/', 'keeps'],
  ['nginx', '/chat-app/', 'removes'],
  ['caddy', '/', 'keeps'],
  ['caddy', '/chat-app/', 'keeps'],
  ['caddy', '/chat-app/', 'removes'],
])('behind %s at %s, which it %s', (name, basePath, does) => {
  test('create, join and talk; everyone is back after the proxy restarts; leave', async () => {
    await using behind = await openBehind(name, basePath, does === 'removes');
    const { stage, proxy, start } = behind;
    const [ann, bob] = [await stage.person(), await stage.person()];
    for (const person of [ann, bob]) person.expectComplaints(/WebSocket|ERR_CONNECTION/);

    const link = await ann.createRoom({ name: 'Ann' });
    expect(link.startsWith(`${start}chat/`)).toBe(true);
    expect(ann.page.url()).toBe(link.split('#')[0]);
    await bob.join(link, 'Bob');
    await ann.sees('Bob joined the chat');
    await bob.send('hello Ann');
    await ann.sees('hello Ann');

    await proxy.restart();
    await ann.send('still here?');
    await bob.sees('still here?');
    await bob.page.reload();
    await bob.inRoom();
    await bob.send('yes');
    await ann.sees('yes');
    expect(await ann.log().getByText('Bob left the chat').count()).toBe(0);

    await bob.leave();
    await bob.heading('A room that lives as long as the conversation.');
    expect(bob.page.url()).toBe(start);
    const files = ['logo.svg', 'manifest.webmanifest', 'robots.txt', 'healthz'];
    const statuses = bob.page.evaluate(
      (paths) => Promise.all(paths.map(async (path) => (await fetch(path)).status)),
      files.map((file) => basePath + file),
    );
    expect(await statuses).toEqual([200, 200, 200, 200]);
  });
});
