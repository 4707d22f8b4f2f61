// Fields of picture files. Past the end everything is zero, so hostile lengths can't make a reader throw.

export function u8(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}

export function u16(bytes: Uint8Array, at: number): number {
  return u8(bytes, at) * 256 + u8(bytes, at + 1);
}

export function u32(bytes: Uint8Array, at: number): number {
  return u16(bytes, at) * 65_536 + u16(bytes, at + 2);
}

export function u16Little(bytes: Uint8Array, at: number): number {
  return u8(bytes, at + 1) * 256 + u8(bytes, at);
}

export function u24Little(bytes: Uint8Array, at: number): number {
  return u8(bytes, at + 2) * 65_536 + u16Little(bytes, at);
}

export function u32Little(bytes: Uint8Array, at: number): number {
  return u16Little(bytes, at + 2) * 65_536 + u16Little(bytes, at);
}

export function ascii(bytes: Uint8Array, at: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + length));
}

export function bytesOf32(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}

export function bytesOf32Little(value: number): Uint8Array {
  return bytesOf32(value).reverse();
}

export function asciiBytes(text: string): Uint8Array {
  return Uint8Array.from(text, (sign) => sign.charCodeAt(0));
}
