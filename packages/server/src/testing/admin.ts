// The operator's socket, as a test uses it.

import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A path for a socket, in a directory of its own. */
export function adminPath(): string {
  return join(mkdtempSync(join(tmpdir(), 'mayfly-admin-')), 'admin.sock');
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
