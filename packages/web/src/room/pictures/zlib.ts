// The little of zlib (RFC 1950) that color profiles in PNG need.

import { concat } from '@mayfly/protocol';
import { bytesOf32 } from './byte-fields.ts';

const STORED_BYTES_MAX = 65_535;
const ADLER_PRIME = 65_521;

/** Undefined for what isn't zlib, for more than `max` bytes, and where the browser can't do it. */
export async function inflated(deflated: Uint8Array, max: number): Promise<Uint8Array | undefined> {
  if (!('DecompressionStream' in globalThis)) return undefined;
  const reader = new Blob([Uint8Array.from(deflated)])
    .stream()
    .pipeThrough(new DecompressionStream('deflate'))
    .getReader();
  let bytes: Uint8Array = new Uint8Array();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return bytes;
      bytes = concat(bytes, value);
      if (bytes.length > max) return await reader.cancel().then(() => undefined);
    }
  } catch {
    return undefined;
  }
}

/** Not compressed. */
export function storedAsZlib(bytes: Uint8Array): Uint8Array {
  const blocks: Uint8Array[] = [];
  for (let at = 0; at === 0 || at < bytes.length; at += STORED_BYTES_MAX) {
    const block = bytes.subarray(at, at + STORED_BYTES_MAX);
    const isLast = at + STORED_BYTES_MAX >= bytes.length ? 1 : 0;
    const { length } = block;
    blocks.push(Uint8Array.of(isLast, length, length >>> 8, ~length, ~length >>> 8), block);
  }
  return concat(Uint8Array.of(0x78, 0x01), ...blocks, bytesOf32(adler32(bytes)));
}

function adler32(bytes: Uint8Array): number {
  let [a, b] = [1, 0];
  for (const byte of bytes) {
    a = (a + byte) % ADLER_PRIME;
    b = (b + a) % ADLER_PRIME;
  }
  return b * 65_536 + a;
}
