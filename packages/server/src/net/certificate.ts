// The certificate of TLS_CERT and TLS_KEY: read at startup, and again when the files change. No connection closes for it.

import { X509Certificate, createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { background } from './background.ts';
import type { Clock } from './clock.ts';

export type TlsPaths = { readonly cert: string; readonly key: string };
export type TlsFiles = { readonly cert: Buffer; readonly key: Buffer };

type Unusable = { readonly ok: false; readonly complaint: string };
type ReadCertificate = { readonly ok: true; readonly files: TlsFiles; readonly validUntil: Date } | Unusable;

/** A complaint is a sentence for the operator; it names the paths, never what the files hold. */
export async function readCertificate(paths: TlsPaths): Promise<ReadCertificate> {
  const [cert, key] = await Promise.all([
    readSetting('TLS_CERT', paths.cert),
    readSetting('TLS_KEY', paths.key),
  ]);
  if (!cert.ok) return cert;
  if (!key.ok) return key;
  const files = { cert: cert.bytes, key: key.bytes };
  try {
    createSecureContext(files);
    return { ok: true, files, validUntil: new Date(new X509Certificate(files.cert).validTo) };
  } catch (error) {
    return { ok: false, complaint: MISFITS.get(codeOf(error)) ?? NOT_A_PAIR };
  }
}

const NOT_A_PAIR = 'TLS_CERT and TLS_KEY must hold a certificate and its key without a passphrase, as PEM.';
const MISFITS = new Map([
  ['ERR_OSSL_X509_KEY_VALUES_MISMATCH', 'TLS_KEY is not the key of the certificate in TLS_CERT.'],
  ['ERR_OSSL_X509_KEY_TYPE_MISMATCH', 'TLS_KEY is not the key of the certificate in TLS_CERT.'],
]);

async function readSetting(name: string, path: string): Promise<{ ok: true; bytes: Buffer } | Unusable> {
  try {
    return { ok: true, bytes: await readFile(path) };
  } catch (error) {
    return { ok: false, complaint: `${name} can't be read: ${path} (${codeOf(error)}).` };
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}

/** What the operator learns of a renewal. */
interface CertificateReport {
  certificateRenewed(validUntil: Date): void;
  /** The new files are unusable, so the server keeps the certificate it has. */
  certificateKept(complaint: string): void;
}

type RenewalOptions = {
  readonly clock: Clock;
  readonly paths: TlsPaths;
  /** What the server uses at first. */
  readonly files: TlsFiles;
  readonly use: (files: TlsFiles) => void;
  readonly report: CertificateReport;
  readonly onTrouble: (error: unknown) => void;
};

const LOOK_EVERY_MS = 60_000;

/**
 * Looks at the files once a minute. Reading them sees every way of replacing them: symbolic links, renames, network disks,
 * times that stay the same.
 */
export class CertificateRenewal implements Disposable {
  readonly #options: RenewalOptions;
  /** What is in use, or was refused. */
  #settled: string;
  #lastSeen: string;
  #timer: Disposable;
  #isDisposed = false;

  constructor(options: RenewalOptions) {
    this.#options = options;
    this.#settled = fingerprint(options.files);
    this.#lastSeen = this.#settled;
    this.#timer = this.#lookLater();
  }

  /** Reads the files and uses them at once, as the operator asked for. */
  async renew(): Promise<void> {
    this.#settle(await readCertificate(this.#options.paths));
  }

  /** Uses files that have changed and then stayed the same for a minute: two files are not written in one moment. */
  async look(): Promise<void> {
    const found = await readCertificate(this.#options.paths);
    const seen = contentOf(found);
    const isStable = seen === this.#lastSeen;
    this.#lastSeen = seen;
    if (isStable && seen !== this.#settled) this.#settle(found);
  }

  #settle(found: ReadCertificate): void {
    const { use, report } = this.#options;
    if (this.#isDisposed) return;
    this.#settled = contentOf(found);
    if (!found.ok) {
      report.certificateKept(found.complaint);
      return;
    }
    use(found.files);
    report.certificateRenewed(found.validUntil);
  }

  #lookLater(): Disposable {
    const { clock, onTrouble } = this.#options;
    return clock.after(LOOK_EVERY_MS, () => background(this.#lookAndGoOn(), onTrouble));
  }

  async #lookAndGoOn(): Promise<void> {
    try {
      await this.look();
    } finally {
      if (!this.#isDisposed) this.#timer = this.#lookLater();
    }
  }

  [Symbol.dispose](): void {
    this.#isDisposed = true;
    this.#timer[Symbol.dispose]();
  }
}

function contentOf(found: ReadCertificate): string {
  return found.ok ? fingerprint(found.files) : found.complaint;
}

// Not the bytes themselves: a private key is not kept for longer than it is needed.
function fingerprint({ cert, key }: TlsFiles): string {
  return createHash('sha256').update(cert).update('\0').update(key).digest('hex');
}
