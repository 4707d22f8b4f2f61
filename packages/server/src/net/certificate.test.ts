import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TLSSocket, connect } from 'node:tls';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CERTIFICATE, NEXT_CERTIFICATE, NEXT_PRIVATE_KEY, PRIVATE_KEY } from '../testing/certificate.ts';
import { TestClock } from '../testing/clock.ts';
import { type TestServer, startTestServer, upgradeRequest, wsFrame } from '../testing/test-server.ts';
import { CertificateRenewal, readCertificate } from './certificate.ts';

let directory: string;
let paths: { readonly TLS_CERT: string; readonly TLS_KEY: string };
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mayfly-tls-'));
  paths = { TLS_CERT: join(directory, 'cert.pem'), TLS_KEY: join(directory, 'key.pem') };
  write(CERTIFICATE, PRIVATE_KEY);
});
afterEach(() => rmSync(directory, { recursive: true }));

function write(cert: string, key: string): void {
  writeFileSync(paths.TLS_CERT, cert);
  writeFileSync(paths.TLS_KEY, key);
}

/** A TLS connection. Whom the certificate names is for the test to look at. */
async function dial({ server }: TestServer): Promise<TLSSocket & Disposable> {
  const socket = connect({ host: server.address, port: server.port, rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  return Object.assign(socket, { [Symbol.dispose]: () => void socket.destroy() });
}

/** Whom a new handshake shows. */
async function shown(testServer: TestServer): Promise<unknown> {
  using socket = await dial(testServer);
  return socket.getPeerCertificate().subject.CN;
}

/** A WebSocket over TLS. */
async function openWebSocket(testServer: TestServer) {
  const socket = await dial(testServer);
  const read = async (): Promise<Buffer> => {
    const [bytes]: Buffer[] = await once(socket, 'data');
    return bytes ?? Buffer.alloc(0);
  };
  socket.write(upgradeRequest({ Host: 'localhost' }));
  let greeting = Buffer.alloc(0);
  // The answer to the upgrade, and the challenge behind it.
  while (!greeting.includes('\r\n\r\n') || greeting.length < greeting.indexOf('\r\n\r\n') + 6)
    greeting = Buffer.concat([greeting, await read()]);
  const ping = async (): Promise<Buffer> => {
    socket.write(wsFrame(0x89, 'still here'));
    return read();
  };
  return { ping, [Symbol.dispose]: () => void socket.destroy() };
}

const PONG = wsFrame(0x8a, 'still here', false);
const RENEWED = 'mayfly: new certificate in use, valid until 2126-11-05';
const KEPT = 'mayfly: warning: the certificate was not renewed, the old one stays in use: ';

/** Lets minutes pass until this is in the log. */
async function afterSomeLooks({ clock, log }: TestServer, line: string): Promise<void> {
  await expect.poll(() => (clock.pass(60_000), log)).toContain(line);
}

describe('a renewal', () => {
  test('shows the new certificate in new handshakes, and every connection stays open', async () => {
    await using testServer = await startTestServer(paths);
    using member = await openWebSocket(testServer);
    expect(await shown(testServer)).toBe('localhost');
    write(NEXT_CERTIFICATE, NEXT_PRIVATE_KEY);
    await testServer.server.renewCertificate();
    expect(await shown(testServer)).toBe('renewed.localhost');
    expect(testServer.log).toEqual([RENEWED]);
    expect(await member.ping()).toEqual(PONG);
  });

  test('happens by itself when the files change', async () => {
    await using testServer = await startTestServer(paths);
    write(NEXT_CERTIFICATE, NEXT_PRIVATE_KEY);
    await afterSomeLooks(testServer, RENEWED);
    expect(await shown(testServer)).toBe('renewed.localhost');
  });

  test('sees a symbolic link that points elsewhere, as certbot leaves it', async () => {
    const [cert, key] = [join(directory, 'fullchain1.pem'), join(directory, 'privkey1.pem')];
    writeFileSync(cert, NEXT_CERTIFICATE);
    writeFileSync(key, NEXT_PRIVATE_KEY);
    await using testServer = await startTestServer(paths);
    for (const path of Object.values(paths)) unlinkSync(path);
    symlinkSync(cert, paths.TLS_CERT);
    symlinkSync(key, paths.TLS_KEY);
    await afterSomeLooks(testServer, RENEWED);
    expect(await shown(testServer)).toBe('renewed.localhost');
  });

  test('waits until both files are written', async () => {
    const found = await readCertificate({ cert: paths.TLS_CERT, key: paths.TLS_KEY });
    if (!found.ok) throw new Error(found.complaint);
    const log: string[] = [];
    using renewal = new CertificateRenewal({
      clock: new TestClock(),
      paths: { cert: paths.TLS_CERT, key: paths.TLS_KEY },
      files: found.files,
      use: ({ cert }) => void log.push(String(cert)),
      report: {
        certificateRenewed: () => void log.push('renewed'),
        certificateKept: (complaint) => void log.push(complaint),
      },
      onTrouble: (error) => void log.push(String(error)),
    });
    await renewal.look();
    writeFileSync(paths.TLS_CERT, NEXT_CERTIFICATE);
    await renewal.look();
    writeFileSync(paths.TLS_KEY, NEXT_PRIVATE_KEY);
    await renewal.look();
    expect(log).toEqual([]);
    await renewal.look();
    await renewal.look();
    expect(log).toEqual([NEXT_CERTIFICATE, 'renewed']);
  });

  test('without TLS it does nothing', async () => {
    await using testServer = await startTestServer();
    await testServer.server.renewCertificate();
    expect(testServer.log).toEqual([]);
  });
});

describe('files that cannot be used leave the old certificate in use, and the log says why', () => {
  const cases: readonly (readonly [string, () => void, string])[] = [
    [
      'a key that belongs to another certificate',
      () => writeFileSync(paths.TLS_CERT, NEXT_CERTIFICATE),
      'TLS_KEY is not the key of the certificate in TLS_CERT.',
    ],
    [
      'no certificate',
      () => writeFileSync(paths.TLS_CERT, 'canary'),
      'TLS_CERT and TLS_KEY must hold a certificate and its key without a passphrase, as PEM.',
    ],
    [
      'an empty key',
      () => writeFileSync(paths.TLS_KEY, ''),
      'TLS_CERT and TLS_KEY must hold a certificate and its key without a passphrase, as PEM.',
    ],
    ['a file that is gone', () => unlinkSync(paths.TLS_KEY), "TLS_KEY can't be read: PATH/key.pem (ENOENT)."],
    [
      'a folder',
      () => {
        unlinkSync(paths.TLS_CERT);
        mkdirSync(paths.TLS_CERT);
      },
      "TLS_CERT can't be read: PATH/cert.pem (EISDIR).",
    ],
  ];

  test.each(cases)('%s', async (_what, spoil, why) => {
    await using testServer = await startTestServer(paths);
    using member = await openWebSocket(testServer);
    spoil();
    const line = KEPT + why.replace('PATH', directory);
    await testServer.server.renewCertificate();
    expect(testServer.log).toEqual([line]);
    expect(await shown(testServer)).toBe('localhost');
    expect(await member.ping()).toEqual(PONG);
  });

  test('said once, until the files are good again', async () => {
    await using testServer = await startTestServer(paths);
    writeFileSync(paths.TLS_CERT, NEXT_CERTIFICATE);
    await afterSomeLooks(testServer, `${KEPT}TLS_KEY is not the key of the certificate in TLS_CERT.`);
    writeFileSync(paths.TLS_KEY, NEXT_PRIVATE_KEY);
    await afterSomeLooks(testServer, RENEWED);
    expect(testServer.log).toHaveLength(2);
    expect(await shown(testServer)).toBe('renewed.localhost');
  });
});
