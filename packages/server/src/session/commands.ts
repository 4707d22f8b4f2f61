// What the owner and moderators command. The signature is the authority, so any member's session may bring it.

import {
  type Feature,
  type GivenCommand,
  OP_CHARTER,
  OP_END,
  OP_KICK,
  decodeCharterArgs,
} from '@mayfly/protocol';
import { whyNot } from '../auth/command.ts';
import type { ConnectionBudget } from '../guard/connection-budget.ts';
import type { Appended, MemberSession, RoomStore } from '../store/room-store.ts';
import { OUTCOME, type Outcome, refusedCommand } from './outcomes.ts';
import { rotate } from './rotation.ts';

export type CommandDeps = {
  readonly store: RoomStore;
  readonly budget: ConnectionBudget;
  /** The longest life that an owner may give a room. */
  readonly lifeMaxMs: number;
};

/** Which operations a node of the first version with commands carries out (rule WELCOME-4). */
const FIRST_OPS: ReadonlySet<number> = new Set([OP_KICK, OP_END]);

function featureOf({ op, epoch, args }: GivenCommand['command']): Feature {
  if (FIRST_OPS.has(op)) return 'commands';
  return op === OP_CHARTER && decodeCharterArgs(args)?.newEpoch !== epoch ? 'rotation' : 'settings';
}

/** Success is not answered: the event is (rule COMMAND-1). */
export async function command(
  given: GivenCommand,
  { room, member }: { readonly room: GivenCommand['command']['id']; readonly member: MemberSession },
  { store, budget, lifeMaxMs }: CommandDeps,
): Promise<Outcome | undefined> {
  const { c } = given.command;
  const feature = featureOf(given.command);
  if (!store.features.includes(feature)) return refusedCommand({ code: 'not_allowed', retryAfterMs: 0 }, c);
  const slowed = budget.command();
  if (slowed !== undefined) return refusedCommand(slowed, c);
  const law = await store.law(room);
  if (law === undefined) return OUTCOME.roomGone;
  if (feature === 'rotation') return afterCommand(await rotate(given, { room, member }, { store, law }), c);
  const code = whyNot(given, room, law, lifeMaxMs);
  if (code !== undefined) return refusedCommand({ code, retryAfterMs: 0 }, c);
  return afterCommand(await store.command(room, member, given), c);
}

const SERVER_FULL_RETRY_MS = 5_000;

function afterCommand(done: Appended, c: number): Outcome | undefined {
  switch (done.outcome) {
    case 'appended':
    case 'repeated':
      return undefined;
    case 'refused': {
      const { code } = done;
      return refusedCommand({ code, retryAfterMs: code === 'server_full' ? SERVER_FULL_RETRY_MS : 0 }, c);
    }
    case 'slow':
      return refusedCommand({ code: 'rate', retryAfterMs: done.retryAfterMs }, c);
    case 'replaced':
    case 'removed':
      return OUTCOME[done.outcome];
    case 'gone':
      return OUTCOME.roomGone;
  }
}
