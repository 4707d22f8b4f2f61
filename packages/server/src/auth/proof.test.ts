import { readFileSync } from 'node:fs';
import { type Join, decodeCommandWithBlob, encodeCommandWithBlob, joinTranscript } from '@mayfly/protocol';
import { describe, expect, test } from 'vitest';
import { type JoinVerdict, verifyCharter, verifyJoin, verifyStrict } from './proof.ts';
import type { RoomKeys } from '../store/room-store.ts';
import { SeededRandom } from '../testing/random.ts';
import { type CharterChoices, Signer, makeCharter, roomId } from '../testing/signer.ts';

type SignatureVector = {
  readonly name: string;
  readonly accept: boolean;
  readonly pk: string;
  readonly message: string;
  readonly signature: string;
};

const vectorsUrl = new URL('../../../../docs/vectors/crypto.json', import.meta.url);
type Vectors = {
  readonly signatures: readonly SignatureVector[];
  readonly room_id: string;
  readonly owner: { readonly owner_pk: string };
  readonly schedule: { readonly none: { readonly access_pk: string } };
  readonly join: { readonly nonce: string; readonly key: { readonly [field: string]: string } };
  readonly commands: readonly { readonly bytes: string; readonly blob: string }[];
};

const vectors: Vectors = JSON.parse(readFileSync(vectorsUrl, 'utf8'));
const fromHex = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'));

describe('strict signatures', () => {
  test.each(vectors.signatures)('SIG-2: $name, accepted: $accept', ({ pk, message, signature, accept }) => {
    expect(verifyStrict(fromHex(pk), fromHex(message), fromHex(signature))).toBe(accept);
  });

  test('SIG-2: nothing throws, whatever the bytes and their lengths', () => {
    const random = new SeededRandom(5);
    for (let i = 0; i < 300; i++) {
      const [pk, signature] = [random.bytes(31 + random.below(3)), random.bytes(63 + random.below(3))];
      expect(verifyStrict(pk, random.bytes(random.below(9)), signature)).toBe(false);
    }
  });
});

describe('known answers', () => {
  const room = roomId(vectors.room_id);
  const ownerPk = fromHex(vectors.owner.owner_pk);

  test('API-2: the charter opens its room', () => {
    const [{ bytes, blob } = { bytes: '', blob: '' }] = vectors.commands;
    const decoded = decodeCommandWithBlob(encodeCommandWithBlob(fromHex(bytes), fromHex(blob)));
    expect(decoded && verifyCharter(room, ownerPk, decoded)?.args.accessPk).toEqual(
      fromHex(vectors.schedule.none.access_pk),
    );
  });

  test('JOIN-2: the join is proven', () => {
    const { nonce, key } = vectors.join;
    const [idPk, idSig, keySig] = ['idPk', 'idSig', 'keySig'].map((name) => fromHex(key[name] ?? ''));
    if (!idPk || !idSig || !keySig) throw new Error('not there');
    const keys: RoomKeys = { ownerPk, accessPk: fromHex(vectors.schedule.none.access_pk), epoch: 0, door: 1 };
    const join: Join = { type: 'join', id: room, idPk, as: 'key', idSig, keySig };
    expect(verifyJoin(join, fromHex(nonce), keys)).toBe('proven');
  });
});

const ROOM = roomId('Room11');
const ANN = new Signer('ann');
const OWNER = new Signer('owner');
const ACCESS = new Signer('access');
const LINK = new Signer('link');
const NONCE = new Uint8Array(32).fill(9);
const DOOR_1: RoomKeys = { ownerPk: OWNER.pk, accessPk: ACCESS.pk, epoch: 0, door: 1 };
const DOOR_2: RoomKeys = { ...DOOR_1, door: 2, linkPk: LINK.pk };
const T = joinTranscript(ROOM, NONCE, ANN.pk);

const idSig = ANN.sign('id', T);
const keySig = ACCESS.sign('join', T);
const linkSig = LINK.sign('link', T);
const ownerSig = OWNER.sign('owner', T);
const base = { type: 'join', id: ROOM, idPk: ANN.pk, idSig } as const;
const byKey: Join = { ...base, as: 'key', keySig };
const byLinkAndKey: Join = { ...byKey, linkSig };
const asOwner: Join = { ...base, as: 'owner', keySig: ownerSig };
const asMember: Join = { ...base, as: 'member' };

describe('joins', () => {
  test.each<[string, Join, RoomKeys]>([
    ['the key at door 1', byKey, DOOR_1],
    ['link and key at door 2', byLinkAndKey, DOOR_2],
    ['the owner, at any door', asOwner, DOOR_2],
    ['a member, with their identity alone', asMember, DOOR_1],
  ])('JOIN-2: proven by %s', (_title, join, keys) => {
    expect(verifyJoin(join, NONCE, keys)).toBe('proven');
    expect(verifyJoin(join, NONCE, undefined)).toBe('denied');
  });

  test.each<[string, Join, RoomKeys]>([
    ['no key', { ...base, as: 'key' }, DOOR_1],
    ['a link at door 1', byLinkAndKey, DOOR_1],
    ['no link at door 2', byKey, DOOR_2],
    ['a link by someone else', { ...byKey, linkSig: ANN.sign('link', T) }, DOOR_2],
    ['no key beside the link', { ...base, as: 'key', linkSig }, DOOR_2],
    ["the owner's key for the room's", { ...byKey, keySig: OWNER.sign('join', T) }, DOOR_1],
    ["the room's key for the owner's", { ...asOwner, keySig: ACCESS.sign('owner', T) }, DOOR_1],
    ['the owner by the purpose of a join', { ...asOwner, keySig: OWNER.sign('join', T) }, DOOR_1],
    ['a key by the purpose of the owner', { ...byKey, keySig: ACCESS.sign('owner', T) }, DOOR_1],
    ['an owner without a signature', { ...base, as: 'owner' }, DOOR_1],
    ['an owner with a link besides', { ...asOwner, linkSig }, DOOR_2],
    ['a member with more than that', { ...asMember, keySig }, DOOR_1],
    ['a member with a link', { ...asMember, linkSig }, DOOR_2],
    ["someone else's identity", { ...byKey, idSig: OWNER.sign('id', T) }, DOOR_1],
    ['an identity by another purpose', { ...byKey, idSig: ANN.sign('join', T) }, DOOR_1],
  ])('JOIN-3: not proven: %s', (_title, join, keys) => {
    expect(verifyJoin(join, NONCE, keys)).toBe('denied');
  });

  test.each<[string, Join, JoinVerdict]>([
    ['the link, and another key', { ...byLinkAndKey, keySig: ANN.sign('join', T) }, 'wrong_passphrase'],
    [
      'the link, and a signature of no shape',
      { ...byLinkAndKey, keySig: new Uint8Array(64) },
      'wrong_passphrase',
    ],
    ['another link, and another key', { ...byKey, keySig: linkSig, linkSig: keySig }, 'denied'],
    ['another link, and the key', { ...byKey, linkSig: keySig }, 'denied'],
    ['the link of another person', { ...byLinkAndKey, idSig: linkSig, keySig: idSig }, 'denied'],
  ])('JOIN-7: at the door of a passphrase, %s: %s', (_title, join, verdict) => {
    expect(verifyJoin(join, NONCE, DOOR_2)).toBe(verdict);
    expect(verifyJoin(join, NONCE, undefined)).toBe('denied');
  });

  test('JOIN-7: only the door of a passphrase tells a wrong one apart', () => {
    const wrong = { ...byLinkAndKey, keySig: linkSig };
    expect(verifyJoin(wrong, NONCE, { ...DOOR_2, door: 3 })).toBe('denied');
    expect(verifyJoin(wrong, NONCE, DOOR_1)).toBe('denied');
    expect(verifyJoin({ ...asOwner, keySig: linkSig }, NONCE, DOOR_2)).toBe('denied');
  });

  test('JOIN-3: a proof is for one nonce, one room and one identity', () => {
    expect(verifyJoin(byKey, new Uint8Array(32).fill(8), DOOR_1)).toBe('denied');
    expect(verifyJoin({ ...byKey, id: roomId('Room22') }, NONCE, DOOR_1)).toBe('denied');
    expect(verifyJoin({ ...byKey, idPk: OWNER.pk }, NONCE, DOOR_1)).toBe('denied');
  });

  test('JOIN-3: no altered bit is proven', () => {
    for (let bit = 0; bit < 512; bit += 7) {
      const flipped = (signature: Uint8Array) =>
        signature.map((byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
      expect(verifyJoin({ ...byKey, idSig: flipped(idSig) }, NONCE, DOOR_1)).toBe('denied');
      expect(verifyJoin({ ...byKey, keySig: flipped(keySig) }, NONCE, DOOR_1)).toBe('denied');
    }
  });
});

const verify = (choices: CharterChoices = {}, room = ROOM) =>
  verifyCharter(ROOM, OWNER.pk, makeCharter(room, OWNER, choices));

describe('charters', () => {
  test('API-2: the right one is returned with its arguments', () => {
    const charter = makeCharter(ROOM, OWNER, { moderators: [{ idPk: ANN.pk, mask: 128 }] });
    const decoded = decodeCommandWithBlob(encodeCommandWithBlob(charter.bytes, charter.blob));
    expect(decoded && verifyCharter(ROOM, OWNER.pk, decoded)).toEqual(charter);
  });

  test.each<[string, CharterChoices]>([
    ['another signer', { signer: ANN }],
    ['another epoch', { epoch: 1 }],
    ['another new epoch', { newEpoch: 1 }],
    ['another number', { c: 2 }],
    ['another operation', { op: 9 }],
    ['a blob of another hash', { blobHash: new Uint8Array(32) }],
    ['a blob of another length', { blob: new Uint8Array(1167) }],
    ['no blob', { blob: new Uint8Array(0) }],
    ['a link key at door 1', { linkPk: LINK.pk }],
    ['no link key at door 2', { door: 2 }],
  ])('API-3: refused: %s', (_title, choices) => {
    expect(verify(choices)).toBeUndefined();
  });

  test('API-3: refused: another room, another owner, another signature', () => {
    expect(verify({}, roomId('Room22'))).toBeUndefined();
    const charter = makeCharter(ROOM, OWNER);
    expect(verifyCharter(ROOM, ANN.pk, charter)).toBeUndefined();
    const { command } = charter;
    const signature = ANN.sign('cmd', command.signed);
    expect(verifyCharter(ROOM, OWNER.pk, { ...charter, command: { ...command, signature } })).toBeUndefined();
    expect(verify()).toBeDefined();
  });
});
