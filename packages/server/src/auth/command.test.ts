import { OP_KICK, POWER, decodeCommand } from '@mayfly/protocol';
import { describe, expect, test } from 'vitest';
import { Signer, makeCharter, makeCommand, roomId } from '../testing/signer.ts';
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

describe('COMMAND-2: what a server checks of a command', () => {
  test('the end, by the owner', () => {
    expect(whyNot(END, ROOM, LAW)).toBeUndefined();
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
    ['a second charter', { ...makeCharter(ROOM, OWNER, { c: 2 }) }],
  ])('%s: not allowed', (_what, given) => {
    expect(whyNot(given, ROOM, LAW)).toBe('not_allowed');
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
    expect(whyNot(given, ROOM, LAW)).toBeUndefined();
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
    expect(whyNot(given, ROOM, LAW)).toBe('not_allowed');
  });

  test.each([
    ['the last number again', { c: 1 }],
    ['a number too far', { c: 3 }],
    ['the last number there is', { c: 2 ** 32 - 1 }],
    ['another epoch', { epoch: 1 }],
  ])('%s: stale', (_what, choices) => {
    expect(whyNot(makeCommand(ROOM, OWNER, choices), ROOM, LAW)).toBe('stale');
  });

  test('after the last number there is, no other is the next', () => {
    expect(whyNot(makeCommand(ROOM, OWNER, { c: 1 }), ROOM, { ...LAW, c: 2 ** 32 - 1 })).toBe('stale');
  });

  test('SIG-2: each changed byte is refused, and so is a signer of small order', () => {
    for (let at = 0; at < END.bytes.length; at++) {
      const bytes = END.bytes.map((byte, i) => (i === at ? byte ^ 1 : byte));
      const command = decodeCommand(bytes);
      if (command !== undefined) expect(whyNot({ command, blob: END.blob }, ROOM, LAW)).toBeDefined();
    }
    const smallOrder = new Uint8Array(32).fill(1, 0, 1);
    const command = { ...END.command, signerPk: smallOrder, signature: new Uint8Array(64).fill(1, 0, 1) };
    expect(whyNot({ command, blob: END.blob }, ROOM, { ...LAW, ownerPk: smallOrder })).toBe('not_allowed');
  });
});
