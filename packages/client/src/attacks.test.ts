// Members, former members and a server that helps them, against what only the owner may do (docs/crypto.md, CMD and SLICE rules).

import {
  type ClientControl,
  type MemberRecord,
  OP_CHARTER,
  OP_DOOR,
  OP_END,
  OP_KICK,
  OP_LIFE,
  OP_SLOW,
  POWER,
  decodeClientSealed,
  decodeCommand,
  encodeCommandEvent,
  encodeRecords,
  encodeSliceFrame,
  encodeStaged,
  toHex,
} from '@mayfly/protocol';
import { decodeRotationFrame } from '@mayfly/protocol/rotation';
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import known from '../../../docs/vectors/crypto.json' with { type: 'json' };
import { CTYPE } from './content/ctype.ts';
import { makeFirstCharter } from './crypto/charter.ts';
import { makeCommand } from './crypto/command.ts';
import { openEnvelope } from './crypto/envelope.ts';
import { openTyping, sealTyping } from './crypto/ephemeral.ts';
import { epochKeys, roomSecrets } from './crypto/keys.ts';
import { linkSecret, ownerKeys } from './crypto/owner.ts';
import { openProfile, sealProfile } from './crypto/profile.ts';
import type { SigningKey } from './crypto/signature.ts';
import { openSlice, sealSlice } from './crypto/slice.ts';
import { LinkChange } from './governance/link-change.ts';
import { newIdentity } from './people/identity.ts';
import { Author, ID, KEYS, OWNER, OWNER_CODE, R, SECRET, SECRETS, roomId } from './testing/author.ts';
import { type NextEpoch, epochAfter } from './testing/next-epoch.ts';
import { open, untilBack, untilTaken } from './testing/open-room.ts';
import { seededRandom } from './testing/random.ts';

// Preloaded: a page can follow a new link at once.
beforeAll(() => import('./link-follower.ts'));
beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) }));
afterEach(() => void vi.useRealTimers());

const FEATURES = ['commands', 'rotation'] as const;
const person = (name: string) => newIdentity(seededRandom(name), name);
const [me, ann, eve] = [person('Me'), person('Ann'), person('Eve')];
const [bob, cem] = [new Author('Bob'), new Author('Cem')];
const next = epochAfter();

/** A member's page, in the first epoch. */
async function member() {
  const page = await open({ identity: person('Me') });
  page.server.letIn({ features: [...FEATURES] });
  const { server, network } = page;
  const log = ({ charter: { bytes, blob } }: NextEpoch) => {
    server.frames.push(encodeCommandEvent(server.seq + 1, bytes, blob));
    server.wire.give(server.frames.at(-1) ?? expect.unreachable());
  };
  let wires = network.wires.length;
  /** The page comes back: the server gives it these slices, and welcomes it by this charter. */
  const comesBack = (slices: readonly Uint8Array[], by: NextEpoch) =>
    untilTaken(page, async () => {
      if (page.connection() === 'live') server.wire.breakWith(1006);
      await untilBack(page, wires);
      wires = network.wires.length;
      server.charter = by.charter;
      const join = server.challenge();
      for (const slice of slices) server.wire.give(slice);
      const welcome = server.welcomeFor(join, { features: [...FEATURES], epoch: by.keys.epoch, c: by.c });
      server.wire.say(welcome);
      for (const frame of server.frames.slice(welcome.first - 1)) server.wire.give(frame);
    });
  return { ...page, log, comesBack };
}

describe('attacks 17 and 36: orders by those who may not give them', () => {
  const [tabAuthor, modAuthor] = [new Author('Tab'), new Author('Mod')];
  const [tab, mod] = [tabAuthor.key, modAuthor.key];
  const moderators = [
    { idPk: tab.pk, mask: POWER.owner },
    { idPk: mod.pk, mask: POWER.kick },
  ];
  const words = { name: 'Lake' };
  const charter = makeFirstCharter(
    { id: ID, owner: OWNER, r: R, secrets: SECRETS, moderators, words },
    seededRandom('charter'),
  );
  const amended = makeFirstCharter(
    { id: ID, owner: OWNER, r: R, secrets: SECRETS, moderators: [], words: {} },
    seededRandom('amended'),
  );
  const ARGS: Readonly<Record<number, Uint8Array>> = {
    [OP_CHARTER]: decodeCommand(amended.bytes)?.args ?? expect.unreachable(),
    [OP_DOOR]: Uint8Array.of(1),
    [OP_SLOW]: Uint8Array.of(0, 15),
    [OP_LIFE]: Uint8Array.of(0, 0, 1, 0, 0),
    [OP_KICK]: cem.key.pk,
    [OP_END]: new Uint8Array(0),
  };
  const ALL = [OP_CHARTER, OP_DOOR, OP_SLOW, OP_LIFE, OP_KICK, OP_END];

  async function governed() {
    const page = await open({ identity: person('Me') });
    const { server } = page;
    server.charter = charter;
    server.frames[0] = encodeCommandEvent(1, charter.bytes, charter.blob);
    server.letIn({ features: ['commands', 'settings'] });
    const order = (signer: SigningKey, op: number, { id = ID, epoch = 0, c = 2, args = ARGS[op] } = {}) => {
      const bytes = makeCommand({ id, epoch, c, op, args: args ?? expect.unreachable() }, signer);
      const blob = op === OP_CHARTER ? amended.blob : new Uint8Array(0);
      server.frames.push(encodeCommandEvent(server.seq + 1, bytes, blob));
      server.wire.give(server.frames.at(-1) ?? expect.unreachable());
    };
    return { ...page, order };
  }

  test('EFFECT-4: a moderator’s pin has no effect, one of the owner’s tab has', async () => {
    const { server, of } = await governed();
    const { envelope, mid } = cem.write('rules');
    server.append(envelope);
    const pin = { ctype: CTYPE.notice, ref: mid.subarray(0, 16) };
    for (const author of [modAuthor, tabAuthor]) server.append(author.write('1', pin).envelope);
    const notices = of('notices').flatMap((update) => update.notices);
    expect(notices).toMatchObject([{ what: 'pinned', from: { name: 'Tab' } }]);
  });

  const stranger = new Author('Stranger').key;
  const elsewhere = { id: roomId('other1') };
  test.each<readonly [string, SigningKey, readonly number[], object]>([
    ['anyone', stranger, ALL, {}],
    ['another room’s owner, for that room', ownerKeys('8'.repeat(32)), ALL, elsewhere],
    ['the owner, for another room', OWNER, ALL, elsewhere],
    ['a moderator beyond the mask', mod, ALL.filter((op) => op !== OP_KICK), {}],
    ['a moderator, against the owner’s tab', mod, [OP_KICK], { args: tab.pk }],
    ['the owner’s tab, of what only the owner’s key may', tab, [OP_CHARTER, OP_LIFE, OP_END], {}],
    ['the owner, under a number that is taken', OWNER, ALL, { c: 1 }],
    ['the owner, under a number too far', OWNER, ALL, { c: 3 }],
    ['the owner, under the last number there is', OWNER, ALL, { c: 2 ** 32 - 1 }],
    ['a moderator, under the last number there is', mod, [OP_KICK], { c: 2 ** 32 - 1 }],
    ['the owner, for another epoch', OWNER, ALL.filter((op) => op !== OP_CHARTER), { epoch: 1 }],
  ])('CMD-7, CMD-8: %s: nothing changes, and no number is used up', async (_what, signer, ops, odd) => {
    const { server, order, of, last, connection, texts } = await governed();
    const before = last('facts')?.facts;
    for (const op of ops) order(signer, op, odd);
    expect(last('facts')?.facts).toEqual(before);
    expect([...of('ordered'), ...of('removed')]).toEqual([]);
    expect(connection()).toBe('live');
    expect(last('trouble')?.trouble).toMatchObject({ server: true, lies: ['false_command'] });
    server.append(cem.write('still here').envelope);
    expect(texts()).toEqual(['still here']);
    order(OWNER, OP_KICK);
    server.append(cem.write('not any longer').envelope);
    expect(of('removed')).toHaveLength(1);
    expect(texts()).toEqual(['still here']);
  });
});

/** Out, or on its way back; in any case not in the room under other keys. */
function hasNotMoved({ of, connection, sent }: Awaited<ReturnType<typeof member>>): void {
  expect(of('link')).toEqual([]);
  expect(of('relinked')).toEqual([]);
  expect(connection()).not.toBe('live');
  expect(sent()).toEqual([]);
}

describe('attack 18: who was left out, and a server that passes on all it has', () => {
  const slot = new Uint8Array(8).fill(4);

  test('SLICE-1, KEY-3: the old link and every later frame open nothing', () => {
    const random = seededRandom('later frames');
    const old = [0, 1].map((epoch) => epochKeys(SECRETS.root, ID, epoch));
    const profile = sealProfile(next.keys, ann, slot, { xPk: ann.xPk, at: 1, name: 'Ann' }, random);
    const typing = sealTyping(next.keys, { slot, isTyping: true }, random);
    const { envelope } = cem.write('secret', {}, next.keys);
    const slices = [me, ann].map((one) => decodeRotationFrame(next.sliceFor(one)));
    for (const keys of old) {
      expect(openEnvelope(keys, envelope).ok).toBe(false);
      expect(openProfile(keys, { slot, idPk: ann.pk, sealed: profile })).toBeUndefined();
      expect(openTyping(keys, typing)).toBeUndefined();
      for (const slice of slices)
        for (const idPk of [eve.pk, me.pk, ann.pk]) {
          const whose = { ownerPk: OWNER.pk, idPk, xSecret: eve.xSecret };
          expect(slice?.type === 'slice' && openSlice(keys, whose, slice.sealed)).toBeUndefined();
        }
    }
    expect(openEnvelope(next.keys, envelope).ok).toBe(true);
  });

  test('SLICE-2: their page shows none of it, moves nowhere and says that it was left out', async () => {
    const page = await member();
    const { server, texts, connection, comesBack } = page;
    server.append(cem.write('before').envelope);
    page.log(next);
    server.append(cem.write('after', {}, next.keys).envelope);
    await comesBack([next.sliceFor(ann), next.sliceFor(eve)], next);
    expect(texts()).toEqual(['before']);
    hasNotMoved(page);
    expect(connection()).toBe('link_changed');
  });

  test('RECV-1: nor if the server hides the change from it', async () => {
    const { server, texts, last, of } = await member();
    server.append(cem.write('before').envelope);
    for (const text of ['one', 'two']) server.append(cem.write(text, {}, next.keys).envelope);
    server.wire.give(next.sliceFor(ann));
    expect(texts()).toEqual(['before']);
    expect(last('unverified')?.count).toBe(2);
    expect(of('link')).toEqual([]);
  });
});

describe('attack 37: a slice that is not the owner’s', () => {
  const mallory = ownerKeys('8'.repeat(32));
  const theirs = epochAfter(undefined, { as: mallory });
  // Anyone can make a link that commits to the owner, but not its charter.
  const committed = roomSecrets(linkSecret(OWNER.pk, seededRandom('mallory')(32)));
  const forged = encodeSliceFrame(
    1,
    sealSlice(KEYS, { ownerPk: OWNER.pk, idPk: me.pk, xPk: me.xPk }, committed, seededRandom('forged')),
  );
  const other = epochAfter(undefined, { seed: 'another link of the owner’s' });
  const inOwnersName = {
    ...next,
    charter: { ...next.charter, bytes: withSigner(theirs.charter.bytes, OWNER.pk) },
  };
  const signedByMallory = epochAfter(undefined, { as: { ...OWNER, seed: mallory.seed } });

  test.each<readonly [string, NextEpoch, Uint8Array]>([
    ['to a link that commits to the owner, with the owner’s charter of another link', next, forged],
    ['to another link of the owner’s', next, other.sliceFor(me)],
    ['to a link of their own, with their own charter', theirs, theirs.sliceFor(me)],
    ['to a link of their own, with their charter in the owner’s name', inOwnersName, theirs.sliceFor(me)],
    ['to the owner’s link, with a charter that someone else signed', signedByMallory, next.sliceFor(me)],
    [
      'to the owner’s link, with another blob',
      { ...next, charter: { ...next.charter, blob: theirs.charter.blob } },
      next.sliceFor(me),
    ],
    ['for another member', next, next.sliceFor(ann)],
    ['of nothing but zeros', next, encodeSliceFrame(1, new Uint8Array(112))],
  ])(
    'CHARTER-3, SLICE-2: %s: the page goes nowhere, and seals nothing with it',
    async (_what, shown, slice) => {
      const page = await member();
      page.log(shown);
      page.room.send('for whom?');
      await page.comesBack([slice], shown);
      hasNotMoved(page);
    },
  );

  test('SLICE-2: the right slice after a forged one for the same epoch: the page moves along', async () => {
    const page = await member();
    page.log(next);
    await page.comesBack([forged, next.sliceFor(me)], next);
    expect(page.connection()).toBe('live');
    expect(page.last('link')?.link.secret).toBe(next.secrets.secret);
  });
});

function withSigner(command: Uint8Array, pk: Uint8Array): Uint8Array {
  const changed = Uint8Array.from(command);
  changed.set(pk, command.length - 64 - 32);
  return changed;
}

describe('attack 38: the old keys after the charter', () => {
  test('RECV-1: what is sealed with them is counted, live and in a history, whoever wrote it', async () => {
    const page = await member();
    const { server, texts, last } = page;
    server.append(bob.write('before').envelope);
    page.log(next);
    await page.comesBack([next.sliceFor(me)], next);
    for (const author of [bob, cem]) server.append(author.write('too late').envelope);
    server.append(cem.write('in time', {}, next.keys).envelope);
    expect(texts()).toEqual(['before', 'in time']);
    expect(last('unverified')?.count).toBe(2);

    const late = await open({ link: { id: ID, secret: next.secrets.secret } });
    late.server.frames.splice(0, 1, ...server.frames);
    late.server.charter = next.charter;
    let wires = 0;
    await untilTaken(late, async () => {
      await untilBack(late, wires);
      wires = late.network.wires.length;
      late.server.letIn({ features: [...FEATURES], epoch: 1, c: next.c });
    });
    expect(late.texts()).toEqual(['before', 'in time']);
    expect(late.last('unverified')?.count).toBe(2);
  });
});

describe('attack 35: asleep through two changes of the link', () => {
  const third = epochAfter(next);

  async function asleep() {
    const page = await member();
    const { server } = page;
    server.wire.breakWith(1006);
    server.append(bob.write('zero').envelope);
    page.log(next);
    server.append(bob.write('one', {}, next.keys).envelope);
    page.log(third);
    server.append(bob.write('two', {}, third.keys).envelope);
    return page;
  }

  test('SLICE-2: back with both slices, it reads on, and seals with the newest keys', async () => {
    const page = await asleep();
    await page.comesBack([next.sliceFor(me), third.sliceFor(me)], third);
    expect(page.connection()).toBe('live');
    expect(page.texts()).toEqual(['zero', 'one', 'two']);
    expect(page.last('unverified')?.count ?? 0).toBe(0);
    expect(page.last('link')?.link.secret).toBe(third.secrets.secret);
    page.room.send('good morning');
    const [sent] = page.sent();
    expect(sent && openEnvelope(third.keys, sent.envelope).ok).toBe(true);
  });

  test.each<readonly [string, readonly Uint8Array[]]>([
    ['only the first', [next.sliceFor(me)]],
    ['only the second', [third.sliceFor(me)]],
    ['neither', []],
  ])('SLICE-2: with %s it can’t follow, and goes nowhere', async (_what, slices) => {
    const page = await asleep();
    await page.comesBack(slices, third);
    hasNotMoved(page);
  });
});

const slotOf = (mark: number) => new Uint8Array(8).fill(mark);
const profileOf = (
  keys: { readonly seed: Uint8Array; readonly pk: Uint8Array },
  mark: number,
  xPk: Uint8Array,
) => sealProfile(KEYS, keys, slotOf(mark), { xPk, at: 1, name: 'x' }, seededRandom(`profile ${mark}`));
const record = (mark: number, idPk: Uint8Array, profile?: Uint8Array): MemberRecord => ({
  slot: slotOf(mark),
  idPk,
  profile,
});

/** The owner's tab changes the link for these records; which slots get a slice. */
async function change(records: readonly MemberRecord[]) {
  const [said, sent]: [ClientControl[], Uint8Array[]] = [[], []];
  const linkChange = new LinkChange({
    id: ID,
    clock: { now: () => 0, after: () => ({ [Symbol.dispose]: () => {} }) },
    random: seededRandom('change'),
    ownerCode: OWNER_CODE,
    self: me,
    keys: { current: KEYS, of: (epoch) => (epoch === 0 ? KEYS : undefined) },
    charter: () => ({ words: {}, moderators: [] }),
    roots: () => [],
    fresh: false,
    second: undefined,
    signal: undefined,
    removed: () => new Set(),
    lastC: () => 1,
    say: (frame) => void said.push(frame),
    send: (frame) => void sent.push(frame),
    nextTask: (run) => queueMicrotask(run),
    progress: () => {},
  });
  const result = linkChange.run();
  await vi.waitFor(() => expect(said).toEqual([{ type: 'records' }]));
  linkChange.receive(encodeRecords({ more: false, records }));
  await vi.waitFor(() => expect(sent).toHaveLength(1));
  const stage = decodeClientSealed(sent[0] ?? expect.unreachable());
  if (stage?.type !== 'stage') throw new Error('nothing was staged');
  linkChange.receive(encodeStaged(stage.tag, stage.slices.length));
  await vi.waitFor(() => expect(sent).toHaveLength(2));
  const charter = decodeClientSealed(sent[1] ?? expect.unreachable());
  linkChange.committed(charter?.type === 'command' ? charter.bytes : expect.unreachable());
  expect(await result).toEqual({ ok: true });
  return stage.slices;
}

const slots = (slices: Awaited<ReturnType<typeof change>>) => slices.map(({ slot }) => toHex(slot));

describe('attacks 19 and 45: records that a server made up, and keys that are none', () => {
  test('attack 19, PROFILE-2: no slice is ever made for a key that its member did not sign', async () => {
    const slices = await change([
      record(1, me.pk),
      record(2, ann.pk, profileOf(ann, 2, ann.xPk)),
      record(3, bob.key.pk, profileOf({ seed: eve.seed, pk: bob.key.pk }, 3, eve.xPk)),
      record(4, cem.key.pk, profileOf(eve, 4, eve.xPk)),
      record(5, cem.key.pk, profileOf(cem.key, 6, eve.xPk)),
      record(7, eve.pk, new Uint8Array(301).fill(0x13)),
      record(8, eve.pk),
    ]);
    expect(slots(slices)).toEqual([1, 2].map((mark) => toHex(slotOf(mark))));
  });

  test('attack 45, SIG-4: a member with a small-order key gets none, and everyone else does', async () => {
    const weak = known.low_order_u.map((hex, i) => {
      const { seed, pk } = person(`weak ${i}`);
      return record(10 + i, pk, profileOf({ seed, pk }, 10 + i, Uint8Array.from(Buffer.from(hex, 'hex'))));
    });
    expect(weak.length).toBeGreaterThan(4);
    const slices = await change([...weak, record(1, me.pk), record(2, ann.pk, profileOf(ann, 2, ann.xPk))]);
    expect(slots(slices)).toEqual([1, 2].map((mark) => toHex(slotOf(mark))));
  });

  test('attack 19: the server’s own slice for us is not needed: ours is made with the key we hold', async () => {
    const [own] = await change([record(1, me.pk, profileOf(me, 1, eve.xPk))]);
    const sealed = own?.sealed ?? expect.unreachable();
    const whose = { ownerPk: OWNER.pk, idPk: me.pk };
    expect(openSlice(KEYS, { ...whose, xSecret: eve.xSecret }, sealed)).toBeUndefined();
    expect(openSlice(KEYS, { ...whose, xSecret: me.xSecret }, sealed)?.secret).toHaveLength(SECRET.length);
  });
});
