// Pictures by their bytes: what is drawn, how large it is, and what is left when it is sent.

import { describe, expect, test } from 'vitest';
import {
  SECRET,
  annotatedPng,
  bareJpeg,
  barePng,
  cameraJpeg,
  cameraWebp,
  colorProfile,
  exif,
  pngChunk,
  segment,
  webpChunk,
  webpHeader,
  webpOf,
} from '../../testing/picture-files.ts';
import { plainProfile } from './color-profile.ts';
import { orientationIn } from './orientation.ts';
import { isThumb, pictureIn, withoutMetadata } from './picture.ts';

const LOSSLESS = webpChunk('VP8L', Buffer.of(0x2f, 0x02, 0x40, 0x00, 0x00, 0));
const GIF = Buffer.from(
  'GIF89a\x03\0\x02\0\x80\0\0abcdef!\xfe\x03abc\0!\xf9\x04\0\0\0\0\0,\0\0\0\0\x05\0\x04\0\0',
  'latin1',
);

function box(name: string, ...body: readonly Buffer[]): Buffer {
  const content = Buffer.concat(body);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length + 8);
  return Buffer.concat([length, Buffer.from(name), content]);
}

function avif(width: number, height: number, turns = 0): Buffer {
  const size = Buffer.alloc(12);
  size.writeUInt32BE(width, 4);
  size.writeUInt32BE(height, 8);
  const properties = box('iprp', box('ipco', box('ispe', size), box('irot', Buffer.of(turns))));
  return Buffer.concat([box('ftyp', Buffer.from('avif\0\0\0\0')), box('meta', Buffer.alloc(4), properties)]);
}

async function stripped(bytes: Buffer): Promise<Buffer | undefined> {
  const parts = await withoutMetadata(bytes);
  return parts && Buffer.concat(parts);
}

function many(head: Buffer, unit: Buffer): Buffer {
  return Buffer.concat([head, Buffer.alloc(8_000_000, unit)]);
}

/** Names of the chunks of a PNG or WebP, markers of a JPEG. */
function partsOf(bytes: Buffer): readonly string[] {
  const parts: string[] = [];
  if (bytes[0] === 0xff) {
    for (let at = 2; at < bytes.length;) {
      const marker = bytes[at + 1] ?? 0;
      parts.push(marker.toString(16));
      at += 2 + (marker === 0xd9 ? 0 : bytes.readUInt16BE(at + 2));
      if (marker === 0xda) at += 9;
    }
    return parts;
  }
  const isPng = bytes[0] === 0x89;
  for (let at = isPng ? 8 : 12; at < bytes.length;) {
    const length = isPng ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at + 4);
    parts.push(bytes.toString('latin1', at + (isPng ? 4 : 0), at + (isPng ? 8 : 4)));
    at += isPng ? length + 12 : length + 8 + (length % 2);
  }
  return parts;
}

describe('pictures are known by their bytes, and measured before they are decoded', () => {
  test.each<[string, Buffer, unknown]>([
    ['PNG', barePng(), { kind: 'png', width: 3, height: 2 }],
    ['JPEG', bareJpeg(), { kind: 'jpeg', width: 3, height: 2 }],
    ['JPEG behind other segments', cameraJpeg(bareJpeg(), 1), { kind: 'jpeg', width: 3, height: 2 }],
    ['JPEG on its side', cameraJpeg(bareJpeg(), 6), { kind: 'jpeg', width: 2, height: 3 }],
    ['PNG on its side', annotatedPng(barePng(), 5), { kind: 'png', width: 2, height: 3 }],
    ['WebP', cameraWebp([LOSSLESS], 1), { kind: 'webp', width: 3, height: 2 }],
    ['WebP on its side', cameraWebp([LOSSLESS], 8), { kind: 'webp', width: 2, height: 3 }],
    ['lossless WebP', webpOf([LOSSLESS]), { kind: 'webp', width: 3, height: 2 }],
    [
      'lossy WebP',
      webpOf([webpChunk('VP8 ', Buffer.of(0, 0, 0, 0x9d, 0x01, 0x2a, 3, 0, 2, 0))]),
      { kind: 'webp', width: 3, height: 2 },
    ],
    ['GIF, by its largest side', GIF, { kind: 'gif', width: 5, height: 4 }],
    ['AVIF', avif(3, 2), { kind: 'avif', width: 3, height: 2 }],
    ['AVIF on its side', avif(3, 2, 1), { kind: 'avif', width: 2, height: 3 }],
  ])('%s', (_, bytes, picture) => {
    expect(pictureIn(bytes)).toEqual(picture);
  });

  test.each<[string, Buffer]>([
    ['SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="3" height="2"/>')],
    ['HTML', Buffer.from('<!doctype html><script>alert(1)</script>')],
    ['PDF', Buffer.from('%PDF-1.7')],
    ['HTML with a name of GIF', Buffer.from('GIF8<script>')],
    ['nothing', Buffer.alloc(0)],
    ['a PNG that is cut in its header', barePng().subarray(0, 15)],
    [
      'a JPEG without a frame',
      Buffer.concat([Buffer.of(0xff, 0xd8), segment(0xfe, 'x'), Buffer.of(0xff, 0xd9)]),
    ],
    ['a JPEG of FF', Buffer.concat([Buffer.of(0xff, 0xd8), Buffer.alloc(100_000, 0xff)])],
    ['a segment that ends beyond the file', Buffer.of(0xff, 0xd8, 0xff, 0xc0, 0xff, 0xff, 8, 0, 1, 0, 1)],
    ['a segment of length 0', Buffer.of(0xff, 0xd8, 0xff, 0xc0, 0, 0, 8, 0, 1, 0, 1)],
    ['a PNG without width', barePng({ width: 0 })],
    ['an AVIF without sizes', box('ftyp', Buffer.from('avif'))],
    [
      'boxes of length 1',
      Buffer.concat([box('ftyp', Buffer.from('avif')), Buffer.of(0, 0, 0, 1, 1, 1, 1, 1)]),
    ],
  ])('not drawn: %s', (_, bytes) => {
    expect(pictureIn(bytes)).toBeUndefined();
  });

  test.each<[string, Buffer]>([
    ['PNG', barePng({ width: 50_000, height: 50_000 })],
    ['PNG with 2^31 and more', barePng({ width: 0xffff_ffff, height: 1 })],
    ['JPEG', bareJpeg({ width: 65_535, height: 65_535 })],
    ['WebP', webpOf([webpHeader(0, { width: 50_000, height: 50_000 }), LOSSLESS])],
    ['GIF', Buffer.from('GIF89a\xff\xff\xff\xff\0\0\0', 'latin1')],
    ['AVIF', avif(50_000, 50_000)],
  ])('more than 50 megapixels are not drawn: %s', (_, bytes) => {
    expect(pictureIn(bytes)).toBeUndefined();
  });

  test('a thumb is a PNG, JPEG or WebP of at most 64 × 64 and 2 KiB', () => {
    expect(isThumb(barePng({ width: 64, height: 64 }))).toBe(true);
    expect(isThumb(barePng({ width: 65, height: 64 }))).toBe(false);
    expect(isThumb(Buffer.concat([bareJpeg(), Buffer.alloc(2048)]))).toBe(false);
    expect(isThumb(GIF)).toBe(false);
    expect(isThumb(avif(3, 2))).toBe(false);
    expect(isThumb(Buffer.from('<svg/>'))).toBe(false);
  });
});

describe('a stripped picture has no metadata but its orientation, and ends at its end', () => {
  test.each<[string, (orientation: number) => Buffer, readonly string[], string]>([
    ['JPEG', (side) => cameraJpeg(bareJpeg(), side), ['e2', 'db', 'c2', 'c4', 'da', 'da', 'd9'], 'e1'],
    ['PNG', (side) => annotatedPng(barePng(), side), ['IHDR', 'iCCP', 'IDAT', 'IEND'], 'eXIf'],
    ['WebP', (side) => cameraWebp([LOSSLESS], side), ['VP8X', 'ICCP', 'VP8L'], 'EXIF'],
  ])('%s', async (_, picture, parts, orientation) => {
    const upright = await stripped(picture(1));
    expect(upright && partsOf(upright)).toEqual(parts);
    expect(upright?.toString('latin1')).not.toContain('SECRET');
    expect(upright?.toString('latin1')).not.toContain('MAKR');

    const turned = await stripped(picture(6));
    expect(turned && new Set(partsOf(turned))).toEqual(new Set([...parts, orientation]));
    expect(turned?.toString('latin1')).not.toContain('SECRET');
    expect(turned && pictureIn(turned)).toMatchObject({ width: 2, height: 3 });

    expect(turned && (await stripped(turned))?.equals(turned)).toBe(true);
  });

  test.each<[string, Buffer]>([
    ['PNG', barePng()],
    ['JPEG', bareJpeg()],
    ['WebP', webpOf([LOSSLESS])],
  ])('a %s that is a page and an archive as well is the picture only', async (_, picture) => {
    const both = Buffer.concat([picture, Buffer.from('<script>alert(1)</script>PK\x03\x04')]);
    expect(pictureIn(both)).toEqual(pictureIn(picture));
    expect((await stripped(both))?.equals(picture)).toBe(true);
  });

  test('coded data of a JPEG stays as it was, with stuffed bytes and restarts', async () => {
    const plain = bareJpeg();
    expect((await stripped(plain))?.equals(plain)).toBe(true);
    const jfif = segment(0xe0, 'JFIF\0', Buffer.of(1, 2, 0, 0, 72, 0, 72, 1, 1, 1, 2, 3));
    const withThumbnail = Buffer.concat([plain.subarray(0, 2), jfif, plain.subarray(2)]);
    const expected = segment(0xe0, 'JFIF\0', Buffer.of(1, 2, 0, 0, 72, 0, 72, 0, 0));
    expect((await stripped(withThumbnail))?.subarray(2, 2 + expected.length).equals(expected)).toBe(true);
  });

  test('of two color profiles, the first one counts, as in browsers', async () => {
    const one = cameraJpeg(bareJpeg(), 1, colorProfile({ swapped: true }));
    const other = segment(0xe2, 'ICC_PROFILE\0', Buffer.of(1, 1), colorProfile());
    const both = Buffer.concat([
      one.subarray(0, one.indexOf('MPF') - 4),
      other,
      one.subarray(one.indexOf('MPF') - 4),
    ]);
    expect((await stripped(both))?.equals((await stripped(one)) ?? Buffer.alloc(0))).toBe(true);
  });

  test('frames of a moving WebP and PNG stay, what hides in them goes', async () => {
    const frame = webpChunk(
      'ANMF',
      Buffer.concat([Buffer.alloc(16), LOSSLESS, webpChunk('MINE', Buffer.from(SECRET))]),
    );
    const loop = webpChunk('ANIM', Buffer.alloc(6));
    const moving = webpOf([webpHeader(0x0e), loop, frame, frame, webpChunk('EXIF', exif(1))]);
    const kept = webpChunk('ANMF', Buffer.concat([Buffer.alloc(16), LOSSLESS]));
    expect((await stripped(moving))?.equals(webpOf([webpHeader(0x02), loop, kept, kept]))).toBe(true);

    const png = barePng();
    const control = pngChunk('acTL', Buffer.alloc(8));
    const apng = Buffer.concat([
      png.subarray(0, 33),
      control,
      pngChunk('fcTL', Buffer.alloc(26)),
      png.subarray(33),
    ]);
    expect((await stripped(apng))?.equals(apng)).toBe(true);
  });

  test.each<[string, Buffer]>([
    ['JPEG without an end', bareJpeg().subarray(0, -2)],
    ['JPEG cut in a segment', bareJpeg().subarray(0, 40)],
    ['PNG without an end', barePng().subarray(0, -12)],
    ['PNG cut in a chunk', barePng().subarray(0, 50)],
    ['PNG with a chunk of 4 GiB', Buffer.concat([barePng().subarray(0, 33), Buffer.alloc(40, 0xff)])],
    ['WebP cut', webpOf([LOSSLESS]).subarray(0, -1)],
    ['WebP without pixels', webpOf([webpHeader(0), webpChunk('EXIF', exif(1))])],
    ['text', Buffer.from('hello')],
    ['GIF', GIF],
  ])('not whole, or of another kind, so never called stripped: %s', async (_, bytes) => {
    expect(await stripped(bytes)).toBeUndefined();
  });

  test('whatever is cut or changed, nothing throws, and no metadata comes through', async () => {
    for (const whole of [cameraJpeg(bareJpeg(), 6), annotatedPng(barePng(), 6), cameraWebp([LOSSLESS], 6)])
      for (let at = 0; at < whole.length; at += 3) {
        pictureIn(whole.subarray(0, at));
        expect((await stripped(whole.subarray(0, at)))?.includes(SECRET) ?? false).toBe(false);
        const changed = Buffer.from(whole);
        changed[at] = 0xff;
        pictureIn(changed);
        await stripped(changed);
      }
  });
});

describe('hostile files of 8 MB take one pass', () => {
  test.each<[string, Buffer]>([
    ['empty segments', many(Buffer.of(0xff, 0xd8), Buffer.of(0xff, 0xfe, 0, 2))],
    ['scans', many(Buffer.of(0xff, 0xd8), Buffer.of(0xff, 0xda, 0, 2))],
    ['a scan of stuffed bytes', many(Buffer.of(0xff, 0xd8, 0xff, 0xda, 0, 2), Buffer.of(0xff, 0))],
    ['a scan of FF', many(Buffer.of(0xff, 0xd8, 0xff, 0xda, 0, 2), Buffer.of(0xff))],
    ['empty chunks of a PNG', many(barePng().subarray(0, 33), pngChunk('tEXt', Buffer.alloc(0)))],
    ['empty chunks of a WebP', many(webpOf([]), webpChunk('MINE', Buffer.alloc(0)))],
    ['boxes in boxes', many(box('ftyp', Buffer.from('avif')), Buffer.from('\0\x70\0\0meta\0\0\0\0'))],
    ['extensions of a GIF', many(GIF.subarray(0, 19), Buffer.of(0x21, 0xfe, 1, 0, 0))],
  ])('%s', async (_, bytes) => {
    pictureIn(bytes);
    expect(await stripped(bytes)).toBeUndefined();
  });
});

describe('the orientation', () => {
  test.each(['II', 'MM'] as const)('is read in order %s', (order) => {
    for (let side = 1; side <= 8; side++) expect(orientationIn(exif(side, order))).toBe(side);
  });

  test.each([0, 9, 65_535])('%d is none', (side) => {
    expect(orientationIn(exif(side))).toBe(1);
  });

  test('EXIF that is cut or points nowhere has none', () => {
    expect(orientationIn(Buffer.alloc(0))).toBe(1);
    expect(orientationIn(exif(6).subarray(0, 20))).toBe(1);
    expect(orientationIn(Buffer.from('MM\0*\xff\xff\xff\xff', 'latin1'))).toBe(1);
  });
});

describe('a color profile keeps what decides the colors', () => {
  test('and not its names, makers and dates', () => {
    const plain = Buffer.from(plainProfile(colorProfile()) ?? []);
    expect(plain.length).toBe(plain.readUInt32BE(0));
    expect(plain.includes('rXYZ')).toBe(true);
    for (const gone of [SECRET, SECRET.slice(0, 12), 'desc', 'cprt', 'MAKR'])
      expect(plain.includes(gone)).toBe(false);
    expect(plainProfile(plain)).toEqual(Uint8Array.from(plain));
  });

  test('a profile of other tags, or one that lies about itself, goes', () => {
    expect(plainProfile(Buffer.alloc(200))).toBeUndefined();
    const without = colorProfile();
    without.write('xxxx', without.indexOf('gTRC'));
    expect(plainProfile(without)).toBeUndefined();
    const twice = colorProfile();
    twice.write('rXYZ', twice.indexOf('wtpt'));
    expect(plainProfile(twice)).toBeUndefined();
    const far = colorProfile();
    far.writeUInt32BE(0xffff_fff0, far.indexOf('rXYZ') + 4);
    expect(plainProfile(far)).toBeUndefined();
  });
});
