// Decodes what a server wrote: text frames as strings, binary frames as bytes.

import type { Frame } from '../delivery/frame.ts';

/** Throws on anything but whole, final, unmasked text and binary frames. */
export function decodeFrames(written: Uint8Array): readonly Frame[] {
  const bytes = Buffer.from(written.buffer, written.byteOffset, written.length);
  const frames: Frame[] = [];
  for (let at = 0; at < bytes.length;) {
    const { start, end } = extentAt(bytes, at);
    if (end > bytes.length) throw new Error('a frame that is not whole');
    const content = bytes.subarray(start, end);
    const kind = bytes[at];
    if (kind !== 0x81 && kind !== 0x82) throw new Error(`a frame of kind ${kind}`);
    frames.push(kind === 0x81 ? content.toString() : Uint8Array.from(content));
    at = end;
  }
  return frames;
}

function extentAt(bytes: Buffer, at: number): { readonly start: number; readonly end: number } {
  const short = bytes.readUInt8(at + 1);
  if (short > 127) throw new Error('a masked frame');
  const start = at + (short < 126 ? 2 : short === 126 ? 4 : 10);
  const length =
    short < 126 ? short : short === 126 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2));
  return { start, end: start + length };
}
