// The charter: a room that is not the one its link promises is found out, whatever does not fit.

import { sha256 } from '@noble/hashes/sha2.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type CharterArgs,
  POWER,
  type RoomId,
  concat,
  decodeCharterArgs,
  decodeCommand,
  encodeCharterArgs,
  encodeCommand,
  encodeUnsignedCommand,
  parseRoomId,
  toBase64url,
  utf8,
} from '@mayfly/protocol';
import { sealBox } from './box.ts';
import { type ShownCharter, checkCharter, makeFirstCharter, openOwnerBox } from './charter.ts';
import { type EpochKeys, epochKeys, roomSecrets } from './keys.ts';
import { linkSecret, newOwnerCode, ownerKeys } from './owner.ts';
import { sign, signingKey } from './signature.ts';

const id = parseRoomId('k7Qm2x') as RoomId;
const random = (length: number) => Uint8Array.from({ length }, (_, i) => (i * 7 + length) % 251);
const owner = ownerKeys('owner'.padEnd(32, '1'));
const rival = ownerKeys('rival'.padEnd(32, '1'));
const r = new Uint8Array(32).fill(5);
const secrets = roomSecrets(linkSecret(owner.pk, r));
const keys = epochKeys(secrets.root, id, 0);
const creator = signingKey(new Uint8Array(32).fill(1));
const moderators = [{ idPk: creator.pk, mask: POWER.owner }];
const made = makeFirstCharter({ id, owner, r, secrets, moderators }, random);
const genuine: ShownCharter = { id, secrets, keys, door: 1, lastC: 1, ...made };

/** The same link, at the door of a passphrase. */
const locked = roomSecrets(secrets.secret, new Uint8Array(32).fill(6));
const lockedKeys = epochKeys(locked.root, id, 0);
const madeLocked = makeFirstCharter({ id, owner, r, secrets: locked, moderators }, random);
const genuineLocked: ShownCharter = {
  ...genuine,
  secrets: locked,
  keys: lockedKeys,
  door: 2,
  ...madeLocked,
};

const reasonFor = (changes: Partial<ShownCharter>) => {
  const result = checkCharter({ ...genuine, ...changes });
  return result.ok ? 'stands' : result.reason;
};

// A charter made by someone with the room's keys and any signing key.
function forge(
  changes: Partial<CharterArgs>,
  by = owner,
  { blob = made.blob, epoch = 0, c = 1, op = 1, room = id } = {},
): Pick<ShownCharter, 'bytes' | 'blob'> {
  const command = decodeCommand(made.bytes);
  const args = command && decodeCharterArgs(command.args);
  if (args === undefined) throw new Error('no charter');
  const signed = encodeUnsignedCommand(
    room,
    epoch,
    c,
    op,
    encodeCharterArgs({ ...args, blobHash: sha256(blob), ...changes }),
  );
  return { bytes: encodeCommand(signed, by.pk, sign(by.seed, 'cmd', signed)), blob };
}

function blobWith(text: string, by: EpochKeys = keys): Uint8Array {
  const padded = new Uint8Array(1024);
  padded.set(utf8(text));
  const aad = concat(utf8('mayfly/v1 man\0'), by.ctx);
  return concat(sealBox(by.manifest, aad, padded, random), made.blob.subarray(-104));
}

const manifestOf = (ownerPk: Uint8Array, more: object = {}) =>
  JSON.stringify({ o: toBase64url(ownerPk), r: toBase64url(r), ...more });

describe('CHARTER-3: a room that needs a passphrase', () => {
  test('is opened by link and passphrase, and the owner box has both', () => {
    expect(checkCharter(genuineLocked)).toMatchObject({ ok: true, charter: { door: 2 } });
    expect(openOwnerBox(owner, id, 0, madeLocked.blob)).toEqual({
      secret: secrets.secret,
      second: locked.second,
    });
  });

  test('can’t be passed off as one that needs none, nor the other way round', () => {
    expect(checkCharter({ ...genuineLocked, door: 1 })).toMatchObject({ ok: false, reason: 'door' });
    const lowered = { ...genuineLocked, bytes: made.bytes, blob: made.blob };
    expect(checkCharter(lowered)).toMatchObject({ ok: false, reason: 'manifest' });
    expect(checkCharter({ ...genuine, ...madeLocked })).toMatchObject({ ok: false, reason: 'manifest' });
  });

  test('is another room with another passphrase', () => {
    const other = roomSecrets(secrets.secret, new Uint8Array(32).fill(7));
    const shown = { ...genuineLocked, secrets: other, keys: epochKeys(other.root, id, 0) };
    expect(checkCharter(shown)).toMatchObject({ ok: false, reason: 'manifest' });
  });
});

describe('CHARTER-2: the first charter', () => {
  test('passes all checks, and names owner and moderators', () => {
    expect(checkCharter(genuine)).toEqual({
      ok: true,
      charter: {
        c: 1,
        newEpoch: 0,
        accessPk: secrets.access.pk,
        linkPk: new Uint8Array(32),
        door: 1,
        fresh: false,
        blobHash: sha256(made.blob),
        moderators,
      },
      manifest: { ownerPk: owner.pk, r, roots: [] },
    });
  });

  test('an owner code has 32 characters of the alphabet, and other bytes give another', () => {
    expect(newOwnerCode(random)).toMatch(/^[1-9A-HJ-NP-Za-km-z]{32}$/);
    expect(newOwnerCode((length) => random(length).toReversed())).not.toBe(newOwnerCode(random));
  });
});

describe('CHARTER-3: stay out', () => {
  test.each<[string, string, Partial<ShownCharter>]>([
    ['not a command', 'not_a_charter', { bytes: new Uint8Array(40) }],
    ['another command', 'not_a_charter', forge({}, owner, { op: 2 })],
    ['a blob that was changed', 'blob', { blob: made.blob.map((byte, i) => (i === 0 ? byte ^ 1 : byte)) }],
    ['an empty blob', 'blob', { blob: new Uint8Array() }],
    ['a blob of another length, hashed right', 'blob', forge({}, owner, { blob: made.blob.subarray(1) })],
    ['sealed for another link', 'manifest', { keys: epochKeys(roomSecrets('x'.repeat(32)).root, id, 0) }],
    ['a manifest that is not JSON', 'manifest', forge({}, owner, { blob: blobWith('{') })],
    ['a manifest without r', 'manifest', forge({}, owner, { blob: blobWith('{"o":"AA"}') })],
    [
      'text behind the manifest’s end',
      'manifest',
      forge({}, owner, { blob: blobWith(`${manifestOf(owner.pk)}\0x`) }),
    ],
    [
      'nine old roots',
      'manifest',
      forge({}, owner, {
        blob: blobWith(
          manifestOf(owner.pk, { roots: Array.from({ length: 9 }, (_, e) => ({ e, root: toBase64url(r) })) }),
        ),
      }),
    ],
    [
      'a name that is no text',
      'manifest',
      forge({}, owner, { blob: blobWith(manifestOf(owner.pk, { name: 1 })) }),
    ],
    [
      'the charter of another room',
      'other_room',
      forge({}, owner, { room: parseRoomId('k7Qm2y') as RoomId }),
    ],
    ['another epoch than the room is said to be in', 'epoch', forge({ newEpoch: 1 })],
    ['a charter that leaps over an epoch', 'epoch', forge({}, owner, { epoch: 5 })],
    ['another door than the link’s', 'door', { door: 2 }],
    ['another access key', 'keys', forge({ accessPk: creator.pk })],
    ['a link key where there is none', 'keys', { secrets: { ...secrets, link: creator } }],
    ['a number above the room’s last', 'number', { lastC: 0 }],
    [
      'another owner in the manifest',
      'link_commitment',
      forge({}, rival, { blob: blobWith(manifestOf(rival.pk)) }),
    ],
    ['signed by another than the owner', 'owner_signature', forge({}, rival)],
    ['signed by another in the owner’s name', 'owner_signature', forge({}, { ...rival, pk: owner.pk })],
  ])('%s', (_, reason, changes) => {
    expect(reasonFor(changes)).toBe(reason);
  });

  test('the forgeries above pass if the owner makes them by the rules', () => {
    expect(reasonFor(forge({}))).toBe('stands');
    expect(reasonFor(forge({}, owner, { blob: blobWith(manifestOf(owner.pk, { topic: 'tea' })) }))).toBe(
      'stands',
    );
  });

  test('every flipped bit of charter and blob', () => {
    for (let i = 0; i < made.bytes.length; i++) {
      const bytes = made.bytes.map((byte, j) => (i === j ? byte ^ (1 << (i % 8)) : byte));
      expect(reasonFor({ bytes }), `byte ${i}`).not.toBe('stands');
    }
    for (let i = 0; i < made.blob.length; i += 13) {
      const blob = made.blob.map((byte, j) => (i === j ? byte ^ 1 : byte));
      expect(reasonFor({ blob })).toBe('blob');
    }
  });

  test('any bytes: never thrown', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.uint8Array({ maxLength: 1200 }), (bytes, blob) => {
        expect(checkCharter({ ...genuine, bytes, blob }).ok).toBe(false);
      }),
      { numRuns: 100, seed: 31 },
    );
  });
});
