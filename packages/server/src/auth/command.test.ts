import { OP_KICK, POWER, decodeCommand } from '@mayfly/protocol';
import { describe, expect, test } from 'vitest';
import { type CharterChoices, Signer, makeCharter, makeCommand, roomId } from '../testing/signer.ts';
import { whyNot } from './command.ts';

const ROOM = roomId('Room11');
const [OWNER, TAB, MOD, ANN] = [new Signer('owner'), new Signer('tab'), new Signer('mod'), new Signer('ann')];
const [OTHER_MOD, DOORMAN] = [new Signer('other mod'), new Signer('doorman')];
const CHARTER = makeCharter(ROOM, OWNER, {
  moderators: [
    { idPk: TAB.pk, mask: POWER.owner },
    { idPk: MOD.pk, mask: POWER.door + POWER.kick + POWER.admit + POWER.invite },
    { idPk: OTHER_MOD.pk, mask: POWER.kick },
    { idPk: DOORMAN.pk, mask: POWER.door },
  ],
});
const LAW = { ownerPk: OWNER.pk, epoch: 0, c: 1, charter: CHARTER.bytes };
const END = makeCommand(ROOM, OWNER);
const LIFE_MAX_MS = 3_600_000;
const judge = (given: Parameters<typeof whyNot>[0], law = LAW) => whyNot(given, ROOM, law, LIFE_MAX_MS);

describe('COMMAND-2: what a server checks of a command', () => {
  test('the end, by the owner', () => {
    expect(judge(END)).toBeUndefined();
  });

  test.each([
    ['another room', makeCommand(roomId('Room12'), OWNER)],
    ['the key of another room’s owner', makeCommand(ROOM, new Signer('other owner'))],
    ['anyone', makeCommand(ROOM, ANN)],
    ['a moderator with every power', makeCommand(ROOM, MOD)],
    ['the owner’s own tab', makeCommand(ROOM, TAB)],
    ['arguments that it doesn’t have', makeCommand(ROOM, OWNER, { args: Uint8Array.of(1) })],
    ['a blob that it doesn’t have', makeCommand(ROOM, OWNER, { blob: Uint8Array.of(1) })],
    ['an operation of a later version', makeCommand(ROOM, OWNER, { op: 77 })],
  ])('%s: not allowed', (_what, given) => {
    expect(judge(given)).toBe('not_allowed');
  });

  const { door, kick: kicks, admit, invite } = POWER;
  const order = (op: number, args: readonly number[], by: Signer = OWNER) =>
    makeCommand(ROOM, by, { op, args: Uint8Array.from(args) });
  const byMask = (op: number, args: readonly number[]) =>
    [TAB, MOD, OTHER_MOD, DOORMAN, ANN].map((by) => judge(order(op, args, by)) === undefined);

  test('CMD-3: the door and the pace are the owner’s and those with mask 1; the life is the owner’s', () => {
    expect(byMask(2, [1])).toEqual([true, true, false, true, false]);
    expect(byMask(3, [0, 15])).toEqual([true, true, false, true, false]);
    expect(byMask(4, [0, 0, 1, 0, 1])).toEqual([false, false, false, false, false]);
    expect(judge(order(4, [0, 0, 1, 0, 1]))).toBeUndefined();
  });

  test.each([
    ['a third state of the door', order(2, [2])],
    ['no state of the door', order(2, [])],
    ['two states', order(2, [1, 0])],
    ['a pace over an hour', order(3, [0x0e, 0x11])],
    ['half a pace', order(3, [1])],
    ['a life longer than the server allows', order(4, [0, 0, 0x0e, 0x11, 1])],
    ['a life of four billion seconds', order(4, [255, 255, 255, 255, 1])],
    ['a life of two seconds', order(4, [0, 0, 0, 2, 1])],
    ['another history', order(4, [0, 0, 1, 0, 2])],
    ['a blob', { ...order(2, [1]), blob: new Uint8Array(1) }],
  ])('CMD-11 to CMD-13: %s: not allowed', (_what, given) => {
    expect(judge(given)).toBe('not_allowed');
  });

  test.each([
    ['the slowest pace', order(3, [0x0e, 0x10])],
    ['the longest life that the server allows', order(4, [0, 0, 0x0e, 0x10, 0])],
    ['the shortest life', order(4, [0, 0, 0, 3, 1])],
  ])('CMD-12, CMD-13: %s', (_what, given) => {
    expect(judge(given)).toBeUndefined();
  });

  const amendment = (choices: CharterChoices = {}) => makeCharter(ROOM, OWNER, { c: 2, ...choices });

  test('CHARTER-5: the owner amends the charter: moderators and what is sealed', () => {
    const moderators = [{ idPk: ANN.pk, mask: door + kicks + admit + invite }];
    expect(judge(amendment({ moderators, blob: new Uint8Array(1168).fill(9) }))).toBeUndefined();
    expect(judge(amendment())).toBeUndefined();
  });

  test.each([
    ['the owner’s tab', amendment({ signer: TAB })],
    ['a moderator', amendment({ signer: MOD })],
    ['another access key', amendment({ accessPk: ANN.pk })],
    ['another door', amendment({ door: 2, linkPk: ANN.pk })],
    ['the next epoch', amendment({ newEpoch: 1 })],
    ['a fresh start', amendment({ fresh: true })],
    ['a blob that is too short', amendment({ blob: new Uint8Array(1167) })],
    ['another blob', { ...amendment(), blob: new Uint8Array(1168) }],
    ['no blob', { ...amendment(), blob: new Uint8Array(0) }],
    ['broken arguments', makeCommand(ROOM, OWNER, { op: 1, args: new Uint8Array(20) })],
  ])('CHARTER-5: %s: not allowed', (_what, given) => {
    expect(judge(given)).toBe('not_allowed');
  });

  test('CHARTER-5: where a passphrase is needed, door and link key stay, too', () => {
    const door2 = { door: 2, linkPk: DOORMAN.pk } as const;
    const law = { ...LAW, charter: makeCharter(ROOM, OWNER, door2).bytes };
    expect(judge(amendment(door2), law)).toBeUndefined();
    expect(judge(amendment({ ...door2, linkPk: ANN.pk }), law)).toBe('not_allowed');
    expect(judge(amendment(), law)).toBe('not_allowed');
  });

  const kick = (target: Uint8Array, by: Signer) => makeCommand(ROOM, by, { op: OP_KICK, args: target });

  test.each([
    ['the owner’s key, anyone', kick(ANN.pk, OWNER)],
    ['the owner’s key, a moderator', kick(MOD.pk, OWNER)],
    ['the owner’s tab, anyone', kick(ANN.pk, TAB)],
    ['the owner’s tab, a moderator', kick(MOD.pk, TAB)],
    ['a moderator with that power, anyone', kick(ANN.pk, MOD)],
    ['a key of small order, which no one has', kick(new Uint8Array(32), MOD)],
  ])('CMD-10: removal by %s', (_what, given) => {
    expect(judge(given)).toBeUndefined();
  });

  test.each([
    ['the owner’s tab by the owner’s key', kick(TAB.pk, OWNER)],
    ['the owner’s tab by itself', kick(TAB.pk, TAB)],
    ['the owner’s tab by a moderator', kick(TAB.pk, MOD)],
    ['a moderator by themselves', kick(MOD.pk, MOD)],
    ['a moderator by another one', kick(MOD.pk, OTHER_MOD)],
    ['anyone by anyone', kick(TAB.pk, ANN)],
    ['anyone by a moderator without that power', kick(ANN.pk, DOORMAN)],
    ['a key that is too short', kick(ANN.pk.subarray(1), OWNER)],
    ['no one', kick(new Uint8Array(0), OWNER)],
  ])('CMD-10: not allowed: removal of %s', (_what, given) => {
    expect(judge(given)).toBe('not_allowed');
  });

  test.each([
    ['the last number again', { c: 1 }],
    ['a number too far', { c: 3 }],
    ['the last number there is', { c: 2 ** 32 - 1 }],
    ['another epoch', { epoch: 1 }],
  ])('%s: stale', (_what, choices) => {
    expect(judge(makeCommand(ROOM, OWNER, choices))).toBe('stale');
  });

  test('after the last number there is, no other is the next', () => {
    expect(judge(makeCommand(ROOM, OWNER, { c: 1 }), { ...LAW, c: 2 ** 32 - 1 })).toBe('stale');
  });

  test('SIG-2: each changed byte is refused, and so is a signer of small order', () => {
    for (let at = 0; at < END.bytes.length; at++) {
      const bytes = END.bytes.map((byte, i) => (i === at ? byte ^ 1 : byte));
      const command = decodeCommand(bytes);
      if (command !== undefined) expect(judge({ command, blob: END.blob })).toBeDefined();
    }
    const smallOrder = new Uint8Array(32).fill(1, 0, 1);
    const command = { ...END.command, signerPk: smallOrder, signature: new Uint8Array(64).fill(1, 0, 1) };
    expect(judge({ command, blob: END.blob }, { ...LAW, ownerPk: smallOrder })).toBe('not_allowed');
  });
});
