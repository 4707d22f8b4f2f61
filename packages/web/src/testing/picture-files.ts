// Picture files with everything that cameras and programs write into them. `SECRET` stands in each piece of metadata.

import { crc32, deflateSync } from 'node:zlib';

/** What no stripped file may hold. */
export const SECRET = 'SECRET-48.858,2.294';
const secret = Buffer.from(SECRET);

/** A TIFF block as EXIF has it: the orientation, a maker, and a place. */
export function exif(orientation: number, order: 'II' | 'MM' = 'II'): Buffer {
  const short = (value: number) => number(value, 2, order);
  const long = (value: number) => number(value, 4, order);
  const text = Buffer.concat([secret, Buffer.of(0)]);
  const entries = [
    [short(0x010f), short(2), long(text.length), long(8 + 2 + 3 * 12 + 4)],
    [short(0x0112), short(3), long(1), short(orientation), short(0)],
    [short(0x8825), short(4), long(1), long(8)],
  ];
  return Buffer.concat([
    Buffer.from(order),
    short(42),
    long(8),
    short(entries.length),
    ...entries.flat(),
    long(0),
    text,
  ]);
}

/** A color profile of a screen with its own name: red and green are swapped where `swapped`. */
export function colorProfile({ swapped = false } = {}): Buffer {
  const fixed = (value: number) => number(Math.round(value * 65_536) >>> 0, 4, 'MM');
  const xyz = (x: number, y: number, z: number) =>
    Buffer.concat([Buffer.from('XYZ \0\0\0\0'), fixed(x), fixed(y), fixed(z)]);
  const red = xyz(0.4361, 0.2225, 0.0139);
  const green = xyz(0.3851, 0.7169, 0.0971);
  const curve = Buffer.concat([
    Buffer.from('curv\0\0\0\0'),
    number(1, 4, 'MM'),
    number(0x0233, 2, 'MM'),
    Buffer.alloc(2),
  ]);
  const tags: readonly (readonly [string, Buffer])[] = [
    [
      'desc',
      Buffer.concat([
        Buffer.from('desc\0\0\0\0'),
        number(secret.length + 1, 4, 'MM'),
        secret,
        Buffer.alloc(80),
      ]),
    ],
    ['wtpt', xyz(0.9642, 1, 0.8249)],
    ['rXYZ', swapped ? green : red],
    ['gXYZ', swapped ? red : green],
    ['bXYZ', xyz(0.1431, 0.0606, 0.7141)],
    ['rTRC', curve],
    ['gTRC', curve],
    ['bTRC', curve],
    ['cprt', Buffer.concat([Buffer.from('text\0\0\0\0'), secret, Buffer.alloc(1)])],
  ];
  let at = 128 + 4 + tags.length * 12;
  const table = tags.map(([name, body]) => {
    const entry = Buffer.concat([Buffer.from(name), number(at, 4, 'MM'), number(body.length, 4, 'MM')]);
    at += body.length + (-body.length & 3);
    return entry;
  });
  const bodies = tags.map(([, body]) => Buffer.concat([body, Buffer.alloc(-body.length & 3)]));
  const header = Buffer.alloc(128);
  header.writeUInt32BE(at, 0);
  header.write('\x02\x10\0\0mntrRGB XYZ ', 8, 'latin1');
  header.write(SECRET.slice(0, 12), 24, 'latin1');
  header.write('acsp', 36);
  header.write('MAKR', 48);
  Buffer.concat([fixed(0.9642), fixed(1), fixed(0.8249)]).copy(header, 68);
  return Buffer.concat([header, number(tags.length, 4, 'MM'), ...table, ...bodies]);
}

/** One segment of a JPEG. */
export function segment(marker: number, ...body: readonly (Buffer | string)[]): Buffer {
  const bytes = Buffer.concat(body.map((part) => Buffer.from(part)));
  return Buffer.concat([Buffer.of(0xff, marker), number(bytes.length + 2, 2, 'MM'), bytes]);
}

/** Two scans with stuffed bytes and a restart, and metadata between them; it can't be decoded. */
export function bareJpeg({ width = 3, height = 2 } = {}): Buffer {
  const frame = Buffer.concat([
    Buffer.of(8),
    number(height, 2, 'MM'),
    number(width, 2, 'MM'),
    Buffer.of(1, 1, 0x11, 0),
  ]);
  const coded = Buffer.of(1, 0xff, 0, 2, 0xff, 0xd3, 3, 0xff, 0);
  return Buffer.concat([
    Buffer.of(0xff, 0xd8),
    segment(0xdb, Buffer.alloc(65)),
    segment(0xc2, frame),
    segment(0xc4, Buffer.alloc(20)),
    segment(0xda, Buffer.alloc(8), ''),
    coded,
    segment(0xda, Buffer.alloc(8)),
    coded,
    Buffer.of(0xff, 0xd9),
  ]);
}

/** With all that cameras write, and a film behind its end. */
export function cameraJpeg(plain: Uint8Array, orientation: number, profile = colorProfile()): Buffer {
  const half = Math.floor(profile.length / 2);
  const chunkOf = (index: number, part: Buffer) => segment(0xe2, 'ICC_PROFILE\0', Buffer.of(index, 2), part);
  return Buffer.concat([
    plain.subarray(0, 2),
    segment(0xe1, 'Exif\0\0', exif(orientation)),
    segment(0xe1, 'http://ns.adobe.com/xap/1.0/\0', `<x:xmpmeta>${SECRET}</x:xmpmeta>`),
    chunkOf(2, profile.subarray(half)),
    chunkOf(1, profile.subarray(0, half)),
    segment(0xe2, 'MPF\0', secret),
    segment(0xed, 'Photoshop 3.0\0', secret),
    segment(0xe0, 'JFXX\0', secret),
    segment(0xfe, secret),
    Buffer.of(0xff),
    plain.subarray(2),
    Buffer.from(`\0\0\0\x18ftypmp42${SECRET}`),
  ]);
}

/** One chunk of a PNG. */
export function pngChunk(name: string, body: Uint8Array): Buffer {
  const named = Buffer.concat([Buffer.from(name), body]);
  return Buffer.concat([number(body.length, 4, 'MM'), named, number(crc32(named), 4, 'MM')]);
}

const PNG_SIGNATURE = Buffer.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const PNG_HEADER_END = 33;

/** Gray, black. */
export function barePng({ width = 3, height = 2 } = {}): Buffer {
  const header = Buffer.concat([number(width, 4, 'MM'), number(height, 4, 'MM'), Buffer.of(8, 0, 0, 0, 0)]);
  return Buffer.concat([
    PNG_SIGNATURE,
    pngChunk('IHDR', header),
    pngChunk('IDAT', deflateSync(Buffer.alloc(Math.min((width + 1) * height, 1000)))),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

/** With all that programs write. */
export function annotatedPng(plain: Uint8Array, orientation: number, profile = colorProfile()): Buffer {
  return Buffer.concat([
    plain.subarray(0, PNG_HEADER_END),
    pngChunk('iCCP', Buffer.concat([Buffer.from('My Screen\0\0'), deflateSync(profile)])),
    pngChunk('eXIf', exif(orientation, 'MM')),
    pngChunk('tEXt', Buffer.from(`Location\0${SECRET}`)),
    pngChunk('zTXt', Buffer.concat([Buffer.from('Comment\0\0'), deflateSync(secret)])),
    pngChunk('iTXt', Buffer.from(`XML:com.adobe.xmp\0\0\0\0\0${SECRET}`)),
    pngChunk('tIME', Buffer.of(7, 230, 11, 30, 3, 2, 1)),
    pngChunk('sBIT', secret),
    pngChunk('caNv', secret),
    plain.subarray(PNG_HEADER_END),
    secret,
  ]);
}

/** One chunk of a WebP. */
export function webpChunk(name: string, body: Uint8Array): Buffer {
  return Buffer.concat([
    Buffer.from(name),
    number(body.length, 4, 'II'),
    body,
    Buffer.alloc(body.length % 2),
  ]);
}

/** A WebP of these chunks. */
export function webpOf(chunks: readonly Buffer[]): Buffer {
  return webpChunk('RIFF', Buffer.concat([Buffer.from('WEBP'), ...chunks]));
}

/** The header of a WebP with more than pixels. */
export function webpHeader(flags: number, { width = 3, height = 2 } = {}): Buffer {
  const size = [width - 1, height - 1].map((side) => number(side, 4, 'II').subarray(0, 3));
  return webpChunk('VP8X', Buffer.concat([Buffer.of(flags, 0, 0, 0), ...size]));
}

/** Around these pixels, with all that cameras write. */
export function cameraWebp(
  pixels: readonly Buffer[],
  orientation: number,
  { profile = colorProfile(), width = 3, height = 2 } = {},
): Buffer {
  return Buffer.concat([
    webpOf([
      webpHeader(0x2c, { width, height }),
      webpChunk('ICCP', profile),
      ...pixels,
      webpChunk('EXIF', exif(orientation)),
      webpChunk('XMP ', secret),
      webpChunk('MINE', secret),
    ]),
    secret,
  ]);
}

function number(value: number, bytes: 2 | 4, order: 'II' | 'MM'): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32BE(value);
  const big = buffer.subarray(4 - bytes);
  return order === 'MM' ? big : big.reverse();
}
