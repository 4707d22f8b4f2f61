import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { SeededRandom } from '../testing/random.ts';
import { AddressKeys } from './address-keys.ts';

function open(max = 100) {
  const salts: Uint8Array[] = [];
  const { bytes } = new SeededRandom(5);
  let made = 0;
  const random = (length: number) => {
    const salt = bytes(length);
    salts.push(salt);
    return salt;
  };
  const keys = new AddressKeys(random, max, () => ({ number: made++ }));
  const numberOf = (address: string) => keys.find(address).number;
  return { keys, salts, numberOf };
}

test('LIMIT-7: one record for one network, another for another', () => {
  const { numberOf } = open();
  expect(['203.0.113.7', '203.0.113.8', '203.0.113.7', '::ffff:203.0.113.7'].map(numberOf)).toEqual([
    0, 1, 0, 0,
  ]);
  expect(['2001:db8::1', '2001:db8::2', '2001:db8:0:1::1'].map(numberOf)).toEqual([2, 2, 3]);
});

test('LIMIT-7: a key is 8 bytes of HMAC-SHA256 under a 32-byte salt; addresses are not kept', () => {
  const { keys, salts, numberOf } = open();
  numberOf('203.0.113.7');
  expect(salts.map((salt) => salt.length)).toEqual([32]);
  const mac = createHmac('sha256', salts[0] ?? '')
    .update(Buffer.of(203, 0, 113, 7))
    .digest('hex');
  expect(keys.keys).toEqual([mac.slice(0, 16)]);
});

test('LIMIT-7: an address that returns within one salt period keeps its record, under a new key', () => {
  const { keys, numberOf } = open();
  numberOf('203.0.113.7');
  const [before] = keys.keys;
  keys.rotate();
  expect(keys.keys).toEqual([before]);
  expect(numberOf('203.0.113.7')).toBe(0);
  expect(keys.keys).toHaveLength(1);
  expect(keys.keys).not.toContain(before);
});

test('LIMIT-7: an address that stays away for two is forgotten, and the salt is overwritten', () => {
  const { keys, salts, numberOf } = open();
  numberOf('203.0.113.7');
  keys.rotate();
  expect(salts[0]?.some((byte) => byte !== 0)).toBe(true);
  keys.rotate();
  expect(keys.keys).toEqual([]);
  expect(salts[0]?.every((byte) => byte === 0)).toBe(true);
  expect(numberOf('203.0.113.7')).toBe(1);
});

test('LIMIT-7: the number of records is bounded; the oldest are dropped', () => {
  const { keys, numberOf } = open(3);
  for (let i = 0; i < 50; i++) numberOf(`203.0.113.${i}`);
  expect(keys.keys).toHaveLength(3);
  expect(numberOf('203.0.113.49')).toBe(49);
  expect(numberOf('203.0.113.0')).toBe(50);
});

test('LIMIT-7: an open connection keeps its record, under no key older than its salt', () => {
  const { keys, salts, numberOf } = open();
  const holds = [keys.hold('203.0.113.7'), keys.hold('203.0.113.7')];
  for (let rotation = 1; rotation <= 5; rotation++) {
    const before = keys.keys;
    keys.rotate();
    expect(keys.keys).toHaveLength(1);
    expect(before).not.toContain(keys.keys[0]);
    expect(salts.at(-1)).toHaveLength(32);
  }
  holds[0]?.[Symbol.dispose]();
  keys.rotate();
  keys.rotate();
  expect(numberOf('203.0.113.7')).toBe(0);
  holds[1]?.[Symbol.dispose]();
  keys.rotate();
  keys.rotate();
  expect(keys.keys).toEqual([]);
  expect(numberOf('203.0.113.7')).toBe(1);
});

test('LIMIT-7: a flood of addresses evicts no record of an open connection', () => {
  const { keys, numberOf } = open(3);
  using held = keys.hold('198.51.100.1');
  for (let i = 0; i < 50; i++) numberOf(`203.0.113.${i}`);
  expect(keys.keys).toHaveLength(3);
  expect(numberOf('198.51.100.1')).toBe(held.record.number);
});

test('LIMIT-7: records in use may exceed the maximum', () => {
  const { keys, numberOf } = open(3);
  const holds = Array.from({ length: 5 }, (_, i) => keys.hold(`198.51.100.${i}`));
  expect(holds.map(({ record }) => record.number)).toEqual([0, 1, 2, 3, 4]);
  expect(Array.from({ length: 5 }, (_, i) => numberOf(`198.51.100.${i}`))).toEqual([0, 1, 2, 3, 4]);
});
