// An animated WebP from still ones, as https://developers.google.com/speed/webp/docs/riff_container lays it out.

/** A picture at a place on the canvas, shown for a while over what was there. */
export type Frame = {
  /** Even numbers: the format counts in steps of two. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly ms: number;
  /** A still WebP without transparency. */
  readonly still: Uint8Array;
};

export type Canvas = { readonly width: number; readonly height: number };

const ANIMATED = 0x02;
const NO_BLENDING = 0x02;
const FOR_EVER = 0;

/** Repeats for ever. */
export function animatedWebp({ width, height }: Canvas, frames: readonly Frame[]): Buffer {
  const header = Buffer.concat([Buffer.of(ANIMATED, 0, 0, 0), u24(width - 1), u24(height - 1)]);
  const loop = Buffer.concat([Buffer.alloc(4), Buffer.of(FOR_EVER, 0)]);
  const body = [
    Buffer.from('WEBP'),
    chunk('VP8X', header),
    chunk('ANIM', loop),
    ...frames.map((frame) => chunk('ANMF', frameBody(frame))),
  ];
  return chunk('RIFF', Buffer.concat(body));
}

/** Milliseconds of each frame of an animated WebP. */
export function frameTimes(webp: Buffer): readonly number[] {
  return chunksIn(webp.subarray(12))
    .filter(({ name }) => name === 'ANMF')
    .map(({ body }) => body.readUIntLE(12, 3));
}

function frameBody({ x, y, width, height, ms, still }: Frame): Buffer {
  const place = [x / 2, y / 2, width - 1, height - 1, ms].map(u24);
  const picture = chunksIn(Buffer.from(still).subarray(12)).find(({ name }) => name.startsWith('VP8 '));
  if (picture === undefined) throw new Error('the still picture is not a plain lossy WebP');
  return Buffer.concat([...place, Buffer.of(NO_BLENDING), chunk('VP8 ', picture.body)]);
}

function chunk(name: string, body: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(body.length);
  return Buffer.concat([Buffer.from(name), length, body, Buffer.alloc(body.length % 2)]);
}

function chunksIn(bytes: Buffer): readonly { readonly name: string; readonly body: Buffer }[] {
  const chunks = [];
  for (let at = 0; at + 8 <= bytes.length;) {
    const length = bytes.readUInt32LE(at + 4);
    chunks.push({
      name: bytes.toString('latin1', at, at + 4),
      body: bytes.subarray(at + 8, at + 8 + length),
    });
    at += 8 + length + (length % 2);
  }
  return chunks;
}

function u24(value: number): Buffer {
  const bytes = Buffer.alloc(3);
  bytes.writeUIntLE(value, 0, 3);
  return bytes;
}
