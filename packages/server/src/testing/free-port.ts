// A port for a process that has to be told one. Somebody else may take it first; nobody on a test machine does.

import { once } from 'node:events';
import { createServer } from 'node:net';

export async function freePort(): Promise<number> {
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  const bound = holder.address();
  await new Promise((resolve) => holder.close(resolve));
  if (typeof bound !== 'object' || bound === null) throw new Error('no port');
  return bound.port;
}
