// Byte strings: joining, numbers (all big-endian), text, base64url. Nothing here throws on foreign input.

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function u8(value: number): Uint8Array {
  return Uint8Array.of(value);
}

export function u16(value: number): Uint8Array {
  return Uint8Array.of(value >>> 8, value);
}

export function u32(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}

export function u48(value: number): Uint8Array {
  return concat(u16(Math.floor(value / 2 ** 32)), u32(value % 2 ** 32));
}

export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** The text, or undefined where the bytes are not UTF-8. A byte order mark is kept. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Not constant-time: for public values only. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

export function allZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}

const BASE64URL = utf8('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_');
const NO_LETTER = 0xff;
const BASE64URL_VALUE = new Uint8Array(128).fill(NO_LETTER);
for (const [value, letter] of BASE64URL.entries()) BASE64URL_VALUE[letter] = value;

// Texts are made of their letters in one step: one that grows letter by letter holds many times its size.

/** base64url without padding (RFC 4648 §5). */
export function toBase64url(bytes: Uint8Array): string {
  const letters = new Uint8Array(Math.ceil((bytes.length * 4) / 3));
  let at = 0;
  for (let i = 0; i < bytes.length; i += 3) {
    const three = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    // What stands beyond the end, where fewer than three are left, goes nowhere.
    for (let shift = 18; shift >= 0; shift -= 6) letters[at++] = BASE64URL[(three >>> shift) & 63] ?? 0;
  }
  return decoder.decode(letters);
}

/** Undefined for anything but the one canonical spelling. */
export function fromBase64url(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(Math.floor((text.length * 6) / 8));
  let at = 0;
  let bits = 0;
  let held = 0;
  for (let i = 0; i < text.length; i++) {
    const value = BASE64URL_VALUE[text.charCodeAt(i)] ?? NO_LETTER;
    if (value === NO_LETTER) return undefined;
    held = ((held << 6) | value) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[at++] = held >>> bits;
  }
  const leftover = held & ((1 << bits) - 1);
  return bits >= 6 || leftover !== 0 ? undefined : bytes;
}

const HEX = utf8('0123456789abcdef');

export function toHex(bytes: Uint8Array): string {
  const digits = new Uint8Array(bytes.length * 2);
  let at = 0;
  for (const byte of bytes) {
    digits[at++] = HEX[byte >>> 4] ?? 0;
    digits[at++] = HEX[byte & 15] ?? 0;
  }
  return decoder.decode(digits);
}

/** The number in `length` bytes from `at` on. Bytes past the end count as zeros. */
export function numberAt(bytes: Uint8Array, at: number, length: number): number {
  let value = 0;
  for (let i = at; i < at + length; i++) value = value * 256 + (bytes[i] ?? 0);
  return value;
}

/**
 * Reads fields in order and never throws: past the end it yields zeros and remembers it.
 * Ask `ended` once, after the last field.
 */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #at: number;
  #overran = false;

  constructor(bytes: Uint8Array, at = 0) {
    this.#bytes = bytes;
    this.#at = at;
  }

  take(length: number): Uint8Array {
    const end = this.#at + length;
    if (end > this.#bytes.length) {
      this.#overran = true;
      return new Uint8Array(length > 0xffff ? 0 : length);
    }
    const field = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return field;
  }

  rest(): Uint8Array {
    return this.take(this.#bytes.length - this.#at);
  }

  u8(): number {
    return this.#number(1);
  }

  u16(): number {
    return this.#number(2);
  }

  u32(): number {
    return this.#number(4);
  }

  u48(): number {
    return this.#number(6);
  }

  /** No field read past the end so far. */
  get intact(): boolean {
    return !this.#overran;
  }

  /** Intact, and every byte was read. */
  get ended(): boolean {
    return this.intact && this.#at === this.#bytes.length;
  }

  #number(length: number): number {
    const at = this.#at;
    if (at + length > this.#bytes.length) {
      this.#overran = true;
      return 0;
    }
    this.#at = at + length;
    return numberAt(this.#bytes, at, length);
  }
}
