// The image's health check: exit code 0 if the server with these settings answers. Run it where the server runs, with the same
// environment and working directory.

import { readFileSync } from 'node:fs';
import { get } from 'node:http';
import { get as getTls } from 'node:https';
import { parseEnv } from 'node:util';

// As in the server: a blank variable leaves the decision to .env.
const given = Object.entries(process.env).filter(([, text]) => text?.trim());
const settings = { ...parseEnv(envFile()), ...Object.fromEntries(given) };
const { HOST = '', PORT = '', TLS_CERT = '', BASE_PATH = '' } = settings;

const options = {
  host: addressOf(HOST.trim()),
  port: PORT.trim() || '5000',
  path: `${['', ...BASE_PATH.trim().split('/').filter(Boolean)].join('/')}/healthz`,
  // The certificate names the public address, and on this machine there is no one else to mistake the server for.
  rejectUnauthorized: false,
};
const asked = (TLS_CERT.trim() ? getTls : get)(options, ({ statusCode }) =>
  process.exit(statusCode === 200 ? 0 : 1),
);
asked.on('error', () => process.exit(1));

/**
 * Where a server that listens on `host` can be reached from this machine.
 * @param {string} host
 */
function addressOf(host) {
  if (host === '' || host === '0.0.0.0') return '127.0.0.1';
  return host === '::' ? '::1' : host;
}

function envFile() {
  try {
    return readFileSync('.env', 'utf8').replace(/^\uFEFF/, '');
  } catch {
    return '';
  }
}
