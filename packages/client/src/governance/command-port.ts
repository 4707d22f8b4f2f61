// A room's side of commands. Giving them is apart (`own-commands.ts`), so a page loads that with its first command.

import { type RoomId, encodeClientSealed } from '@mayfly/protocol';
import type { Clock } from '../clock.ts';
import type { SigningKey } from '../crypto/signature.ts';
import type { OwnCommands } from './own-commands.ts';

export type CommandPortDeps = {
  readonly id: RoomId;
  readonly clock: Clock;
  /** Undefined in everyone else's tab. */
  ownerCode(): string | undefined;
  /** Not even a reload of this tab has it. */
  readonly forgetOwnerCode: () => void;
  /** Our own key, for what moderators may do. */
  readonly self: () => SigningKey;
  epoch(): number;
  /** Number of the last command in the log, as far as we have it. */
  lastC(): number;
  send(frame: Uint8Array): void;
};

type Sealed = { readonly bytes: Uint8Array; readonly blob: Uint8Array };

export class CommandPort {
  readonly deps: CommandPortDeps;
  /** Once this page has given one. */
  giver: OwnCommands | undefined;
  /** This server takes commands. */
  isTaken = false;
  /** Everything that was logged until the newest welcome is here. */
  isHere = false;
  /** The room is over for this page. */
  isOver = false;

  constructor(deps: CommandPortDeps) {
    this.deps = deps;
  }

  caughtUp(): void {
    this.isHere = true;
    this.giver?.caughtUp();
  }

  /** No connection until the next welcome. */
  suspend(): void {
    this.isHere = false;
    this.giver?.suspend();
  }

  close(): void {
    this.suspend();
    this.isOver = true;
    this.giver?.close();
  }

  /** Anyone's, to be logged again: the signature is the authority. Others bring them too, so a refusal means nothing. */
  bring(commands: readonly Sealed[]): void {
    if (this.isTaken) for (const command of commands) this.send(command);
  }

  send({ bytes, blob }: Sealed): void {
    this.deps.send(encodeClientSealed({ type: 'command', bytes, blob }));
  }
}
