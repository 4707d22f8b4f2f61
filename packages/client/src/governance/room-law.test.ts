import {
  type Command,
  type Moderator,
  OP_CHARTER,
  POWER,
  decodeCommand,
  encodeCharterArgs,
  encodeCommand,
  encodeUnsignedCommand,
} from '@mayfly/protocol';
import { describe, expect, test } from 'vitest';
import {
  type RoomLaw,
  isInForce,
  lastC,
  lawAfterCommand,
  lawAfterMessage,
  lawAfterReset,
  lawAtWelcome,
} from './room-law.ts';
import { type SigningKey, sign } from '../crypto/signature.ts';
import { Author, ID, OWNER, SECRETS } from '../testing/author.ts';

const tab = new Author('owner tab').key;
const mod = new Author('moderator').key;
const anybody = new Author('anybody').key;
const MODERATORS: readonly Moderator[] = [
  { idPk: tab.pk, mask: POWER.owner },
  { idPk: mod.pk, mask: POWER.kick },
];

function command(c: number, op: number, signer: SigningKey, args: Uint8Array = new Uint8Array()): Command {
  const signed = encodeUnsignedCommand(ID, 0, c, op, args);
  const found = decodeCommand(encodeCommand(signed, signer.pk, sign(signer.seed, 'cmd', signed)));
  if (found === undefined) throw new Error('not a command');
  return found;
}

function charter(c: number, moderators: readonly Moderator[], newEpoch = 0): Command {
  const args = encodeCharterArgs({
    newEpoch,
    accessPk: SECRETS.access.pk,
    linkPk: new Uint8Array(32),
    door: 1,
    fresh: false,
    blobHash: new Uint8Array(32),
    moderators,
  });
  return command(c, OP_CHARTER, OWNER, args);
}

const ROOM = { id: ID, ownerPk: OWNER.pk };

/** Of a page that saw the first command at the welcome, after these. */
function lawAfter(...commands: readonly Command[]): RoomLaw {
  const atWelcome = lawAtWelcome(ROOM, { c: 1, head: 1, moderators: MODERATORS });
  return commands.reduce((law, one, i) => lawAfterCommand(law, one, 2 + i), atWelcome);
}

/** The number of the last command after these. */
const lastCAfter = (...commands: readonly Command[]) => lastC(lawAfter(...commands), 1 + commands.length);

describe('CMD-8: an operation counts if its signer has the power for it', () => {
  test.each([2, 3, 4, 5, 6, 7, 8, 9, 77])('the owner may give %i', (op) => {
    expect(lastCAfter(command(2, op, OWNER))).toBe(2);
  });

  test.each([
    { op: 1, c: 1 },
    { op: 2, c: 2 },
    { op: 3, c: 2 },
    { op: 4, c: 1 },
    { op: 5, c: 2 },
    { op: 6, c: 2 },
    { op: 7, c: 2 },
    { op: 8, c: 2 },
    { op: 9, c: 1 },
    { op: 77, c: 1 },
  ])("the owner's own tab gives $op: the last is $c", ({ op, c }) => {
    expect(lastCAfter(command(2, op, tab))).toBe(c);
  });

  test('a moderator has only their own powers, and none over those in the charter', () => {
    expect(lastCAfter(command(2, 5, mod, anybody.pk))).toBe(2);
    expect(lastCAfter(command(2, 2, mod))).toBe(1);
    expect(lastCAfter(command(2, 5, mod, tab.pk))).toBe(1);
    expect(lastCAfter(command(2, 5, tab, mod.pk))).toBe(2);
  });

  test("no one else's command counts, and none with a bad signature", () => {
    expect(lastCAfter(command(2, 5, anybody, mod.pk))).toBe(1);
    const forged = { ...command(2, 5, anybody, anybody.pk), signerPk: mod.pk };
    expect(lastCAfter(forged)).toBe(1);
  });

  test('the charter in force at that position decides', () => {
    const without = charter(2, MODERATORS.slice(0, 1));
    expect(lastCAfter(without, command(3, 5, mod, anybody.pk))).toBe(2);
    expect(lastCAfter(without, charter(3, MODERATORS), command(4, 5, mod, anybody.pk))).toBe(4);
  });

  test('after a reset the moderators of its welcome are in force', () => {
    const before = lawAtWelcome(ROOM, { c: 1, head: 1, moderators: [] });
    const after = lawAfterReset(before, { c: 4, head: 9, moderators: MODERATORS });
    expect(lastC(lawAfterCommand(after, command(5, 5, mod, anybody.pk), 10), 10)).toBe(5);
  });
});

describe('CMD-8: a command of someone whose powers can’t be known', () => {
  const atWelcome = lawAtWelcome(ROOM, { c: 4, head: 9, moderators: MODERATORS });
  const lawAfterOne = (one: Command, seq = 5) =>
    lawAfterCommand(lawAfterCommand(atWelcome, command(2, 3, OWNER), 4), one, seq);

  test('before the first charter in sight: its number counts, and nothing else', () => {
    const after = lawAfterOne(command(3, 5, anybody, mod.pk));
    expect(lastC(after, 5)).toBe(3);
    expect(after.removed.size).toBe(0);
  });

  test.each<readonly [string, number, Command]>([
    ['out of turn', 5, command(4, 5, anybody, mod.pk)],
    ['that anyone else signed', 5, { ...command(3, 5, anybody, mod.pk), signerPk: tab.pk }],
    ['after the welcome', 10, command(5, 5, anybody, mod.pk)],
  ])('%s: nothing of it counts', (_what, seq, one) => {
    expect(lawAfterOne(one, seq).seenC).toBe(2);
  });

  test('above the last number of the welcome: nothing of it counts', () => {
    const given = [2, 3, 4, 5].map((c) => command(c, 5, anybody, mod.pk));
    const law = given.reduce((before, one, i) => lawAfterCommand(before, one, 4 + i), atWelcome);
    expect(law.seenC).toBe(4);
  });
});

const epochs = (law: RoomLaw) => [0, 1, 2].filter((epoch) => isInForce(law, epoch));

describe('RECV-1: the epoch in force', () => {
  test('is that of the last charter in sight', () => {
    expect(epochs(lawAfter(charter(2, MODERATORS, 1)))).toEqual([1]);
  });

  test('may rise before the first charter in sight, but never falls', () => {
    expect(epochs(lawAfter())).toEqual([0, 1, 2]);
    expect(epochs(lawAfterMessage(lawAfter(), 1))).toEqual([1, 2]);
  });

  test('may have risen in a hole, but not fallen', () => {
    const rotated = lawAfter(charter(2, MODERATORS, 1));
    expect(epochs(lawAfterReset(rotated, { c: 2, head: 9, moderators: [] }))).toEqual([1, 2]);
  });
});
