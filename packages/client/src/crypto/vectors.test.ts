// Known answers of an independent prototype, byte for byte (docs/crypto.md, "Known answers").

import { sha256 } from '@noble/hashes/sha2.js';
import { describe, expect, test } from 'vitest';
import {
  type Moderator,
  SERVER_KIND,
  type RoomId,
  type Stub,
  concat,
  decodeCommand,
  decodeServerSealed,
  equalBytes,
  joinTranscript,
  parseRoomId,
  roomIdBytes,
  toBase64url,
  toHex,
  u32,
  utf8,
} from '@mayfly/protocol';
import { parseRoomLink } from '../find-link.ts';
import { makeFragment } from '../link.ts';
import { openBox } from './box.ts';
import { checkCharter, makeFirstCharter } from './charter.ts';
import { makeCommand, verifyCommand } from './command.ts';
import { digest, extractFor } from './derive.ts';
import { contentOf } from '../content/content.ts';
import { eraseProof, openEnvelope, sealMessage, verifyMessage } from './envelope.ts';
import { eventHash, makeStatement } from './event-hash.ts';
import { exchangePublicKeyOf } from './exchange.ts';
import { makeJoin } from './join-proof.ts';
import { type EpochKeys, type RoomSecrets, epochKeys, roomSecrets } from './keys.ts';
import { makeNextCharter } from './next-charter.ts';
import { linkSecret, ownerKeys } from './owner.ts';
import { personOf, safetyCode } from './person.ts';
import { openProfile, sealProfile } from './profile.ts';
import type { RandomBytes } from './random.ts';
import { signingKey, verify } from './signature.ts';
import { openSlice, sealSlice } from './slice.ts';
import { openHandover, sealHandover } from './handover.ts';
import handover from '../../../../docs/vectors/handover.json' with { type: 'json' };
import { openTyping, sealTyping } from './ephemeral.ts';
import { erasureOf, stubHash } from './stub.ts';
import known from '../../../../docs/vectors/crypto.json' with { type: 'json' };

const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'));

// Hands out exactly these, in order.
function givenRandom(...hexes: readonly string[]): RandomBytes {
  const queue = hexes.map(bytes);
  return (length) => {
    const next = queue.shift();
    if (next?.length !== length) throw new Error('more or other random bytes than expected');
    return next;
  };
}

function roomId(): RoomId {
  const id = parseRoomId(known.room_id);
  if (id === undefined) throw new Error('bad room id');
  return id;
}

function stubOf(hex: string): Stub {
  const frame = decodeServerSealed(concat(Uint8Array.of(SERVER_KIND.stub), u32(1), bytes(hex)));
  if (frame?.type !== 'stub') throw new Error('not a stub');
  return frame;
}

function at<T>(list: readonly T[], index: number): T {
  const entry = list[index];
  if (entry === undefined) throw new Error(`no entry ${index}`);
  return entry;
}

const id = roomId();
const owner = ownerKeys(known.owner.owner_code);
const secrets = roomSecrets(known.schedule.none.S);
const keys = epochKeys(secrets.root, id, 0);
const ann = signingKey(bytes(known.people.ann.id_seed));

function hexOf(found: EpochKeys): Record<string, string> {
  const { ctx, message, ephemeral, profile, manifest, fingerprint } = found;
  return {
    ctx: toHex(ctx),
    k_msg: toHex(message),
    k_eph: toHex(ephemeral),
    k_profile: toHex(profile),
    k_manifest: toHex(manifest),
    fingerprint: toHex(fingerprint),
  };
}

describe('owner and links', () => {
  test('OWNER-1: the owner code gives the signing key and the box key', () => {
    expect(toHex(owner.seed)).toBe(known.owner.seed);
    expect(toHex(owner.pk)).toBe(known.owner.owner_pk);
    expect(toHex(owner.boxKey)).toBe(known.owner.box_key);
  });

  test.each(known.link_secret)('OWNER-2: S commits to owner and r: $S', ({ owner_pk, r, S }) => {
    expect(linkSecret(bytes(owner_pk), bytes(r))).toBe(S);
  });

  test.each(known.links)('LINK-1: fragment of flag $flag', ({ flag, secret, link }) => {
    const parsed = parseRoomLink(`${known.room_id}#${link}`);
    if (flag === 1) expect(parsed).toEqual({ type: 'room', link: { id, secret }, host: undefined, path: '' });
    else if (flag === 2) expect(parsed).toMatchObject({ type: 'room', link: { id, secret, door: 2 } });
    else expect(parsed).toEqual({ type: 'newer_kind', flag });
    expect(link.startsWith(`${flag}${secret}`)).toBe(true);
  });

  test('LINK-1: the fragment is made as it is read', () => {
    expect(makeFragment(1, known.schedule.none.S)).toBe(at(known.links, 0).link);
  });

  test.each(known.damaged_links)('LINK-3: damaged: %s', (link) => {
    expect(parseRoomLink(`https://example.org/chat/${known.room_id}#${link}`)).toEqual({ type: 'damaged' });
  });
});

describe('OWNER-4: handing over', () => {
  const bob = known.people.bob;
  const whose = { ownerPk: bytes(known.owner.owner_pk), idPk: bytes(bob.id_pk) };
  const [xSecret, sealed] = [bytes(bob.x_sk), bytes(handover.sealed)];
  const { owner_code } = known.owner;

  test('the owner code, sealed for Bob', () => {
    const random = givenRandom(handover.ephemeral_sk);
    expect(toHex(sealHandover(keys, { ...whose, xPk: bytes(bob.x_pk) }, owner_code, random))).toBe(
      handover.sealed,
    );
    expect(openHandover(keys, { ...whose, xSecret }, sealed)).toBe(owner_code);
    expect(contentOf({ ctype: 6, flags: 0, body: handover.body })).toEqual({ kind: 'handover' });
  });

  test('only he opens it, in its room and epoch, for this owner, and unchanged', () => {
    const others: readonly [EpochKeys, object, Uint8Array][] = [
      [epochKeys(secrets.root, id, 1), {}, sealed],
      [keys, { idPk: ann.pk }, sealed],
      [keys, { ownerPk: ann.pk }, sealed],
      [keys, { xSecret: bytes(known.people.ann.x_sk) }, sealed],
      [keys, {}, sealed.subarray(0, 79)],
      [keys, {}, new Uint8Array(80)],
    ];
    for (const [under, odd, given] of others)
      expect(openHandover(under, { ...whose, xSecret, ...odd }, given)).toBeUndefined();
  });

  test('none is sealed for a low-order key', () => {
    for (const hex of known.low_order_u) {
      const make = () =>
        sealHandover(keys, { ...whose, xPk: bytes(hex) }, owner_code, () => new Uint8Array(32).fill(7));
      expect(make).toThrow();
    }
  });
});

describe('slices', () => {
  const bob = known.people.bob;
  const whose = { ownerPk: bytes(at(known.slices, 0).owner_pk), idPk: bytes(bob.id_pk) };

  test.each(known.slices)(
    'SLICE-1: the next secrets, for Bob: P "$P"',
    ({ S, P, ephemeral_sk, bytes: hex }) => {
      const next = { secret: S, second: P === '' ? undefined : bytes(P) };
      const sealed = sealSlice(keys, { ...whose, xPk: bytes(bob.x_pk) }, next, givenRandom(ephemeral_sk));
      expect(toHex(sealed)).toBe(hex);
      expect(openSlice(keys, { ...whose, xSecret: bytes(bob.x_sk) }, bytes(hex))).toEqual(next);
    },
  );

  test('SLICE-1: only its member opens it, in its room and epoch, for this owner, and unchanged', () => {
    const slice = bytes(at(known.slices, 0).bytes);
    const xSecret = bytes(bob.x_sk);
    const others: readonly [EpochKeys, object, Uint8Array][] = [
      [epochKeys(secrets.root, id, 1), {}, slice],
      [keys, { idPk: ann.pk }, slice],
      [keys, { ownerPk: ann.pk }, slice],
      [keys, { xSecret: bytes(known.people.ann.x_sk) }, slice],
      [keys, {}, slice.subarray(0, 111)],
      [keys, {}, new Uint8Array(112)],
      ...Array.from(slice, (byte, i): [EpochKeys, object, Uint8Array] => {
        return [keys, {}, slice.map((old, j) => (i === j ? byte ^ 1 : old))];
      }),
    ];
    for (const [under, odd, sealed] of others)
      expect(openSlice(under, { ...whose, xSecret, ...odd }, sealed)).toBeUndefined();
  });

  test('SLICE-1: no slice is made for a low-order key', () => {
    for (const hex of known.low_order_u) {
      const make = () =>
        sealSlice(keys, { ...whose, xPk: bytes(hex) }, secrets, () => new Uint8Array(32).fill(7));
      expect(make).toThrow();
    }
  });
});

describe('key schedule', () => {
  const { none, passphrase, knock } = known.schedule;

  test('KEY-2: link-prk', () => {
    expect(toHex(extractFor('link-prk', utf8(none.S)))).toBe(known.schedule.prk0);
  });

  test.each([
    { door: 1, S: none.S, P: undefined, want: none },
    { door: 2, S: passphrase.S, P: passphrase.P, want: passphrase },
    { door: 3, S: knock.S, P: knock.P, want: knock },
  ])('KEY-2: secrets of door $door', ({ door, S, P, want }) => {
    const found = roomSecrets(S, P === undefined ? undefined : bytes(P));
    expect(toHex(found.access.seed)).toBe(want.auth_seed);
    expect(toHex(found.access.pk)).toBe(want.access_pk);
    expect(toHex(found.root)).toBe(want.root);
    expect(found.link && toHex(found.link.seed)).toBe(door === 1 ? undefined : want.link_auth_seed);
    expect(found.link && toHex(found.link.pk)).toBe(door === 1 ? undefined : want.link_pk);
  });

  test.each(known.epochs)('KEY-3: keys of epoch $epoch', (want) => {
    const { epoch, S, r, root, access_pk, ...rest } = want;
    expect(linkSecret(owner.pk, bytes(r))).toBe(S);
    expect(toHex(roomSecrets(S).root)).toBe(root);
    expect(toHex(roomSecrets(S).access.pk)).toBe(access_pk);
    expect(hexOf(epochKeys(bytes(root), id, epoch))).toEqual(rest);
  });
});

describe('people and joins', () => {
  test.each(Object.entries(known.people))('PERSON-3: %s', (_, person) => {
    const idKey = signingKey(bytes(person.id_seed));
    expect(toHex(idKey.pk)).toBe(person.id_pk);
    expect(toHex(exchangePublicKeyOf(bytes(person.x_sk)))).toBe(person.x_pk);
    const shown = personOf(id, idKey.pk, '');
    expect(shown).toMatchObject({ tag: person.tag, colour: person.colour, idPk: toBase64url(idKey.pk) });
    expect(toHex(digest('person', idKey.pk).subarray(0, 8))).toBe(person.person_digest);
    expect(shown.emoji).toEqual(safetyCode(bytes(person.person_digest)));
  });

  const nonce = bytes(known.join.nonce);

  test('PROOF-1: the text that is signed', () => {
    expect(toHex(joinTranscript(id, nonce, ann.pk))).toBe(known.join.T);
  });

  const protectedRoom = roomSecrets(known.schedule.passphrase.S, bytes(known.schedule.passphrase.P));
  const cases: [string, 'key' | 'member', RoomSecrets, object][] = [
    ['PROOF-3: with the key', 'key', secrets, known.join.key],
    ['PROOF-3: with key and link', 'key', protectedRoom, known.join.key_with_link],
    ['PROOF-4: as a member', 'member', secrets, known.join.member],
  ];
  test.each(cases)('%s', (_, as, roomOf, want) => {
    const join = makeJoin({ id, identity: ann, nonce, as, secrets: roomOf });
    const { idPk, idSig, keySig, linkSig } = join;
    const hex = {
      as: join.as,
      idPk: toHex(idPk),
      idSig: toHex(idSig),
      ...(keySig && { keySig: toHex(keySig) }),
      ...(linkSig && { linkSig: toHex(linkSig) }),
    };
    expect({ room: 'schedule.passphrase', ...hex }).toEqual({ room: 'schedule.passphrase', ...want });
  });
});

describe('charter and commands', () => {
  const signers = [owner, ...Object.values(known.people).map(({ id_seed }) => signingKey(bytes(id_seed)))];
  test.each(known.commands)('CMD-1: $name, c $c, is made byte for byte', (want) => {
    const command = decodeCommand(bytes(want.bytes));
    const signer = signers.find(({ pk }) => command && equalBytes(pk, command.signerPk));
    if (command === undefined || signer === undefined) throw new Error('no signer');
    expect(toHex(makeCommand(command, signer))).toBe(want.bytes);
    expect(verifyCommand(command)).toBe(true);
  });

  const first = at(known.commands, 0);
  const moderators: Moderator[] = (first.mods ?? []).map(({ idPk, mask }) => ({ idPk: bytes(idPk), mask }));
  const r = bytes(at(known.link_secret, 0).r);

  test('CHARTER-1 and CHARTER-2: the first charter and its blob', () => {
    const random = givenRandom(first.manifest_nonce ?? '', first.owner_box_nonce ?? '');
    const made = makeFirstCharter({ id, owner, r, secrets, moderators, words: { name: 'Lab' } }, random);
    expect(toHex(made.blob)).toBe(first.blob);
    expect(toHex(made.bytes)).toBe(first.bytes);
    expect(toHex(sha256(made.blob))).toBe(first.blob_sha256);
  });

  test('CHARTER-5: the charter that changes the link, and its blob', () => {
    const want = at(known.commands, 8);
    const link = at(known.link_secret, 1);
    const random = givenRandom(want.manifest_nonce ?? '', want.owner_box_nonce ?? '');
    const mods = (want.mods ?? []).map(({ idPk, mask }) => ({ idPk: bytes(idPk), mask }));
    const made = makeNextCharter(
      {
        id,
        owner,
        r: bytes(link.r),
        secrets: roomSecrets(link.S),
        moderators: mods,
        words: {},
        newEpoch: 1,
        c: want.c,
        roots: [{ epoch: 0, root: secrets.root }],
        fresh: false,
      },
      random,
    );
    expect(toHex(made.blob)).toBe(want.blob);
    expect(toHex(made.bytes)).toBe(want.bytes);
  });

  test('CHARTER-2: the owner box opens to S and P with the owner code alone', () => {
    const aad = concat(utf8('mayfly/v1 ownerbox\0'), roomIdBytes(id), u32(0));
    const opened = openBox(owner.boxKey, aad, bytes(first.owner_box ?? ''));
    expect(opened && toHex(opened)).toBe(toHex(concat(utf8(secrets.secret), new Uint8Array(32))));
  });

  test.each([
    { command: 0, epoch: 0, roots: [] },
    { command: 8, epoch: 1, roots: [{ epoch: 0, root: secrets.root }] },
  ])('CHARTER-3: the charter in command $command passes', ({ command, epoch, roots }) => {
    const charter = at(known.commands, command);
    const mine = roomSecrets(at(known.link_secret, epoch).S);
    const checked = checkCharter({
      id,
      secrets: mine,
      keys: epochKeys(mine.root, id, epoch),
      door: 1,
      lastC: charter.c,
      bytes: bytes(charter.bytes),
      blob: bytes(charter.blob ?? ''),
    });
    expect(checked).toMatchObject({
      ok: true,
      charter: { c: charter.c, newEpoch: epoch, door: 1, fresh: false },
      manifest: { ownerPk: owner.pk, r: bytes(at(known.link_secret, epoch).r), roots },
    });
    expect(checked.ok && checked.manifest.name).toBe(command === 0 ? 'Lab' : undefined);
  });

  test.each(known.commands)('CMD-1, EVENT-1: $name, c $c', (want) => {
    const command = decodeCommand(bytes(want.bytes));
    if (command === undefined) throw new Error('not a command');
    const { signerPk, signed, signature, args, c, epoch } = command;
    expect({ c, epoch, id: command.id, args: toHex(args) }).toEqual({
      c: want.c,
      epoch: want.epoch,
      id,
      args: want.args,
    });
    expect(toHex(signerPk)).toBe(want.signer_pk ?? known.owner.owner_pk);
    expect(verify(signerPk, 'cmd', signed, signature)).toBe(true);
    expect(toHex(eventHash(SERVER_KIND.command, bytes(want.bytes)))).toBe(want.event_hash);
  });
});

describe('messages', () => {
  const logId = toBase64url(bytes(known.log.log_id));
  const hashes = known.log.events.map((name) => {
    const [, list, index] = /^(\w+)\[(\d+)\]$/.exec(name) ?? [];
    const source = list === 'commands' ? known.commands : known.log.messages;
    return bytes(at<{ event_hash: string }>(source, Number(index)).event_hash);
  });

  test.each(known.log.messages)('ENV-1 to ENV-6: message $count', (want) => {
    const statement = makeStatement(
      { logId, seq: want.seen_seq },
      want.seen_c,
      hashes.slice(0, want.seen_seq),
    );
    expect(toHex(statement.logTag)).toBe(want.log_tag);
    expect(statement.events).toBe(want.seen_k);
    expect(toHex(statement.seen)).toBe(want.seen);

    const content = {
      sess: bytes(known.log.sess),
      count: want.count,
      prev: bytes(want.prev),
      statement,
      at: want.ts,
      ctype: want.ctype,
      ...(want.ref !== '' && { ref: bytes(want.ref) }),
      name: want.name,
      body: want.body,
      ttl: want.ttl,
    };
    const sealed = sealMessage(keys, ann, content, givenRandom(want.nonce));
    expect(toHex(sealed.envelope)).toBe(want.envelope);
    expect(toHex(sealed.mid)).toBe(want.mid);
    expect(toHex(eraseProof(ann.seed, bytes(want.nonce)))).toBe(want.del_token);
    expect(toHex(eventHash(SERVER_KIND.message, sealed.envelope))).toBe(want.event_hash);

    const opened = openEnvelope(keys, bytes(want.envelope));
    expect(opened).toMatchObject({
      ok: true,
      message: { ...content, mid: sealed.mid, epoch: 0, pk: ann.pk },
    });
    if (!opened.ok) return;
    expect(verifyMessage(opened.message)).toBe(true);
    expect(contentOf(opened.message).kind).toBe(want.ctype === 1 ? 'text' : 'reaction');
  });

  test('EVENT-2: a stub has the hash of the message it stands for, and proves who erased it', () => {
    for (const { envelope, stub_unsent, event_hash } of known.log.messages) {
      const stub = stubOf(stub_unsent);
      expect(toHex(stub.header)).toBe(toHex(bytes(envelope).subarray(0, 23)));
      expect(toHex(stub.restHash)).toBe(toHex(sha256(bytes(envelope).subarray(23))));
      expect(toHex(stubHash(stub))).toBe(event_hash);
      expect(erasureOf(stub)).toBe('unsent');
      expect(erasureOf({ ...stub, reason: 2 })).toBeUndefined();
    }
    const expired = known.log.messages.flatMap(({ stub_expired }) => stub_expired ?? []);
    expect(expired.map((one) => erasureOf(stubOf(one)))).toEqual(['expired']);
  });

  test('EVENT-3: a statement covers the last 32 events', () => {
    const forty = Array.from({ length: 40 }, (_, byte) => sha256(Uint8Array.of(byte)));
    const { log_id, seen_seq, c, seen_k, seen } = known.window_of_40;
    const statement = makeStatement({ logId: toBase64url(bytes(log_id)), seq: seen_seq }, c, forty);
    expect([statement.events, toHex(statement.seen), statement.seq]).toEqual([seen_k, seen, seen_seq]);
  });

  test('PROFILE-1: sealed and opened', () => {
    const { slot, name, ts, nonce } = known.profile;
    const profile = { xPk: bytes(known.people.ann.x_pk), at: ts, name };
    const sealed = sealProfile(keys, ann, bytes(slot), profile, givenRandom(nonce));
    expect(toHex(sealed)).toBe(known.profile.bytes);
    expect(openProfile(keys, { slot: bytes(slot), idPk: ann.pk, sealed })).toEqual(profile);
  });

  test('TYPING-1: sealed and opened', () => {
    const { slot, kind, nonce } = known.ephemeral;
    const typing = { slot: bytes(slot), isTyping: kind === 1 };
    const sealed = sealTyping(keys, typing, givenRandom(nonce));
    expect(toHex(sealed)).toBe(known.ephemeral.bytes);
    expect(openTyping(keys, sealed)).toEqual(typing);
  });
});
