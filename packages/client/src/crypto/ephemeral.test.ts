import { EPHEMERAL_BYTES, concat, u32, u8, utf8 } from '@mayfly/protocol';
import { expect, test } from 'vitest';
import { KEYS } from '../testing/author.ts';
import { seededRandom } from '../testing/random.ts';
import { sealBox } from './box.ts';
import { openTyping, sealTyping } from './ephemeral.ts';

const random = seededRandom('typing');
const slot = new Uint8Array(8).fill(4);

test.each([true, false])('TYPING-1: %s is sealed in 109 bytes and opened', (isTyping) => {
  const sealed = sealTyping(KEYS, { slot, isTyping }, random);
  expect(sealed).toHaveLength(EPHEMERAL_BYTES);
  expect(openTyping(KEYS, sealed)).toEqual({ slot, isTyping });
});

test('TYPING-1: with any bit changed, cut or made longer, it is dropped', () => {
  const sealed = sealTyping(KEYS, { slot, isTyping: true }, random);
  for (let at = 0; at < sealed.length; at++) {
    const changed = sealed.map((byte, i) => (i === at ? byte ^ 1 : byte));
    expect(openTyping(KEYS, changed), `byte ${at}`).toBeUndefined();
  }
  expect(openTyping(KEYS, sealed.subarray(0, -1))).toBeUndefined();
  expect(openTyping(KEYS, concat(sealed, u8(0)))).toBeUndefined();
  expect(openTyping({ ...KEYS, epoch: KEYS.epoch + 1 }, sealed)).toBeUndefined();
});

test.each([
  ['another kind', [2]],
  ['bytes after the kind', [1, 1]],
])('TYPING-1: %s is dropped', (_what, rest) => {
  const inner = new Uint8Array(64);
  inner.set(concat(slot, Uint8Array.from(rest)));
  const header = concat(u8(0x12), u32(KEYS.epoch));
  const aad = concat(utf8('mayfly/v1 env\0'), header, KEYS.ctx);
  expect(openTyping(KEYS, concat(header, sealBox(KEYS.ephemeral, aad, inner, random)))).toBeUndefined();
});
