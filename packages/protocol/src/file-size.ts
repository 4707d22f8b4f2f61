// How many bytes a file takes up on its way: padded, so its exact size stays hidden, then sealed (rules STREAM-1 and STREAM-2).

/** Sealed bytes travel in parts of this size; the last one is shorter (rule FILE-1). */
export const FILE_PART_BYTES = 262_144;
export const FILE_KEY_BYTES = 32;
export const FILE_NONCE_BYTES = 16;
/** Plaintext of one chunk; only the last one is shorter. */
export const FILE_CHUNK_BYTES = 65_536;
export const FILE_TAG_BYTES = 16;

const PADDED_BYTES_MIN = 4096;
/** No file is smaller once it is sealed (rule FILE-1). */
export const FILE_SEALED_MIN = FILE_NONCE_BYTES + PADDED_BYTES_MIN + FILE_TAG_BYTES;

/** Padmé, at most 12 % more, and 4 KiB at least. */
export function paddedFileSize(size: number): number {
  if (size <= PADDED_BYTES_MIN) return PADDED_BYTES_MIN;
  const exponent = Math.floor(Math.log2(size));
  const step = 2 ** (exponent - (Math.floor(Math.log2(exponent)) + 1));
  return Math.ceil(size / step) * step;
}

/** Of a file of `size` bytes, padded and sealed. */
export function sealedFileSize(size: number): number {
  const padded = paddedFileSize(size);
  return FILE_NONCE_BYTES + padded + Math.ceil(padded / FILE_CHUNK_BYTES) * FILE_TAG_BYTES;
}

/** How many parts a file of this many sealed bytes has. */
export function filePartCount(sealedSize: number): number {
  return Math.ceil(sealedSize / FILE_PART_BYTES);
}

/** Of part `n`, counted from 0. Undefined: there is no such part. */
export function filePartLength(sealedSize: number, n: number): number | undefined {
  if (n < 0 || n >= filePartCount(sealedSize)) return undefined;
  return Math.min(FILE_PART_BYTES, sealedSize - n * FILE_PART_BYTES);
}
