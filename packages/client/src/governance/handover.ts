// The room goes to someone else (OWNER-4): first the owner code, sealed for them, then the charter that seats them. And what
// a tab does when a charter seats or unseats it.

import {
  type Moderator,
  OP_CHARTER,
  POWER,
  equalBytes,
  fromBase64url,
  maskOf,
  toBase64url,
} from '@mayfly/protocol';
import type { Clock } from '../clock.ts';
import { amendCharter } from '../crypto/amendment.ts';
import { openHandover, sealHandover } from '../crypto/handover.ts';
import type { RoomUpdate } from '../room-updates.ts';
import type { CommandPort } from './command-port.ts';
import { giveCommand } from './give-command.ts';
import type { OrderPort } from './orders.ts';
import type { CommandResult, Wanted } from './own-commands.ts';

type Handover = { readonly opened: { readonly epoch: number; readonly body: string } };

/** What handing over needs of a room, beside orders. */
export type HandoverPort = {
  readonly self: {
    readonly keys: { readonly pk: Uint8Array; readonly xSecret: Uint8Array };
    keepOwnerCode(ownerCode: string): void;
  };
  readonly roster: { exchangeKeyOf(idPk: string): Uint8Array | undefined };
  readonly clock: Clock;
  readonly outbox: {
    add(draft: { readonly ctype: number; readonly body: string }, at: number): string;
    discard(key: string): void;
  };
  /** `body`: one character, then what is sealed. */
  readonly log: { readonly handovers: Iterable<Handover> };
  readonly updates: { subscribe(listener: (update: RoomUpdate) => void): Disposable };
  /** What this tab can do has changed. */
  renewFacts(): void;
};

/** Of the message, and how its body begins (BODY-1). */
const CTYPE_NOTICE = 6;
const HANDOVER = '4';
const NOT_HERE = { ok: false, reason: 'not_here' } as const;

/**
 * Gives the room to someone who is here: they get all of the owner's powers, and our tabs lose them. Copies of the owner
 * code elsewhere stay valid. `idPk` as in `Person`. Only the owner can.
 */
export async function handOver(port: OrderPort, idPk: string): Promise<CommandResult> {
  const key = fromBase64url(idPk);
  const ownerCode = port.commands.deps.ownerCode();
  if (ownerCode === undefined) return { ok: false, reason: 'not_owner' };
  const sealed = key && sealFor(port, { idPk, key }, ownerCode);
  if (key === undefined || sealed === undefined) return NOT_HERE;
  const said = await say(port, sealed);
  return said.ok ? seat(port, { idPk, key }) : said;
}

type Receiver = { readonly idPk: string; readonly key: Uint8Array };

function sealFor(port: OrderPort, { idPk, key }: Receiver, ownerCode: string): string | undefined {
  const xPk = port.roster.exchangeKeyOf(idPk);
  const charter = port.charter();
  if (xPk === undefined || charter === undefined || equalBytes(key, port.self.keys.pk)) return undefined;
  const whose = { ownerPk: charter.ownerPk, idPk: key, xPk };
  return toBase64url(sealHandover(port.keys.current, whose, ownerCode, port.random));
}

// The code has to be in the log before the seat is: otherwise a lost tab would leave a room that no one owns.
function say(port: OrderPort, sealed: string): Promise<CommandResult> {
  return new Promise((resolve) => {
    const listening = port.updates.subscribe((update) => {
      const result = resultOf(port, sealed, update);
      if (result === undefined) return;
      listening[Symbol.dispose]();
      resolve(result);
    });
    port.outbox.add({ ctype: CTYPE_NOTICE, body: HANDOVER + sealed }, port.clock.now());
  });
}

function resultOf(
  { commands, log, outbox }: OrderPort,
  sealed: string,
  update: RoomUpdate,
): CommandResult | undefined {
  if (commands.isOver) return { ok: false, reason: 'ended' };
  for (const { opened } of log.handovers) if (opened.body === HANDOVER + sealed) return { ok: true };
  const pending = update.type === 'pending' ? update.effects : [];
  const failed = pending.find(({ body, state }) => state === 'failed' && body === HANDOVER + sealed);
  if (failed === undefined) return undefined;
  outbox.discard(failed.key);
  return { ok: false, reason: 'unavailable' };
}

async function seat(port: OrderPort, { idPk, key }: Receiver): Promise<CommandResult> {
  const isHere = () => port.roster.exchangeKeyOf(idPk) !== undefined;
  const make: Wanted['make'] = () => {
    const charter = port.charter();
    if (charter === undefined || !isHere() || !isSeated(port, charter.moderators)) return undefined;
    return amendCharter(
      charter,
      port.keys.current,
      ({ words, moderators }) => ({ words, moderators: seatedAlone(moderators, key) }),
      port.random,
    );
  };
  const logged = () => port.commands.deps.forgetOwnerCode();
  const given = await giveCommand(port.commands, { op: OP_CHARTER, by: 'owner', make, logged });
  return given.ok || isHere() ? given : NOT_HERE;
}

function seatedAlone(all: readonly Moderator[], idPk: Uint8Array): readonly Moderator[] {
  const others = all.filter((one) => (one.mask & POWER.owner) === 0 && !equalBytes(one.idPk, idPk));
  return [{ idPk, mask: POWER.owner }, ...others];
}

/** Whether this tab has the owner's seat. */
export function isSeated({ self }: HandoverPort, moderators: readonly Moderator[]): boolean {
  return (maskOf(moderators, self.keys.pk) & POWER.owner) !== 0;
}

/**
 * Takes the room over, if it was handed to us, and lets go of it, if the owner's seat is no longer ours. Call it whenever
 * the facts say `owner` without `canEnd`, or the other way round.
 */
export function settleSeat(port: OrderPort): void {
  const charter = port.charter();
  if (charter === undefined || !port.commands.isTaken) return;
  const code = port.commands.deps.ownerCode();
  const isOurs = isSeated(port, charter.moderators);
  if (isOurs) seatedBy.set(port.commands, Math.max(charter.c, seatedBy.get(port.commands) ?? 0));
  if (isOurs && code === undefined) awaitCode(port, charter.ownerPk);
  if (!isOurs && code !== undefined && charter.c > (seatedBy.get(port.commands) ?? 0)) letGo(port);
}

/** Number of the newest charter that seated us: a server that shows an older one may only have lost the rest. */
const seatedBy = new WeakMap<CommandPort, number>();
/** Opening takes milliseconds, and members can send as many as they like. */
const tried = new WeakSet<Handover>();

// A welcome says that we are seated before the history that the code is in.
function awaitCode(port: OrderPort, ownerPk: Uint8Array): void {
  if (takeOver(port, ownerPk) || awaiting.has(port.commands)) return;
  awaiting.add(port.commands);
  const listening = port.updates.subscribe(() => {
    if (takeOver(port, ownerPk)) listening[Symbol.dispose]();
  });
}

const awaiting = new WeakSet<CommandPort>();

function takeOver(port: OrderPort, ownerPk: Uint8Array): boolean {
  const untried = [...port.log.handovers].filter((one) => !tried.has(one)).reverse();
  for (const handover of untried) {
    tried.add(handover);
    const ownerCode = open(port, ownerPk, handover);
    if (ownerCode === undefined) continue;
    awaiting.delete(port.commands);
    port.self.keepOwnerCode(ownerCode);
    port.renewFacts();
    return true;
  }
  return false;
}

// A message that had to be sealed anew, in the next epoch, may hold what was sealed in the one before.
function open({ self, keys }: OrderPort, ownerPk: Uint8Array, { opened }: Handover): string | undefined {
  const { pk: idPk, xSecret } = self.keys;
  const sealed = fromBase64url(opened.body.slice(1));
  for (const epoch of [opened.epoch, opened.epoch - 1]) {
    const under = keys.of(epoch);
    const ownerCode = sealed && under && openHandover(under, { ownerPk, idPk, xSecret }, sealed);
    if (ownerCode !== undefined) return ownerCode;
  }
  return undefined;
}

function letGo(port: OrderPort): void {
  port.commands.deps.forgetOwnerCode();
  port.renewFacts();
}
