// Bytes in pages of their own, which the system takes back at once. What goes through the C allocator stays with the process after
// it was freed: between two pieces that are in use, or because the allocator expects more of the same.

/** Smaller ones are not worth a mapping. */
const OWN_PAGES_BYTES_MIN = 64 * 1024;
/** Each can split the mapping that it was a part of, and Linux lets a process have 65,530. Further ones come from the heap. */
const OWN_PAGES_MAX = 16_384;

let inUse = 0;
// Their addresses are taken until they are collected.
const collected = new FinalizationRegistry(() => {
  inUse -= 1;
});

/** Zeros. */
export function ownPages(length: number): Uint8Array<ArrayBuffer> {
  if (length < OWN_PAGES_BYTES_MIN || inUse >= OWN_PAGES_MAX) return Buffer.allocUnsafeSlow(length).fill(0);
  // V8 maps a buffer that can be resized by itself: for those it needs whole pages.
  const buffer = new ArrayBuffer(length, { maxByteLength: length });
  inUse += 1;
  collected.register(buffer, undefined);
  return new Uint8Array(buffer);
}

/** The same bytes for someone who may still hold them when they are given back: then these are empty, or a copy. */
export function lend(bytes: Uint8Array): Uint8Array {
  return resizable(bytes) === undefined ? Buffer.from(bytes) : bytes;
}

/** Nothing is left of them. */
export function giveBack(bytes: Uint8Array): void {
  const buffer = resizable(bytes);
  if (buffer === undefined) bytes.fill(0);
  else buffer.resize(0);
}

function resizable({ buffer }: Uint8Array): ArrayBuffer | undefined {
  return buffer instanceof ArrayBuffer && buffer.resizable ? buffer : undefined;
}
