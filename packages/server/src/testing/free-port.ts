// A free port for a process that needs a number in advance.

import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the ports that systems give out by themselves, so they don't hand it to another program meanwhile. */
const LOWEST = 10_000;
/** Test files run side by side: each worker takes ports from a part of its own. */
const PARTS = 16;
const PART = 1_250;

const part = Number(process.env['VITEST_POOL_ID'] ?? 0) % PARTS;
let next = Math.floor(Math.random() * PART);

export async function freePort(): Promise<number> {
  for (;;) {
    const port = LOWEST + part * PART + (next++ % PART);
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const holder = createServer().listen(port, '127.0.0.1');
  const isListening = await once(holder, 'listening').then(
    () => true,
    () => false,
  );
  if (isListening) await new Promise((resolve) => holder.close(resolve));
  return isListening;
}
