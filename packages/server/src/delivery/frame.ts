// WebSocket frames as a server writes them (RFC 6455, 5.2): whole, final, unmasked. `ws` does the parsing.

import { type Presence, type ServerControl, encodeServerControl } from '@mayfly/protocol';

/** What a frame carries: text as a string, binary as bytes. */
export type Frame = string | Uint8Array;

const FINAL = 0x80;
const OPCODE = { text: 0x1, binary: 0x2, ping: 0x9, pong: 0xa } as const;

const SHORT_MAX = 125;
const LENGTH_IN_2_BYTES = 126;
const LENGTH_IN_8_BYTES = 127;

export const PING: Uint8Array = control(OPCODE.ping, new Uint8Array(0));

/** A control frame as text, by Node's own base64url: a welcome spells some 2 KB. */
export function encodeControl(frame: ServerControl): string {
  return encodeServerControl(frame, base64url);
}

/** The same for a snapshot whose members are spelled already, each by `spellMember`. */
export function encodeSnapshot(presence: Presence, joined: readonly string[]): string {
  const text = encodeControl({ ...presence, joined: [] });
  return text.replace('"joined":[]', () => `"joined":[${joined.join(',')}]`);
}

function base64url({ buffer, byteOffset, length }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, length).toString('base64url');
}

/** `echo` is the body of the ping: at most 125 bytes. */
export function encodePong(echo: Uint8Array): Uint8Array {
  return control(OPCODE.pong, echo);
}

export function encodeFrame(frame: Frame): Uint8Array {
  const target = Buffer.allocUnsafe(encodedLength(frame));
  writeFrame(target, 0, frame);
  return target;
}

/** All frames, one after the other, in a new buffer. */
export function encodeFrames(frames: readonly Frame[]): Uint8Array {
  const target = Buffer.allocUnsafe(frames.reduce((bytes, frame) => bytes + encodedLength(frame), 0));
  let at = 0;
  for (const frame of frames) at = writeFrame(target, at, frame);
  return target;
}

/** The length of `frame` on the wire. */
export function encodedLength(frame: Frame): number {
  const length = contentLength(frame);
  return headerLength(length) + length;
}

function contentLength(frame: Frame): number {
  return typeof frame === 'string' ? Buffer.byteLength(frame) : frame.length;
}

function control(opcode: number, bytes: Uint8Array): Uint8Array {
  const target = Buffer.allocUnsafe(headerLength(bytes.length) + bytes.length);
  target.set(bytes, writeHeader(target, 0, opcode, bytes.length));
  return target;
}

function writeFrame(target: Buffer, at: number, frame: Frame): number {
  const length = contentLength(frame);
  const opcode = typeof frame === 'string' ? OPCODE.text : OPCODE.binary;
  const start = writeHeader(target, at, opcode, length);
  if (typeof frame === 'string') target.write(frame, start);
  else target.set(frame, start);
  return start + length;
}

function headerLength(length: number): number {
  return length <= SHORT_MAX ? 2 : length <= 0xffff ? 4 : 10;
}

function writeHeader(target: Buffer, at: number, opcode: number, length: number): number {
  target[at] = FINAL | opcode;
  if (length <= SHORT_MAX) {
    target[at + 1] = length;
    return at + 2;
  }
  if (length <= 0xffff) {
    target[at + 1] = LENGTH_IN_2_BYTES;
    target[at + 2] = length >>> 8;
    target[at + 3] = length & 0xff;
    return at + 4;
  }
  return target.writeBigUInt64BE(BigInt(length), target.writeUInt8(LENGTH_IN_8_BYTES, at + 1));
}
