// SIGHUP as operators and terminals send it, to the built server in a process of its own.

import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import {
  CERTIFICATE,
  NEXT_CERTIFICATE,
  NEXT_PRIVATE_KEY,
  PRIVATE_KEY,
} from '../../packages/server/src/testing/certificate.ts';
import { requirePython } from '../../scripts/setup/programs.mjs';
import { startServerProcess } from './server-process.ts';

const PROGRAM = fileURLToPath(new URL('../../packages/server/dist/main.js', import.meta.url));

test('without TLS, SIGHUP changes nothing', async () => {
  await using server = await startServerProcess();
  process.kill(server.pid, 'SIGHUP');
  expect(await server.stop('SIGTERM')).toBe(0);
  expect(server.output).toContain('mayfly: stopped');
});

test('SIGHUP puts a renewed certificate in use', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'mayfly-hangup-'));
  const [cert, key] = [join(directory, 'cert.pem'), join(directory, 'key.pem')];
  const write = (...pem: [string, string]) => Promise.all([writeFile(cert, pem[0]), writeFile(key, pem[1])]);
  await write(CERTIFICATE, PRIVATE_KEY);
  await using server = await startServerProcess({ TLS_CERT: cert, TLS_KEY: key });
  expect(await shown(server.port)).toBe('localhost');
  await write(NEXT_CERTIFICATE, NEXT_PRIVATE_KEY);
  process.kill(server.pid, 'SIGHUP');
  await expect.poll(() => server.output).toContain('mayfly: new certificate in use, valid until 2126-11-05');
  expect(await shown(server.port)).toBe('renewed.localhost');
  await rm(directory, { recursive: true });
});

async function shown(port: number): Promise<unknown> {
  const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const { CN } = socket.getPeerCertificate().subject;
  socket.destroy();
  return CN;
}

/**
 * Runs a program in a terminal of its own, with the log in a file, closes the terminal after the greeting, and prints how the
 * program ended.
 */
const CLOSE_TERMINAL = `
import os, pty, sys
pid, terminal = pty.fork()
if pid == 0:
    os.dup2(os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT), 2)
    os.execvp(sys.argv[2], sys.argv[2:])
seen = b''
while b'Ctrl+C' not in seen:
    seen += os.read(terminal, 4096)
os.close(terminal)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;

test('closing the terminal stops the server politely', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'mayfly-hangup-'));
  const log = join(directory, 'log');
  const env = { PATH: process.env['PATH'], PORT: '0', HOST: '127.0.0.1' };
  const args = ['-c', CLOSE_TERMINAL, log, process.execPath, PROGRAM];
  const { stdout } = await promisify(execFile)(requirePython(), args, { env, cwd: directory });
  expect(stdout.trim()).toBe(String(-constants.signals.SIGHUP));
  expect(await readFile(log, 'utf8')).toContain('mayfly: stopped');
  await rm(directory, { recursive: true });
});
