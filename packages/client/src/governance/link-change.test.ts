// The owner's side of a change of the link, with a server that can do anything at each step (docs/protocol.md, ROTATE rules).

import {
  type ClientControl,
  type MemberRecord,
  type RefusedCode,
  type Slice,
  decodeCharterArgs,
  decodeClientSealed,
  decodeCommand,
  encodeRecords,
  encodeStaged,
  equalBytes,
  fromBase64url,
  toBase64url,
  toHex,
  u32,
} from '@mayfly/protocol';
import { sha256 } from '@noble/hashes/sha2.js';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { systemClock } from '../clock.ts';
import { openManifest, openOwnerBox } from '../crypto/charter.ts';
import { type EpochKeys, epochKeys, roomSecrets } from '../crypto/keys.ts';
import { sealProfile } from '../crypto/profile.ts';
import { openSlice } from '../crypto/slice.ts';
import { newIdentity } from '../people/identity.ts';
import { ID, KEYS, OWNER, OWNER_CODE, SECRETS, keysOfEpoch } from '../testing/author.ts';
import { seededRandom } from '../testing/random.ts';
import { LinkChange, type LinkChangeDeps } from './link-change.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const random = seededRandom('link change');
const SELF = newIdentity(random, 'Owner');
const PAGE = 128;

const bob = person('Bob');
const cem = person('Cem');

function person(name: string) {
  const { xPk, xSecret, ...key } = newIdentity(random, name);
  return { name, key, xPk, xSecret, slot: random(8) };
}

type Person = ReturnType<typeof person>;

function recordOf({ name, key, xPk, slot }: Person, keys: EpochKeys = KEYS): MemberRecord {
  return { slot, idPk: key.pk, profile: sealProfile(keys, key, slot, { xPk, at: 1, name }, random) };
}

const ownRecord: MemberRecord = { slot: random(8), idPk: SELF.pk, profile: undefined };
const unknown = (i: number): MemberRecord => ({
  slot: sha256(u32(i)).subarray(0, 8),
  idPk: sha256(u32(i)),
  profile: undefined,
});

type Command = { readonly bytes: Uint8Array; readonly blob: Uint8Array };
type Answer = { readonly refused: RefusedCode; readonly retryAfterMs?: number } | 'nothing' | undefined;

/** A change under way, and its server: honest but for what a test puts in its way. */
function changeIn(records: readonly MemberRecord[], deps: Partial<LinkChangeDeps> = {}) {
  const asked: string[] = [];
  const staged: { readonly tag: string; readonly slices: readonly Slice[] }[] = [];
  const charters: Command[] = [];
  const progress: [number, number][] = [];
  const removed = new Set<string>();
  const all = [...records];
  const odd: {
    c: number;
    onRecords: () => void;
    onStage: () => Answer;
    onCharter: (given: Command) => Answer;
    count: (right: number) => number;
  } = { c: 1, onRecords: () => {}, onStage: () => undefined, onCharter: () => undefined, count: (n) => n };

  const say = (frame: ClientControl) => {
    if (frame.type !== 'records') throw new Error(`unexpected: ${frame.type}`);
    asked.push('records');
    odd.onRecords();
    const after = frame.after === undefined ? undefined : fromBase64url(frame.after);
    const from = after === undefined ? 0 : all.findIndex(({ slot }) => equalBytes(slot, after)) + 1;
    const page = all.slice(from, from + PAGE);
    later(() => change.receive(encodeRecords({ more: from + PAGE < all.length, records: page })));
  };
  const send = (frame: Uint8Array) => {
    const sealed = decodeClientSealed(frame);
    if (sealed?.type === 'stage') stage(sealed.tag, sealed.slices);
    else if (sealed?.type === 'command') bring(sealed);
    else throw new Error('an unexpected frame');
  };
  const stage = (tag: Uint8Array, slices: readonly Slice[]) => {
    asked.push('stage');
    const answer = odd.onStage();
    if (answer !== undefined) return refuse(answer, 0);
    staged.push({ tag: toHex(tag), slices });
    const here = staged.filter((one) => one.tag === toHex(tag)).flatMap((one) => one.slices);
    const known = here.filter(({ slot }) => all.some((record) => equalBytes(record.slot, slot)));
    later(() => change.receive(encodeStaged(tag, odd.count(known.length))));
  };
  const bring = (given: Command) => {
    asked.push('charter');
    const c = decodeCommand(given.bytes)?.c ?? 0;
    const answer = odd.onCharter(given) ?? (c === odd.c + 1 ? undefined : { refused: 'stale' as const });
    if (answer !== undefined) return refuse(answer, c);
    charters.push(given);
    later(() => change.committed(given.bytes));
  };
  const refuse = (answer: Exclude<Answer, undefined>, c: number) => {
    if (answer === 'nothing') return;
    const { refused: code, retryAfterMs = 0 } = answer;
    later(() => change.refused({ type: 'refused', c, code, retryAfterMs }));
  };
  const change = new LinkChange({
    id: ID,
    clock: systemClock,
    random,
    ownerCode: OWNER_CODE,
    self: SELF,
    keys: { current: KEYS, of: (epoch) => (epoch <= 1 ? keysOfEpoch(epoch) : undefined) },
    charter: () => ({ words: {}, moderators: [] }),
    roots: () => [{ epoch: 0, root: SECRETS.root }],
    fresh: false,
    second: undefined,
    signal: undefined,
    lastC: () => odd.c,
    removed: () => removed,
    say,
    send,
    nextTask: later,
    progress: (done, count) => void progress.push([done, count]),
    ...deps,
  });
  const secrets = () => charters.map(({ blob }) => openOwnerBox(OWNER, ID, 1, blob));
  return { change, all, odd, removed, asked, staged, charters, progress, secrets };
}

function later(run: () => void): void {
  void Promise.resolve().then(run);
}

function opened(slices: readonly Slice[], { slot, xSecret, key }: Person) {
  const own = slices.find((one) => equalBytes(one.slot, slot));
  return own && openSlice(KEYS, { ownerPk: OWNER.pk, idPk: key.pk, xSecret }, own.sealed);
}

function charterArgs({ bytes }: Command) {
  return decodeCharterArgs(decodeCommand(bytes)?.args ?? new Uint8Array());
}

test('ROTATE-1, SLICE-1: each member gets the new secret, and so does the owner; then the charter that it fits', async () => {
  const { change, staged, charters, secrets, progress } = changeIn([ownRecord, recordOf(bob), recordOf(cem)]);
  expect(await change.run()).toEqual({ ok: true });
  const [charter] = charters;
  if (charter === undefined) throw new Error('no charter');
  const [secret] = secrets();
  const slices = staged.flatMap((one) => one.slices);
  expect(slices).toHaveLength(3);
  for (const one of [bob, cem]) expect(opened(slices, one)).toEqual(secret);
  const next = roomSecrets(secret?.secret ?? '');
  expect(charterArgs(charter)).toMatchObject({
    newEpoch: 1,
    accessPk: next.access.pk,
    door: 1,
    fresh: false,
  });
  const keys = epochKeys(next.root, ID, 1);
  expect(openManifest(keys, charter.blob.subarray(0, 1064))).toMatchObject({
    roots: [{ epoch: 0, root: SECRETS.root }],
  });
  expect(progress.at(-1)).toEqual([3, 3]);
});

test('ROTATE-2, ROTATE-3: a thousand records page by page, each counted once, and never more than 256 slices at a time', async () => {
  // Of the owner's own key, which needs no profile: 3 ms each instead of 10.
  const many = Array.from({ length: 257 }, () => ({ ...ownRecord, slot: random(8) }));
  const records = [ownRecord, ...many, ...Array.from({ length: 742 }, (_, i) => unknown(i))];
  const { change, asked, staged, progress, secrets } = changeIn(records);
  expect(await change.run()).toEqual({ ok: true });
  expect(asked).toEqual([...Array.from({ length: 8 }, () => 'records'), 'stage', 'stage', 'charter']);
  expect(staged.map(({ slices }) => slices.length)).toEqual([256, 2]);
  const slots = staged.flatMap(({ slices }) => slices.map(({ slot }) => toHex(slot)));
  expect(new Set(slots).size).toBe(258);
  expect(progress.map(([, all]) => all)).toEqual(progress.map(() => 1000));
  const done = progress.map(([made]) => made);
  expect(done).toEqual(done.toSorted((a, b) => a - b));
  expect([done.length, done[0], done.at(-1)]).toEqual([251, 0, 1000]);
  const last = { ...bob, slot: many.at(-1)?.slot ?? ownRecord.slot, key: SELF, xSecret: SELF.xSecret };
  expect(opened(staged[1]?.slices ?? [], last)).toEqual(secrets()[0]);
});

test('SLICE-1: whoever has no profile, a bad one or one of another’s gets no slice, which stops nothing', async () => {
  const records = [
    ownRecord,
    recordOf(bob),
    unknown(1),
    { ...recordOf(person('Dan')), slot: random(8) },
    { ...recordOf(person('Eve')), profile: recordOf(cem).profile },
    { ...recordOf(person('Fay')), profile: new Uint8Array(301).fill(0x13) },
    recordOf(person('Gus'), keysOfEpoch(7)),
    ...[0, 1].map((u) =>
      recordOf({ ...person('low order'), xPk: Uint8Array.from({ length: 32 }, (_, i) => (i === 0 ? u : 0)) }),
    ),
  ];
  const { change, staged } = changeIn(records);
  expect(await change.run()).toEqual({ ok: true });
  expect(staged.flatMap(({ slices }) => slices.map(({ slot }) => slot))).toEqual([ownRecord.slot, bob.slot]);
});

test('CMD-10: whoever was removed gets no slice, also if the server still names them', async () => {
  const { change, removed, staged } = changeIn([ownRecord, recordOf(bob), recordOf(cem)]);
  removed.add(toBase64url(cem.key.pk));
  expect(await change.run()).toEqual({ ok: true });
  const slices = staged.flatMap((one) => one.slices);
  expect(slices).toHaveLength(2);
  expect(opened(slices, cem)).toBeUndefined();
});

test('CMD-10: whoever is removed after their slice was staged never sees the secret that counts, whatever the server keeps', async () => {
  const { change, odd, removed, staged, secrets } = changeIn([ownRecord, recordOf(bob), recordOf(cem)]);
  odd.onCharter = () => {
    if (odd.c === 2) return undefined;
    odd.c = 2;
    removed.add(toBase64url(cem.key.pk));
    return { refused: 'stale' };
  };
  expect(await change.run()).toEqual({ ok: true });
  const [first, second] = staged;
  const [secret] = secrets();
  expect(opened(first?.slices ?? [], cem)?.secret).not.toBe(secret?.secret);
  expect(opened(second?.slices ?? [], cem)).toBeUndefined();
  expect(opened(second?.slices ?? [], bob)).toEqual(secret);
});

test('CHARTER-5: what was amended meanwhile stays amended, and the slices stay good', async () => {
  const before = { words: { name: 'Old' }, moderators: [{ idPk: cem.key.pk, mask: 15 }] };
  let inForce: { words: { name: string }; moderators: typeof before.moderators } = before;
  const { change, odd, asked, charters, staged, secrets } = changeIn([ownRecord, recordOf(bob)], {
    charter: () => inForce,
  });
  odd.onCharter = () => {
    if (odd.c === 2) return undefined;
    odd.c = 2;
    inForce = { words: { name: 'New' }, moderators: [] };
    return { refused: 'stale' };
  };
  expect(await change.run()).toEqual({ ok: true });
  expect(asked).toEqual(['records', 'stage', 'charter', 'stage', 'charter']);
  expect(staged[0]?.slices).toEqual(staged[1]?.slices);
  const [charter] = charters;
  expect(charter && charterArgs(charter)?.moderators).toEqual([]);
  const keys = epochKeys(roomSecrets(secrets()[0]?.secret ?? '').root, ID, 1);
  expect(openManifest(keys, charter?.blob.subarray(0, 1064) ?? new Uint8Array())?.name).toBe('New');
});

test('ROTATE-7: a fresh start gives newcomers no older key', async () => {
  const { change, charters, secrets } = changeIn([ownRecord], { fresh: true });
  expect(await change.run()).toEqual({ ok: true });
  const keys = epochKeys(roomSecrets(secrets()[0]?.secret ?? '').root, ID, 1);
  const blob = charters[0]?.blob ?? new Uint8Array();
  expect([
    charters[0] && charterArgs(charters[0])?.fresh,
    openManifest(keys, blob.subarray(0, 1064))?.roots,
  ]).toEqual([true, []]);
});

test('ROTATE-3: a slice that the server doesn’t hold: no charter; a record that is gone: all begins anew', async () => {
  const { change, odd, all, asked, charters } = changeIn([ownRecord, recordOf(bob), recordOf(cem)]);
  odd.onStage = () => {
    all.splice(2, 1);
    return undefined;
  };
  expect(await change.run()).toEqual({ ok: true });
  expect(asked).toEqual(['records', 'stage', 'records', 'stage', 'charter']);

  const lying = changeIn([ownRecord, recordOf(bob)]);
  lying.odd.count = (right) => right + 1;
  expect(await lying.change.run()).toEqual({ ok: false, reason: 'stale' });
  expect([charters.length, lying.charters.length, lying.asked.length]).toEqual([1, 0, 10]);
});

test('an answer that says wait: the same frame again after the pause; other refusals end it', async () => {
  const { change, odd, asked } = changeIn([ownRecord]);
  odd.onStage = () => (asked.length < 4 ? { refused: 'rate', retryAfterMs: 1_000 } : undefined);
  const result = change.run();
  await vi.advanceTimersByTimeAsync(2_000);
  expect(await result).toEqual({ ok: true });
  expect(asked).toEqual(['records', 'stage', 'stage', 'stage', 'charter']);

  const refused = changeIn([ownRecord]);
  refused.odd.onCharter = () => ({ refused: 'not_allowed' });
  expect(await refused.change.run()).toEqual({ ok: false, reason: 'not_allowed' });
});

test('a charter that is always too late is given up', async () => {
  const { change, odd, asked } = changeIn([ownRecord]);
  odd.onCharter = () => ({ refused: 'stale' });
  expect(await change.run()).toEqual({ ok: false, reason: 'stale' });
  expect(asked.filter((one) => one === 'charter').length).toBeLessThanOrEqual(25);
});

test.each(['records', 'stage', 'charter'] as const)(
  'the connection breaks at the %s: given up, whatever comes after',
  async (at) => {
    const { change, odd, asked, staged } = changeIn([ownRecord, recordOf(bob)]);
    const breakNow = () => change.lost();
    if (at === 'records') odd.onRecords = breakNow;
    odd.onStage = () => (at === 'stage' ? (breakNow(), 'nothing') : undefined);
    odd.onCharter = () => (at === 'charter' ? (breakNow(), 'nothing') : undefined);
    expect(await change.run()).toEqual({ ok: false, reason: 'unavailable' });
    const before = asked.length;
    change.receive(encodeStaged(sha256(u32(1)).subarray(0, 8), 2));
    await vi.advanceTimersByTimeAsync(10_000);
    expect([asked.length, asked.at(-1), staged.length <= 1]).toEqual([before, at, true]);
  },
);

test.each(['records', 'stage'] as const)('stopped at the %s: no charter', async (at) => {
  const stopping = new AbortController();
  const { change, odd, charters } = changeIn([ownRecord, recordOf(bob)], { signal: stopping.signal });
  if (at === 'records') odd.onRecords = () => stopping.abort();
  else
    odd.onStage = () => {
      stopping.abort();
      return 'nothing';
    };
  expect(await change.run()).toEqual({ ok: false, reason: 'stopped' });
  expect(charters).toEqual([]);
});

test('stopped between two slices: nothing is staged; once the charter is on its way, it counts', async () => {
  const stopping = new AbortController();
  const early = changeIn([ownRecord, ...Array.from({ length: 20 }, (_, i) => unknown(i))], {
    signal: stopping.signal,
    progress: (done) => done === 8 && stopping.abort(),
  });
  expect(await early.change.run()).toEqual({ ok: false, reason: 'stopped' });
  expect(early.asked).toEqual(['records']);

  const tooLate = new AbortController();
  const late = changeIn([ownRecord], { signal: tooLate.signal });
  late.odd.onCharter = () => {
    tooLate.abort();
    return undefined;
  };
  expect(await late.change.run()).toEqual({ ok: true });
});

const P = new Uint8Array(32).fill(9);

test('KEY-2, SLICE-1: with a passphrase, P of the new secret goes with it; a change that begins anew asks for another', async () => {
  const asked: string[] = [];
  const second = async (secret: string) => {
    asked.push(secret);
    return Uint8Array.from(P);
  };
  const { change, all, odd, staged, charters, secrets } = changeIn(
    [ownRecord, recordOf(bob), recordOf(cem)],
    {
      second,
    },
  );
  odd.onStage = () => {
    all.splice(2, 1);
    return undefined;
  };
  expect(await change.run()).toEqual({ ok: true });
  const [secret] = secrets();
  expect(secret).toEqual({ secret: asked[1], second: P });
  expect(asked[0]).not.toBe(asked[1]);
  expect(opened(staged.at(-1)?.slices ?? [], bob)).toEqual(secret);
  const next = roomSecrets(asked[1] ?? '', P);
  expect(charters[0] && charterArgs(charters[0])).toMatchObject({
    door: 2,
    accessPk: next.access.pk,
    linkPk: next.link?.pk,
  });
});

test('a passphrase whose key is not made stops the change before anything is asked', async () => {
  const { change, asked } = changeIn([ownRecord], { second: async () => undefined });
  expect(await change.run()).toEqual({ ok: false, reason: 'stopped' });
  expect(asked).toEqual([]);
});
