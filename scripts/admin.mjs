// `npm run admin -- COMMAND`: says a command to the running server through ADMIN_SOCKET (docs/abuse.md).

import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { root } from './setup/command.mjs';

const path = process.env['ADMIN_SOCKET']?.trim() || inEnvFile();
if (!path)
  end(
    'ADMIN_SOCKET is not set. Start the server with ADMIN_SOCKET=/run/mayfly/admin.sock, and set the same here.',
  );

let said = '';
const socket = connect(path ?? '');
socket.on('error', () =>
  end(`No server answers at ${path}. Is it running, and are you allowed to open that?`),
);
socket.setEncoding('utf8').on('data', (chunk) => (said += chunk));
socket.on('end', () => {
  const answer = JSON.parse(said);
  if (answer.error) end(answer.error);
  for (const [name, value] of Object.entries(answer)) console.log(`${name}: ${value}`);
});
socket.write(`${process.argv.slice(2).join(' ')}\n`);

function inEnvFile() {
  try {
    return parseEnv(readFileSync(join(root, '.env'), 'utf8'))['ADMIN_SOCKET']?.trim();
  } catch {
    return undefined;
  }
}

/** @param {string} sentence @returns {never} */
function end(sentence) {
  console.error(sentence);
  process.exit(1);
}
