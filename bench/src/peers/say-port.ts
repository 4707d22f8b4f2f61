// How a peer tells that it is there: as Mayfly does. It stops when asked to, without a goodbye.

import type { AddressInfo } from 'node:net';

export function sayPort(address: AddressInfo | string | null): void {
  if (address === null || typeof address === 'string') throw new Error('a peer listens on a port');
  process.on('SIGTERM', () => process.exit(0));
  process.stdout.write(`http://localhost:${address.port}\n`);
}
