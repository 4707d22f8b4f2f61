// Sizes of files: how much padding and sealing add, and how sealed bytes are cut into parts (rules FILE-1 and FILE-2).

import { FILE_CHUNK_BYTES, FILE_PADDED_MIN, FILE_PART_BYTES } from './limits.ts';

const NONCE_BYTES = 16;
const TAG_BYTES = 16;

/** Padmé (Nikitin et al. 2019), and never less than 4 KiB: at most 12 % more. */
export function paddedFileSize(size: number): number {
  if (size <= FILE_PADDED_MIN) return FILE_PADDED_MIN;
  const exponent = Math.floor(Math.log2(size));
  const unit = 2 ** (exponent - Math.floor(Math.log2(exponent)) - 1);
  return Math.ceil(size / unit) * unit;
}

/** What the server gets of a file of this many bytes: padded, with a nonce in front and a tag behind each chunk. */
export function sealedFileSize(size: number): number {
  const padded = paddedFileSize(size);
  return NONCE_BYTES + padded + TAG_BYTES * Math.ceil(padded / FILE_CHUNK_BYTES);
}

/** Of a file with this many sealed bytes. */
export function filePartCount(sealedSize: number): number {
  return Math.ceil(sealedSize / FILE_PART_BYTES);
}

/** Of part `n`, counted from 0. Undefined: there is no such part. */
export function filePartLength(sealedSize: number, n: number): number | undefined {
  if (n < 0 || n >= filePartCount(sealedSize)) return undefined;
  return Math.min(FILE_PART_BYTES, sealedSize - n * FILE_PART_BYTES);
}
