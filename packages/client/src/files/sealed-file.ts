// A file on its way out: padded, sealed chunk by chunk, and cut into parts. Never more than two parts of it are in memory.

import { sha256 } from '@noble/hashes/sha2.js';
import { FILE_CHUNK_BYTES, FILE_PART_BYTES, paddedFileSize, sealedFileSize } from '@mayfly/protocol';
import { sealChunk, streamKey } from './file-stream.ts';
import { Pieces, evenLengths } from './pieces.ts';

/** Of one file. The same pair never seals two different plaintexts (STREAM-6). */
export type FileSecrets = { readonly key: Uint8Array; readonly nonce: Uint8Array };

/** A file's bytes, in order. */
export type ByteSource = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** The parts of a sealed file, in order. Throws a RangeError if `source` hasn't exactly `size` bytes. */
export async function* sealedParts(
  source: ByteSource,
  size: number,
  secrets: FileSecrets,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
  const parts = new Pieces(evenLengths(sealedFileSize(size), FILE_PART_BYTES));
  for await (const sealed of sealedChunks(source, size, secrets)) yield* parts.add(sealed);
}

async function* sealedChunks(
  source: ByteSource,
  size: number,
  { key, nonce }: FileSecrets,
): AsyncGenerator<Uint8Array, void> {
  yield nonce;
  const chunkKey = streamKey(key, nonce);
  const total = paddedFileSize(size);
  const chunks = new Pieces(evenLengths(total, FILE_CHUNK_BYTES));
  let index = 0;
  for await (const bytes of padded(source, size))
    for (const plain of chunks.add(bytes)) {
      yield sealChunk(chunkKey, { index, isLast: (index + 1) * FILE_CHUNK_BYTES >= total }, plain);
      index += 1;
    }
}

/** SHA-256 of a file with its padding (STREAM-6). */
export async function paddedHash(source: ByteSource, size: number): Promise<Uint8Array> {
  const hash = sha256.create();
  for await (const bytes of padded(source, size)) hash.update(bytes);
  return hash.digest();
}

// STREAM-1.
async function* padded(source: ByteSource, size: number): AsyncGenerator<Uint8Array, void> {
  let left = size;
  for await (const bytes of source) {
    left -= bytes.length;
    if (left < 0) break;
    yield bytes;
  }
  if (left !== 0) throw new RangeError('the file has another size');
  const zeros = new Uint8Array(FILE_CHUNK_BYTES);
  for (let rest = paddedFileSize(size) - size; rest > 0; rest -= zeros.length) yield zeros.subarray(0, rest);
}
