// Bytes in pages of their own, which the system takes back at once. What goes through the C allocator stays with the process after
// it was freed: between two pieces that are in use, or because the allocator expects more of the same.

/** Smaller ones are not worth a mapping: a process has 65,530 at most on Linux. */
const OWN_PAGES_BYTES_MIN = 64 * 1024;

/** Zeros. */
export function ownPages(length: number): Uint8Array<ArrayBuffer> {
  if (length < OWN_PAGES_BYTES_MIN) return Buffer.allocUnsafeSlow(length).fill(0);
  try {
    // V8 maps a buffer that can be resized by itself: for those it needs whole pages.
    return new Uint8Array(new ArrayBuffer(length, { maxByteLength: length }));
  } catch {
    // No mapping is left.
    return Buffer.allocUnsafeSlow(length).fill(0);
  }
}

/** Overwrites them, and lets their pages go: nothing may read them after that. */
export function giveBack(bytes: Uint8Array): void {
  bytes.fill(0);
  const { buffer } = bytes;
  if (buffer instanceof ArrayBuffer && buffer.resizable) buffer.resize(0);
}
