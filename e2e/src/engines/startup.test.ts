// What WebKit's console says while a page starts, which its driver does not tell: read from a browser without a driver.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { createRoom, makeLink } from '@mayfly/client';
import { expect, test } from 'vitest';
import { startTestServer } from '../stage.ts';

const FLAGS = ['--platform=headless', '--enable-write-console-messages-to-stdout=true'];

/** Safari 16.0 ignores what came after it, and says so. */
const NEWER_THAN_THE_ENGINE =
  /Unrecognized Content-Security-Policy directive '(manifest-src|require-trusted-types-for|trusted-types)'|"interactive-widget" not recognized/;

/** This engine may read the headers of a page and then wait for itself forever. So long an engine with nothing to do is that. */
const STUCK_MS = 20_000;

/** Until the page is loaded, scripts and all. */
async function consoleOf(url: string): Promise<readonly string[]> {
  for (;;) {
    const { said, hasBegun } = await consoleOfOne(url);
    if (hasBegun) return said;
  }
}

/** `hasBegun`: the engine took the page it was sent. After that it is not stopped, however long it takes. */
async function consoleOfOne(
  url: string,
): Promise<{ readonly said: readonly string[]; readonly hasBegun: boolean }> {
  const browser = spawn('/usr/bin/cog', [...FLAGS, url], { stdio: ['ignore', 'ignore', 'pipe'] });
  const gone = once(browser, 'exit');
  const stuck = setTimeout(() => browser.kill(), STUCK_MS);
  const said: string[] = [];
  let hasBegun = false;
  for await (const line of createInterface(browser.stderr)) {
    if (line.includes('CONSOLE') && !NEWER_THAN_THE_ENGINE.test(line)) said.push(line);
    if (line.includes('Loading...')) {
      hasBegun = true;
      clearTimeout(stuck);
    }
    if (line.includes('Loaded successfully')) break;
  }
  clearTimeout(stuck);
  browser.kill();
  await gone;
  return { said, hasBegun };
}

test('the start page and the invitation say nothing on the console', async () => {
  await using server = await startTestServer();
  const origin = `http://127.0.0.1:${server.port}`;
  const created = await createRoom({ origin, lifeSeconds: 600, history: 'all', name: '' });
  if (!created.ok) throw new Error(created.reason);
  expect(await consoleOf(`${origin}/`)).toEqual([]);
  expect(await consoleOf(makeLink(origin, created.link.id, created.link.secret))).toEqual([]);
});

test('a page that breaks its content policy would be heard', async () => {
  const server = createServer((_, answer) => {
    answer.setHeader('content-type', 'text/html');
    answer.setHeader('content-security-policy', "script-src 'self'");
    answer.end('<!doctype html><script>1</script>');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  expect(await consoleOf(`http://127.0.0.1:${port}/`)).toEqual([
    expect.stringContaining('CONSOLE SECURITY ERROR'),
  ]);
  server.close();
  server.closeAllConnections();
});
