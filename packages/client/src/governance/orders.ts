// What the owner and moderators order: the commands behind a room's settings. A page loads them with its first order.

import {
  type Moderator,
  OP_CHARTER,
  OP_END,
  OP_KICK,
  type TermsChange,
  encodeTerms,
  equalBytes,
  fromBase64url,
} from '@mayfly/protocol';
import { type Amendable, amendCharter } from '../crypto/amendment.ts';
import type { RandomBytes } from '../crypto/random.ts';
import type { RoomWords } from '../crypto/room-words.ts';
import type { CommandPort } from './command-port.ts';
import type { CharterInForce } from './in-force.ts';
import type { KeyRing } from './key-ring.ts';
import { giveCommand } from './give-command.ts';
import { type HandoverPort, isSeated } from './handover.ts';
import type { CommandResult, Wanted } from './own-commands.ts';

export { handOver, settleSeat } from './handover.ts';

/** A room's side of orders. */
export type OrderPort = HandoverPort & {
  readonly keys: KeyRing;
  readonly random: RandomBytes;
  /** In force; undefined before the first welcome. */
  charter(): CharterInForce | undefined;
  readonly commands: CommandPort;
};

function give({ commands }: OrderPort, wanted: Wanted): Promise<CommandResult> {
  return giveCommand(commands, wanted);
}

/** Ends the room for everyone. Only the owner can. Without a connection it waits for one. */
export function endRoom(port: OrderPort): Promise<CommandResult> {
  return give(port, { op: OP_END, by: 'owner', make: () => ({ args: new Uint8Array(0) }) });
}

/** Removes someone for good, whatever their link. `idPk` as in `Person`. The server decides whether we may. */
export function removePerson(port: OrderPort, idPk: string): Promise<CommandResult> {
  const key = fromBase64url(idPk);
  return give(port, { op: OP_KICK, by: 'self', make: () => key && { args: key } });
}

/** Opens or closes the door, sets the pace or the life. Only the owner's key can do the last one. */
export function setTerms(port: OrderPort, change: TermsChange): Promise<CommandResult> {
  const { op, args } = encodeTerms(change);
  return give(port, { op, by: 'lifeMs' in change ? 'owner' : 'self', make: () => ({ args }) });
}

/** Only the owner can. Throws a RangeError for words that are too long. */
export function setWords(port: OrderPort, words: RoomWords): Promise<CommandResult> {
  return amend(port, ({ moderators }) => ({ words, moderators }));
}

/** Gives someone powers (a sum of `POWER`), or with 0 takes them all. `idPk` as in `Person`. Only the owner can. */
export function setPowers(port: OrderPort, idPk: string, mask: number): Promise<CommandResult> {
  const key = fromBase64url(idPk);
  return amend(port, ({ words, moderators }) => ({
    words,
    moderators: key === undefined ? moderators : withPowers(moderators, key, mask),
  }));
}

/** No one has any power from then on, unless the owner's code was kept elsewhere: this tab forgets it. */
export function giveUp(port: OrderPort): Promise<CommandResult> {
  const logged = () => port.commands.deps.forgetOwnerCode();
  return amend(port, ({ words }) => ({ words, moderators: [] }), logged);
}

function withPowers(all: readonly Moderator[], idPk: Uint8Array, mask: number): readonly Moderator[] {
  const others = all.filter((one) => !equalBytes(one.idPk, idPk));
  return mask === 0 ? others : [...others, { idPk, mask }];
}

// Made anew from the charter in force each time it is signed, so it takes back nothing that came first, and not by a tab
// that the room was taken from meanwhile.
function amend(
  port: OrderPort,
  change: (now: Amendable) => Amendable,
  logged?: () => void,
): Promise<CommandResult> {
  const make = () => {
    const charter = port.charter();
    if (charter === undefined || !isSeated(port, charter.moderators)) return undefined;
    return amendCharter(charter, port.keys.current, change, port.random);
  };
  return give(port, { op: OP_CHARTER, by: 'owner', make, ...(logged && { logged }) });
}
