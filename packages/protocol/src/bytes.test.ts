import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ByteReader,
  concat,
  decodeUtf8,
  equalBytes,
  fromBase64url,
  toBase64url,
  toHex,
  u16,
  u32,
  u48,
  u8,
  utf8,
} from './bytes.ts';

const anyBytes = fc.uint8Array({ maxLength: 200 });

describe('base64url', () => {
  test('is what Node calls base64url', () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => toBase64url(bytes) === Buffer.from(bytes).toString('base64url')),
    );
  });

  test('comes back as it was', () => {
    fc.assert(
      fc.property(
        anyBytes,
        (bytes) => equalBytes(fromBase64url(toBase64url(bytes)) ?? u8(0), bytes) || bytes.length === 0,
      ),
    );
    expect(fromBase64url('')).toEqual(new Uint8Array());
  });

  test('has one spelling only', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), (text) => {
        const bytes = fromBase64url(text);
        return bytes === undefined || toBase64url(bytes) === text;
      }),
    );
    for (const odd of [
      'A',
      'AB',
      'AAAAA',
      'AA==',
      'A+/A',
      'AA A',
      'é',
      'AAA\u0141',
      '\u0100AAA',
      'AA\uD83D\uDE00',
    ]) {
      const bytes = fromBase64url(odd);
      expect(bytes === undefined || toBase64url(bytes) === odd, odd).toBe(true);
    }
    expect(fromBase64url('AB')).toBeUndefined();
    // Only letters of the alphabet have a value, not others with the same low bits.
    expect(fromBase64url('AAA\u0141')).toBeUndefined();
  });
});

test('hex is what Node calls hex', () => {
  fc.assert(fc.property(anyBytes, (bytes) => toHex(bytes) === Buffer.from(bytes).toString('hex')));
});

describe('numbers', () => {
  test('are big-endian and come back', () => {
    const numbers = fc.tuple(
      fc.nat(0xff),
      fc.nat(0xffff),
      fc.nat({ max: 0xffff_ffff }),
      fc.nat({ max: 2 ** 48 - 1 }),
    );
    fc.assert(
      fc.property(numbers, ([a, b, c, d]) => {
        const reader = new ByteReader(concat(u8(a), u16(b), u32(c), u48(d)));
        expect([reader.u8(), reader.u16(), reader.u32(), reader.u48(), reader.ended]).toEqual([
          a,
          b,
          c,
          d,
          true,
        ]);
      }),
    );
    expect(toHex(u48(0x0102_0304_0506))).toBe('010203040506');
  });
});

describe('ByteReader', () => {
  test('past the end: zeros, remembered, and never a throw', () => {
    const reader = new ByteReader(u16(7));
    expect(reader.u32()).toBe(0);
    expect(reader.intact).toBe(false);
    expect(reader.take(2 ** 40).length).toBe(0);
    expect(reader.u16()).toBe(7);
    expect(reader.ended).toBe(false);
  });

  test('bytes left over are not the end', () => {
    const reader = new ByteReader(u16(7));
    reader.u8();
    expect(reader.intact).toBe(true);
    expect(reader.ended).toBe(false);
  });
});

describe('text', () => {
  test('broken UTF-8 is no text, a byte order mark stays', () => {
    expect(decodeUtf8(Uint8Array.of(0xc3, 0x28))).toBeUndefined();
    expect(decodeUtf8(utf8('\uFEFFa'))).toBe('\uFEFFa');
  });
});
