// WebSocket frames as cheaply as can be: read by their length alone, written with a mask of zeros.

export const OPCODE = { text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** What a reader tells of each frame that is complete. `first` is its first byte, -1 when it has none. */
export type FrameListener = (opcode: number, first: number) => void;

/** Length fields, and nothing of the content: at most 10 bytes from a server. */
const HEAD_BYTES_MAX = 10;

/**
 * Splits a stream into frames without keeping them. Takes what servers send: unmasked, each message in one frame.
 * `keepText` collects text for `takeText`, which is for the greeting of a connection.
 */
export class FrameReader {
  keepText = true;
  readonly #onFrame: FrameListener;
  readonly #head = new Uint8Array(HEAD_BYTES_MAX);
  #held = 0;
  #opcode = 0;
  #left = 0;
  #first = -1;
  #texts: Uint8Array[] = [];

  constructor(onFrame: FrameListener) {
    this.#onFrame = onFrame;
  }

  /** The first `length` bytes of `chunk` came. They may be overwritten afterwards. */
  feed(chunk: Uint8Array, length: number): void {
    let at = 0;
    while (at < length) {
      at = this.#left > 0 ? this.#pass(chunk, at, length) : this.#start(chunk, at, length);
    }
  }

  /** The text of the frame being measured. */
  takeText(): string {
    const text = Buffer.concat(this.#texts).toString();
    this.#texts = [];
    return text;
  }

  #start(chunk: Uint8Array, from: number, length: number): number {
    const second = chunk[from + 1];
    if (this.#held === 0 && second !== undefined && from + headBytes(second) <= length) {
      return this.#begin(chunk, from, from + headBytes(second));
    }
    let at = from;
    while (at < length && (this.#held < 2 || this.#held < headBytes(this.#head[1] ?? 0))) {
      this.#head[this.#held++] = chunk[at++] ?? 0;
    }
    if (this.#held < 2 || this.#held < headBytes(this.#head[1] ?? 0)) return at;
    this.#begin(this.#head, 0, this.#held);
    this.#held = 0;
    return at;
  }

  #begin(bytes: Uint8Array, at: number, end: number): number {
    const short = bytes[at + 1] ?? 0;
    this.#opcode = (bytes[at] ?? 0) & 0x0f;
    this.#left = short < 126 ? short : number(bytes, at + 2, end);
    this.#first = -1;
    if (this.#left === 0) this.#end();
    return end;
  }

  #pass(chunk: Uint8Array, at: number, length: number): number {
    if (this.#first < 0) this.#first = chunk[at] ?? 0;
    const end = Math.min(length, at + this.#left);
    if (this.keepText && this.#opcode === OPCODE.text)
      this.#texts.push(Uint8Array.from(chunk.subarray(at, end)));
    this.#left -= end - at;
    if (this.#left === 0) this.#end();
    return end;
  }

  #end(): void {
    this.#onFrame(this.#opcode, this.#first);
    if (this.#texts.length > 0) this.#texts = [];
  }
}

function headBytes(second: number): number {
  return second < 126 ? 2 : second === 126 ? 4 : HEAD_BYTES_MAX;
}

function number(bytes: Uint8Array, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at++) value = value * 256 + (bytes[at] ?? 0);
  return value;
}

/** A frame from a client, up to 64 KiB. The mask is zeros: valid, and nothing to compute here. */
export function clientFrame(opcode: number, content: Uint8Array): Buffer {
  const { length } = content;
  const head = length < 126 ? [0x80 | length] : [0x80 | 126, length >>> 8, length & 0xff];
  return Buffer.concat([Uint8Array.of(0x80 | opcode, ...head, 0, 0, 0, 0), content]);
}

/** Where the content of a client frame begins. */
export function contentOffset(frame: Uint8Array): number {
  return ((frame[1] ?? 0) & 0x7f) < 126 ? 6 : 8;
}
