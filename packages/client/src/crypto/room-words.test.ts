// docs/vectors/room-words.json: a room's name and topic, sealed and shown.

import { MANIFEST_BYTES, parseRoomId } from '@mayfly/protocol';
import { describe, expect, test } from 'vitest';
import known from '../../../../docs/vectors/crypto.json' with { type: 'json' };
import vectors from '../../../../docs/vectors/room-words.json' with { type: 'json' };
import { checkCharter, makeFirstCharter } from './charter.ts';
import { epochKeys, roomSecrets } from './keys.ts';
import { ownerKeys } from './owner.ts';
import { cleanRoomWords, fittingRoomWords, topicFits } from './room-words.ts';

const bytes = (hex: string) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
const hexOf = (some: Uint8Array) => Array.from(some, (byte) => byte.toString(16).padStart(2, '0')).join('');

const id = parseRoomId(known.room_id);
if (id === undefined) throw new Error('not a room id');
const owner = ownerKeys(known.owner.owner_code);
const secrets = roomSecrets(known.schedule.none.S);
const r = bytes(known.link_secret[0]?.r ?? '');
const keys = epochKeys(secrets.root, id, 0);

describe('CHARTER-6: the words of a room', () => {
  test.each(vectors.sealed)('are sealed into the manifest: $name', ({ words, nonce, manifest }) => {
    const nonces = [bytes(nonce), new Uint8Array(24)];
    const random = () => nonces.shift() ?? new Uint8Array();
    const made = makeFirstCharter({ id, owner, r, secrets, moderators: [], words }, random);
    expect(hexOf(made.blob.subarray(0, MANIFEST_BYTES))).toBe(manifest);
    const checked = checkCharter({ id, secrets, keys, door: 1, lastC: 1, ...made });
    expect(checked.ok && checked.manifest).toEqual({ ownerPk: owner.pk, r, roots: [], ...words });
  });

  test.each(vectors.shown)('are shown cleaned, or not at all: $name', ({ words, shown }) => {
    expect(cleanRoomWords(words)).toEqual(shown);
  });

  test('have no lone surrogates', () => {
    expect(cleanRoomWords({ name: 'a\uD83Eb' })).toEqual({ name: 'a\uFFFDb' });
    expect(fittingRoomWords({ topic: 'a\uDD8Bb' })).toEqual({ topic: 'a\uFFFDb' });
  });

  test('that are too long are refused before anything is made of them; surrounding blanks don’t count', () => {
    expect(() => fittingRoomWords({ name: 'n'.repeat(51) })).toThrow(RangeError);
    expect(() => fittingRoomWords({ topic: 'é'.repeat(101) })).toThrow(RangeError);
    expect(fittingRoomWords({ name: ` ${'n'.repeat(50)} `, topic: '\u200B' })).toEqual({
      name: 'n'.repeat(50),
    });
    expect(topicFits('é'.repeat(100))).toBe(true);
    expect(topicFits('t'.repeat(141))).toBe(false);
  });

  test('leave room in the manifest for the roots of eight earlier epochs', () => {
    const words = { name: 'é'.repeat(50), topic: 'é'.repeat(100) };
    const root = 'A'.repeat(43);
    const roots = Array.from({ length: 8 }, () => ({ e: 0xffff_ffff, root }));
    const text = JSON.stringify({ o: root, r: root, ...words, roots });
    expect(new TextEncoder().encode(text).length).toBeLessThanOrEqual(1024);
  });

  test('whatever they are, fit the first manifest: quotes and backslashes take two bytes', () => {
    const words = fittingRoomWords({ name: '"'.repeat(50), topic: '\\'.repeat(140) });
    const made = makeFirstCharter({ id, owner, r, secrets, moderators: [], words }, (n) => new Uint8Array(n));
    const checked = checkCharter({ id, secrets, keys, door: 1, lastC: 1, ...made });
    expect(checked.ok && checked.manifest).toMatchObject(words);
  });
});
