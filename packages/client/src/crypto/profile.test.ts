// Profiles: only their member can write them.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PROFILE_BYTES, type RoomId, concat, parseRoomId, u32, u48, u8, utf8 } from '@mayfly/protocol';
import { sealBox } from './box.ts';
import { exchangePublicKeyOf } from './exchange.ts';
import { epochKeys, roomSecrets } from './keys.ts';
import { type Profile, openProfile, sealProfile } from './profile.ts';
import { sign, signingKey } from './signature.ts';

const id = parseRoomId('k7Qm2x') as RoomId;
const root = roomSecrets('S56xJLf2MT2SzL2XAYtD6qMwY43cc5f4').root;
const keys = epochKeys(root, id, 0);
const ann = signingKey(new Uint8Array(32).fill(1));
const bob = signingKey(new Uint8Array(32).fill(2));
const slot = new Uint8Array(8).fill(9);
const xPk = exchangePublicKeyOf(new Uint8Array(32).fill(4));
const random = (length: number) => new Uint8Array(length).fill(6);
const profile: Profile = { xPk, at: 1_700_000_000_000, name: 'Ann' };
const sealed = sealProfile(keys, ann, slot, profile, random);

const open = (changes: object = {}, by = keys) => openProfile(by, { slot, idPk: ann.pk, sealed, ...changes });

function sealFields(fields: Uint8Array, signature: Uint8Array, ...tail: readonly Uint8Array[]): Uint8Array {
  const header = concat(u8(0x13), u32(0));
  const inner = new Uint8Array(256);
  inner.set(concat(fields, signature, ...tail));
  return concat(
    header,
    sealBox(keys.profile, concat(utf8('mayfly/v1 env\0'), header, keys.ctx), inner, random),
  );
}

const fieldsWith = (key: Uint8Array, name: Uint8Array) =>
  concat(ann.pk, key, slot, u48(profile.at), u8(name.length), name);
const annSigns = (fields: Uint8Array) => sign(ann.seed, 'prosig', concat(keys.ctx, fields));

// Any code points but lone surrogates, which UTF-8 cannot hold.
const anyText = (maxLength: number) =>
  fc
    .array(fc.integer({ min: 0, max: 0x10_ffff - 0x800 }), { maxLength })
    .map((points) =>
      String.fromCodePoint(...points.map((point) => (point < 0xd800 ? point : point + 0x800))),
    );

describe('PROFILE-1', () => {
  test('any name that fits comes back, always in 301 bytes', () => {
    fc.assert(
      fc.property(anyText(25), fc.integer({ min: 0, max: 2 ** 48 - 1 }), (text, at) => {
        const mine = { xPk, at, name: text };
        const bytes = sealProfile(keys, ann, slot, mine, random);
        expect(bytes).toHaveLength(PROFILE_BYTES);
        expect(openProfile(keys, { slot, idPk: ann.pk, sealed: bytes })).toEqual(mine);
      }),
      { numRuns: 30, seed: 21 },
    );
  });

  test('a name that does not fit is not sealed', () => {
    expect(() => sealProfile(keys, ann, slot, { ...profile, name: 'x'.repeat(51) }, random)).toThrow(
      RangeError,
    );
  });
});

describe('PROFILE-2: dropped', () => {
  test('every single flipped byte', () => {
    for (let i = 0; i < sealed.length; i++) {
      const changed = sealed.map((byte, j) => (i === j ? byte ^ 1 : byte));
      expect(open({ sealed: changed }), `byte ${i}`).toBeUndefined();
    }
  });

  test('for another slot, key, room or epoch', () => {
    expect(open()).toEqual(profile);
    expect(open({ slot: new Uint8Array(8).fill(8) })).toBeUndefined();
    expect(open({ idPk: bob.pk })).toBeUndefined();
    expect(open({}, epochKeys(root, id, 1))).toBeUndefined();
    expect(open({}, epochKeys(root, parseRoomId('k7Qm2y') as RoomId, 0))).toBeUndefined();
  });

  test('signed by another member, or for another room', () => {
    const fields = fieldsWith(xPk, utf8('Ann'));
    expect(open({ sealed: sealFields(fields, annSigns(fields)) })).toEqual(profile);
    const forged = sign(bob.seed, 'prosig', concat(keys.ctx, fields));
    expect(open({ sealed: sealFields(fields, forged) })).toBeUndefined();
    expect(open({ sealed: sealFields(fields, sign(ann.seed, 'prosig', fields)) })).toBeUndefined();
  });

  test('SIG-4: with a low-order exchange key, even signed by its member', () => {
    const fields = fieldsWith(new Uint8Array(32), utf8('Ann'));
    expect(open({ sealed: sealFields(fields, annSigns(fields)) })).toBeUndefined();
  });

  test('with a name against the rules, or anything after the signature', () => {
    for (const name of [utf8('x'.repeat(51)), Uint8Array.of(0xff)]) {
      const fields = fieldsWith(xPk, name);
      expect(open({ sealed: sealFields(fields, annSigns(fields)) })).toBeUndefined();
    }
    const fields = fieldsWith(xPk, utf8('Ann'));
    expect(open({ sealed: sealFields(fields, annSigns(fields), u8(1)) })).toBeUndefined();
  });

  test('any bytes, without a throw', () => {
    const any = fc.oneof(
      fc.uint8Array({ maxLength: 400 }),
      fc.uint8Array({ minLength: 301, maxLength: 301 }),
    );
    fc.assert(
      fc.property(any, (bytes) => {
        expect(open({ sealed: bytes })).toBeUndefined();
        expect(open({ sealed: concat(Uint8Array.of(0x13, 0, 0, 0, 0), bytes.subarray(5)) })).toBeUndefined();
      }),
      { numRuns: 100, seed: 22 },
    );
  });
});
