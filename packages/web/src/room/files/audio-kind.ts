// Which recordings a page plays, known by their bytes alone.

import { ascii, u8, u16, u32 } from '../pictures/byte-fields.ts';

export type AudioKind = 'webm' | 'ogg' | 'mpeg' | 'mp4' | 'wav' | 'flac';

const EBML = 0x1a45dfa3;

/** Undefined for anything else. A browser may still refuse to play it. */
export function audioIn(bytes: Uint8Array): AudioKind | undefined {
  if (u32(bytes, 0) === EBML) return 'webm';
  const head = ascii(bytes, 0, 4);
  if (head === 'OggS') return 'ogg';
  if (head === 'fLaC') return 'flac';
  if (head === 'RIFF' && ascii(bytes, 8, 4) === 'WAVE') return 'wav';
  if (ascii(bytes, 4, 4) === 'ftyp' && /^(?:M4[AB]|iso|mp4|dash)/.test(ascii(bytes, 8, 4))) return 'mp4';
  return head.startsWith('ID3') || isMpegFrame(bytes) ? 'mpeg' : undefined;
}

/** Eleven set bits, a known version, and layer 3. */
function isMpegFrame(bytes: Uint8Array): boolean {
  const sync = u16(bytes, 0) >> 5 === 0x7ff;
  const [version, layer] = [(u8(bytes, 1) >> 3) & 3, (u8(bytes, 1) >> 1) & 3];
  return sync && version !== 1 && layer === 1;
}
