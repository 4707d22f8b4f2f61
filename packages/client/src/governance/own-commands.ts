// Commands of our own, one at a time: signed as the next one, sent, and signed again if another came first
// (COMMAND-1, COMMAND-2).

import {
  OP_END,
  OP_KICK,
  type Refused,
  type RefusedCode,
  type RoomId,
  encodeClientSealed,
  equalBytes,
} from '@mayfly/protocol';
import type { Clock } from '../clock.ts';
import { makeCommand } from '../crypto/command.ts';
import { ownerKeys } from '../crypto/owner.ts';
import type { SigningKey } from '../crypto/signature.ts';
import { wipe } from '../crypto/wipe.ts';

/**
 * Whether it is in the log. `not_owner`: this tab may not give it. `not_supported`: this server takes no commands. `busy`:
 * another one is under way. `ended`: the room was over for this page before that was known.
 */
export type CommandResult =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: RefusedCode | 'not_owner' | 'not_supported' | 'ended' };

export type OwnCommandsDeps = {
  readonly id: RoomId;
  readonly clock: Clock;
  /** Undefined in everyone else's tab. */
  ownerCode(): string | undefined;
  /** Our own key, for what moderators may do. */
  readonly self: () => SigningKey;
  epoch(): number;
  /** Number of the last command in the log, as far as we have it. */
  lastC(): number;
  send(frame: Uint8Array): void;
};

type Wanted = { readonly op: number; readonly args: Uint8Array; readonly by: 'owner' | 'self' };

type Asked = Wanted & {
  bytes: Uint8Array;
  c: number;
  /** Refused because of a command that we don't have yet. */
  isStale: boolean;
  tries: number;
  readonly settle: (result: CommandResult) => void;
};

/** A refusal that may pass is asked about again this often. */
const TRIES_MAX = 10;
const RETRY_MS_MIN = 250;
const NO_BLOB = new Uint8Array(0);

export class OwnCommands {
  readonly #deps: OwnCommandsDeps;
  #asked: Asked | undefined;
  #retry: Disposable | undefined;
  #isTaken = false;
  #isHere = false;

  constructor(deps: OwnCommandsDeps) {
    this.#deps = deps;
  }

  /** This server takes commands. */
  get isTaken(): boolean {
    return this.#isTaken;
  }

  end(): Promise<CommandResult> {
    return this.#give({ op: OP_END, args: NO_BLOB, by: 'owner' });
  }

  /** The server decides whether we may. */
  remove(idPk: Uint8Array): Promise<CommandResult> {
    return this.#give({ op: OP_KICK, args: idPk, by: 'self' });
  }

  /** A welcome came. `isTaken`: this server takes commands. */
  enter(isTaken: boolean): void {
    this.#isTaken = isTaken;
  }

  /** Everything that was logged until then is here, so what was sent before and is not among it is sent again. */
  caughtUp(): void {
    this.#isHere = true;
    if (!this.#isTaken) this.#settle({ ok: false, reason: 'not_supported' });
    else if (this.#asked !== undefined) this.#sign(this.#asked);
  }

  /** Anyone's, to be logged again: the signature is the authority. Others bring them too, so a refusal means nothing. */
  bring(commands: readonly { readonly bytes: Uint8Array }[]): void {
    if (!this.#isTaken) return;
    for (const { bytes } of commands) this.#send({ bytes });
  }

  /** No connection until the next welcome. */
  suspend(): void {
    this.#isHere = false;
    this.#retry?.[Symbol.dispose]();
  }

  /** The room is over for this page. */
  close(): void {
    this.suspend();
    this.#settle({ ok: false, reason: 'ended' });
  }

  /** A command in the log that counts. True if it is ours. */
  logged(bytes: Uint8Array): boolean {
    const asked = this.#asked;
    if (asked === undefined) return false;
    const isOurs = equalBytes(asked.bytes, bytes);
    if (isOurs) this.#settle({ ok: true });
    else if (asked.isStale) this.#sign(asked);
    return isOurs;
  }

  refused({ c, code, retryAfterMs }: Pick<Refused, 'c' | 'code' | 'retryAfterMs'>): void {
    const asked = this.#asked;
    if (asked === undefined || asked.c !== c) return;
    asked.tries += 1;
    if (code === 'stale') this.#renew(asked);
    else if (retryAfterMs === 0 || asked.tries >= TRIES_MAX) this.#settle({ ok: false, reason: code });
    else this.#sendAfter(asked, retryAfterMs);
  }

  #give(wanted: Wanted): Promise<CommandResult> {
    if (wanted.by === 'owner' && this.#deps.ownerCode() === undefined)
      return Promise.resolve({ ok: false, reason: 'not_owner' });
    if (this.#asked !== undefined) return Promise.resolve({ ok: false, reason: 'busy' });
    if (this.#isHere && !this.#isTaken) return Promise.resolve({ ok: false, reason: 'not_supported' });
    return new Promise((settle) => {
      this.#asked = { ...wanted, bytes: NO_BLOB, c: 0, isStale: false, tries: 0, settle };
      if (this.#isHere) this.#sign(this.#asked);
    });
  }

  #renew(asked: Asked): void {
    if (this.#deps.lastC() >= asked.c) this.#sign(asked);
    else asked.isStale = true;
  }

  // The same number gives the same bytes.
  #sign(asked: Asked): void {
    const signer = asked.by === 'owner' ? this.#ownerKey() : this.#deps.self();
    if (signer === undefined) return;
    const { id } = this.#deps;
    asked.c = this.#deps.lastC() + 1;
    asked.bytes = makeCommand({ ...asked, id, epoch: this.#deps.epoch() }, signer);
    asked.isStale = false;
    if (asked.by === 'owner') wipe(signer.seed);
    this.#send(asked);
  }

  #send({ bytes }: Pick<Asked, 'bytes'>): void {
    this.#deps.send(encodeClientSealed({ type: 'command', bytes, blob: NO_BLOB }));
  }

  #sendAfter(asked: Asked, ms: number): void {
    this.#retry?.[Symbol.dispose]();
    this.#retry = this.#deps.clock.after(Math.max(RETRY_MS_MIN, ms), () => this.#send(asked));
  }

  #ownerKey(): SigningKey | undefined {
    const code = this.#deps.ownerCode();
    if (code === undefined) return undefined;
    const { boxKey, ...key } = ownerKeys(code);
    wipe(boxKey);
    return key;
  }

  #settle(result: CommandResult): void {
    this.#retry?.[Symbol.dispose]();
    this.#asked?.settle(result);
    this.#asked = undefined;
  }
}
