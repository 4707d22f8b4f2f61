// Ed25519 by the browser's own code, off the page's thread: in secure contexts of engines that have it. Of what it
// says, only a yes counts (SIG-3); the page judges everything else by itself. A part of its own: pages load it late.

import { fromBase64url, isGoodPoint, isGoodSignatureShape, signedBytes, toHex } from '@mayfly/protocol';
import type { OpenedMessage } from './envelope.ts';

/** Finds out elsewhere which messages their authors signed. */
export type SignatureChecker = {
  /** `tell` is called once, later, with those that are signed; it may leave some out. */
  check(messages: readonly OpenedMessage[], tell: (signed: ReadonlySet<OpenedMessage>) => void): void;
};

/** Keys that are kept ready; they take longer to read than a signature to check. */
const KEYS_MAX = 256;

/** One that holds, and one that holds only if the cofactor is multiplied in (`signatures` of docs/vectors). */
const PROBES = [
  {
    signature: 'fbDckiLzwYNFfd3kxwjejl6mvz1cRATMoUsycpoFwyoeoovw49ATLPAYOfiI4_lUBb-YCOgYb6Ufsq9N7k70Dw',
    holds: true,
  },
  {
    signature: 'jqa1i-suzAgB-9bILG2v7iks0p6LZpi7uUxWa1lNi6mT1Iq13LA9vm0W5h6I4hNAiDwpnpytr4NkTJrlV8QQAw',
    holds: false,
  },
];
const PROBE_KEY = 'F_-tgGjcDemTXTZjbzrRtd5t40E7EjiORTsF8qTB09s';
const PROBE_MESSAGE = 'Y2FzZSAw';

/** Undefined where the browser has no Ed25519, or one that judges otherwise. `subtle`: plain HTTP has none. */
export async function webSignatures(
  subtle: SubtleCrypto | undefined = globalThis.crypto.subtle,
): Promise<WebVerifier | undefined> {
  const verifier = subtle && new WebVerifier(subtle);
  for (const { signature, holds } of PROBES)
    if ((await verifier?.verify(bytesOf(PROBE_KEY), bytesOf(PROBE_MESSAGE), bytesOf(signature))) !== holds)
      return undefined;
  return verifier;
}

/** SIG-2, as far as it goes: the bytes are judged here, the curve by the browser. */
export class WebVerifier implements SignatureChecker {
  readonly #subtle: SubtleCrypto;
  // The one that was used last at the end.
  readonly #keys = new Map<string, Promise<CryptoKey>>();

  constructor(subtle: SubtleCrypto) {
    this.#subtle = subtle;
  }

  /** False also if the browser fails. Never rejects. */
  async verify(pk: Uint8Array, message: Uint8Array, signature: Uint8Array): Promise<boolean> {
    if (!isGoodPoint(pk) || !isGoodSignatureShape(signature)) return false;
    try {
      const key = await this.#key(pk);
      return await this.#subtle.verify('Ed25519', key, Uint8Array.from(signature), Uint8Array.from(message));
    } catch {
      return false;
    }
  }

  check(messages: readonly OpenedMessage[], tell: (signed: ReadonlySet<OpenedMessage>) => void): void {
    const signed = new Set<OpenedMessage>();
    const all = messages.map(async (message) => {
      const text = signedBytes('sig', message.mid);
      if (await this.verify(message.pk, text, message.signature)) signed.add(message);
    });
    Promise.all(all).then(
      () => tell(signed),
      () => tell(new Set()),
    );
  }

  #key(pk: Uint8Array): Promise<CryptoKey> {
    const name = toHex(pk);
    const key =
      this.#keys.get(name) ??
      this.#subtle.importKey('raw', Uint8Array.from(pk), 'Ed25519', false, ['verify']);
    this.#keys.delete(name);
    this.#keys.set(name, key);
    for (const oldest of this.#keys.keys()) {
      if (this.#keys.size <= KEYS_MAX) break;
      this.#keys.delete(oldest);
    }
    return key;
  }
}

function bytesOf(text: string): Uint8Array {
  return fromBase64url(text) ?? new Uint8Array();
}
