// A file on its way in: each chunk is verified before it is kept, and the whole before anything is used (STREAM-4).

import { sha256 } from '@noble/hashes/sha2.js';
import {
  FILE_CHUNK_BYTES,
  FILE_NONCE_BYTES,
  FILE_TAG_BYTES,
  allZero,
  equalBytes,
  paddedFileSize,
  sealedFileSize,
} from '@mayfly/protocol';
import { openChunk, streamKey } from './file-stream.ts';
import { Pieces } from './pieces.ts';

/** What the message says about the bytes. `hash`: SHA-256 of all sealed ones. */
export type SealedFile = {
  readonly key: Uint8Array;
  readonly size: number;
  readonly hash: Uint8Array;
};

const SEALED_CHUNK_BYTES = FILE_CHUNK_BYTES + FILE_TAG_BYTES;

export class FileOpener {
  readonly #file: SealedFile;
  readonly #sealedSize: number;
  readonly #pieces: Pieces;
  readonly #digest = sha256.create();
  #chunkKey: Uint8Array | undefined;
  #index = 0;
  #received = 0;

  constructor(file: SealedFile) {
    this.#file = file;
    this.#sealedSize = sealedFileSize(file.size);
    this.#pieces = new Pieces((index) => this.#lengthOf(index));
  }

  /** How many sealed bytes came. */
  get received(): number {
    return this.#received;
  }

  get isComplete(): boolean {
    return this.#received === this.#sealedSize;
  }

  /** Takes the next sealed bytes. The plaintext that they complete; undefined if the file is damaged. */
  take(sealed: Uint8Array): readonly Uint8Array<ArrayBuffer>[] | undefined {
    this.#received += sealed.length;
    if (this.#received > this.#sealedSize) return undefined;
    this.#digest.update(sealed);
    const opened: Uint8Array<ArrayBuffer>[] = [];
    for (const piece of this.#pieces.add(sealed)) {
      const plain = this.#open(piece);
      if (plain === undefined) return undefined;
      if (plain.length > 0) opened.push(plain);
    }
    return opened;
  }

  /** Whether it is the file that the message names. Asked once, when it is complete. */
  verify(): boolean {
    return this.isComplete && equalBytes(this.#digest.digest(), this.#file.hash);
  }

  // The nonce, then chunks.
  #lengthOf(index: number): number {
    if (index === 0) return FILE_NONCE_BYTES;
    const before = FILE_NONCE_BYTES + (index - 1) * SEALED_CHUNK_BYTES;
    return Math.max(0, Math.min(SEALED_CHUNK_BYTES, this.#sealedSize - before));
  }

  #open(piece: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
    if (this.#chunkKey === undefined) {
      this.#chunkKey = streamKey(this.#file.key, piece);
      return new Uint8Array();
    }
    const index = this.#index++;
    const start = index * FILE_CHUNK_BYTES;
    const isLast = start + FILE_CHUNK_BYTES >= paddedFileSize(this.#file.size);
    const plain = openChunk(this.#chunkKey, { index, isLast }, piece);
    if (plain === undefined) return undefined;
    const content = Math.max(0, this.#file.size - start);
    return allZero(plain.subarray(content)) ? plain.subarray(0, content) : undefined;
  }
}
