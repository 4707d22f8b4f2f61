// A client in another language, written from the documents, talks to our server: the documents say what is true.

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createRoom } from '@mayfly/client';
import { expect, test } from 'vitest';
import { requirePython } from '../../../scripts/bootstrap.mjs';
import { startTestServer } from '../stage.ts';

const CLIENT = fileURLToPath(new URL('client.py', import.meta.url));

// Its packages may have to be installed first.
const TIMEOUT_MS = 300_000;

test(
  'docs/protocol.md: a Python client joins, sends, resumes, and is refused as the rules say',
  { timeout: TIMEOUT_MS },
  async () => {
    const python = requirePython();
    await using server = await startTestServer({ RATE_LIMITS: 'off' });
    const origin = `http://127.0.0.1:${server.port}`;
    const created = await createRoom({ origin, lifeSeconds: 600, history: 'all', name: '' });
    if (!created.ok) throw new Error(created.reason);
    const { id, secret } = created.link;
    const { stdout } = await promisify(execFile)(python, ['-B', CLIENT, String(server.port), id, secret]);
    expect([...new Set(stdout.trim().split('\n'))].toSorted()).toEqual(
      [
        'CLOSE-1 FRAME-2 FRAME-3 JOIN-1 JOIN-2 JOIN-3 JOIN-4 JOIN-5 PRESENCE-3 REFUSED-1 RESUME-1 RESUME-2',
        'SEND-1 SEND-2 WELCOME-1 WELCOME-2 WELCOME-3 WS-1 WS-2 WS-3',
      ].flatMap((line) => line.split(' ')),
    );
  },
);
