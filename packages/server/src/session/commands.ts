// What the owner and moderators command. The signature is the authority, so any member's session may bring it.

import { type GivenCommand, OP_CHARTER } from '@mayfly/protocol';
import { whyNot } from '../auth/command.ts';
import type { ConnectionBudget } from '../guard/connection-budget.ts';
import type { Appended, MemberSession, RoomStore } from '../store/room-store.ts';
import { OUTCOME, type Outcome, refusedCommand } from './outcomes.ts';
import { rotate } from './rotation.ts';

type CommandDeps = { readonly store: RoomStore; readonly budget: ConnectionBudget };

/** Success is not answered: the event is (rule COMMAND-1). */
export async function command(
  given: GivenCommand,
  { room, member }: { readonly room: GivenCommand['command']['id']; readonly member: MemberSession },
  { store, budget }: CommandDeps,
): Promise<Outcome | undefined> {
  const { c } = given.command;
  if (!store.features.includes('commands'))
    return refusedCommand({ code: 'not_allowed', retryAfterMs: 0 }, c);
  const slowed = budget.command();
  if (slowed !== undefined) return refusedCommand(slowed, c);
  const law = await store.law(room);
  if (law === undefined) return OUTCOME.roomGone;
  if (given.command.op === OP_CHARTER)
    return afterCommand(await rotate(given, { room, member }, { store, law }), c);
  const code = whyNot(given, room, law);
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
    case 'replaced':
    case 'removed':
      return OUTCOME[done.outcome];
    case 'gone':
      return OUTCOME.roomGone;
  }
}
