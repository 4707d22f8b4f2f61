import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toHex, utf8 } from './bytes.ts';
import { type RoomId, parseRoomId } from './ids.ts';
import { isGoodPoint, isGoodSignatureShape, joinTranscript, signedBytes } from './signing.ts';

const FIELD_PRIME = 2n ** 255n - 19n;

function littleEndian(value: bigint): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn));
}

describe('SIG-2: good points', () => {
  test('a canonical y that is not of small order is good, whatever the sign bit', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 2n, max: FIELD_PRIME - 2n }), fc.boolean(), (y, sign) => {
        const bytes = littleEndian(y + (sign ? 2n ** 255n : 0n));
        const small = ['26e8958f', 'c7176a70'].some((start) => toHex(bytes).startsWith(start));
        return small || isGoodPoint(bytes);
      }),
    );
  });

  test('y of p and above is not canonical', () => {
    for (let above = 0n; above < 19n; above++)
      expect(isGoodPoint(littleEndian(FIELD_PRIME + above))).toBe(false);
    expect(isGoodPoint(littleEndian(FIELD_PRIME - 2n))).toBe(true);
  });

  test('the five small-order values are refused with either sign', () => {
    const small = [0n, 1n, FIELD_PRIME - 1n].map(littleEndian);
    for (const hex of [
      '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
      'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
    ]) {
      small.push(Uint8Array.from(Buffer.from(hex, 'hex')));
    }
    for (const y of small) {
      expect(isGoodPoint(y)).toBe(false);
      expect(isGoodPoint(Uint8Array.from(y, (byte, i) => (i === 31 ? byte | 0x80 : byte)))).toBe(false);
    }
  });

  test('another length is no point and no signature', () => {
    expect(isGoodPoint(new Uint8Array(31).fill(9))).toBe(false);
    expect(isGoodSignatureShape(new Uint8Array(63).fill(9))).toBe(false);
    expect(isGoodSignatureShape(new Uint8Array(64).fill(9))).toBe(true);
  });
});

describe('SIG-1: what is signed', () => {
  test('begins with its purpose and a zero', () => {
    expect(signedBytes('join', utf8('x'))).toEqual(utf8('mayfly/v1 join\0x'));
  });

  test('PROOF-1: T is id, nonce, identity', () => {
    const id = parseRoomId('k7Qm2x') as RoomId;
    const transcript = joinTranscript(id, new Uint8Array(32).fill(1), new Uint8Array(32).fill(2));
    expect(toHex(transcript)).toBe(`066b37516d3278${'01'.repeat(32)}${'02'.repeat(32)}`);
  });
});
