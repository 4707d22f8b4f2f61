// The operator's socket, as a test uses it.

import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A path where nothing is. A server removes its socket when it stops. */
export function adminPath(): string {
  return join(tmpdir(), `mayfly-admin-${randomUUID()}.sock`);
}

/** Sends these bytes and returns the answer, if there is one. */
export async function sayToAdmin(path: string, bytes: string): Promise<unknown> {
  const socket = connect(path).setEncoding('utf8');
  let said = '';
  socket.on('data', (chunk: string) => {
    said += chunk;
  });
  socket.on('error', () => {});
  socket.write(bytes);
  await once(socket, 'close');
  return said === '' ? undefined : JSON.parse(said);
}
