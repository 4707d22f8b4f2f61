// Maps between this server and Lua, compared with what a real Redis makes of them.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RedisProcess, startRedis } from '../../testing/redis-server.ts';
import { type Packable, packMap, unpackMap } from './msgpack.ts';

const NUMBERS = [0, 1, 127, 128, 255, 256, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32, Number.MAX_SAFE_INTEGER];
const LENGTHS = [0, 1, 31, 32, 255, 256, 65_535, 65_536, 100_000];

let redis: RedisProcess;

beforeAll(async () => {
  redis = await startRedis();
});

afterAll(() => redis[Symbol.asyncDispose]());

/** What Lua packs as the value of this expression. */
async function packedByLua(expression: string, argument: Uint8Array | string = '') {
  const inHex = `string.gsub(cmsgpack.pack(${expression}), '.', function(c) return string.format('%02x', string.byte(c)) end)`;
  const answer = await redis.ask('EVAL', `return (${inHex})`, 0, argument);
  return unpackMap(new Uint8Array(Buffer.from(String(answer), 'hex')));
}

/** What comes back when Lua reads the map and writes it again. */
const throughLua = (fields: Readonly<Record<string, Packable>>) =>
  packedByLua('cmsgpack.unpack(ARGV[1])', packMap(fields));

describe('maps to and from Lua', () => {
  test.each(NUMBERS)('the number %d', async (number) => {
    expect((await throughLua({ number })).number('number')).toBe(number);
  });

  test.each(LENGTHS)('%d bytes, of any value', async (length) => {
    const bytes = Uint8Array.from({ length }, (_, i) => i % 256);
    expect((await throughLua({ bytes })).bytes('bytes')).toEqual(bytes);
  });

  test('as many fields as a map may have; absent ones stay absent', async () => {
    const names = Array.from({ length: 15 }, (_, i) => `field${i}`);
    const fields = await throughLua({
      ...Object.fromEntries(names.map((name, i) => [name, i])),
      none: undefined,
    });
    expect(names.map((name) => fields.number(name))).toEqual(names.map((_, i) => i));
    expect(fields.bytesIfAny('none')).toBeUndefined();
    expect(fields.numberIfAny('none')).toBeUndefined();
    expect(() => packMap(Object.fromEntries([...names, 'more'].map((name) => [name, 1])))).toThrow();
  });

  test('text and flags', async () => {
    const fields = await throughLua({ text: 'öffnen', yes: true, no: false });
    expect(fields.text('text')).toBe('öffnen');
    expect([fields.flag('yes'), fields.flag('no')]).toEqual([true, false]);
  });

  test('maps within maps, and large ones', async () => {
    const names = Array.from({ length: 40 }, (_, i) => `f${i + 1} = ${i + 1}`);
    const inner = (await packedByLua(`{ inner = { ${names.join()} } }`)).map('inner');
    expect([inner.number('f1'), inner.number('f40')]).toEqual([1, 40]);
  });

  test('a wrong type, a missing field, a piece of a map and more than one map throw', () => {
    const packed = packMap({ text: 'a', number: 1 });
    expect(() => unpackMap(packed).number('text')).toThrow();
    expect(() => unpackMap(packed).bytes('number')).toThrow();
    expect(() => unpackMap(packed).flag('number')).toThrow();
    expect(() => unpackMap(packed).bytes('missing')).toThrow();
    expect(() => unpackMap(packed).map('missing')).toThrow();
    expect(() => unpackMap(packed.subarray(0, -1))).toThrow();
    expect(() => unpackMap(Uint8Array.of(...packed, 0))).toThrow();
    expect(() => unpackMap(Uint8Array.of(0xc0))).toThrow();
    expect(() => unpackMap(Uint8Array.of(0x81, 1, 1))).toThrow();
    expect(() => packMap({ n: -1 })).toThrow();
    expect(() => packMap({ n: 0.5 })).toThrow();
  });
});
