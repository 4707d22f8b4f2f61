// Commands of our own, one at a time: signed as the next one, sent, and signed again if another came first
// (COMMAND-1, COMMAND-2).

import { type Refused, type RefusedCode, equalBytes } from '@mayfly/protocol';
import { makeCommand } from '../crypto/command.ts';
import { ownerKeys } from '../crypto/owner.ts';
import type { SigningKey } from '../crypto/signature.ts';
import { wipe } from '../crypto/wipe.ts';
import type { CommandPort } from './command-port.ts';

/**
 * Whether it is in the log. `not_owner`: this tab may not give it. `not_here`: the person it is about isn't in the room.
 * `not_supported`: this server takes no commands. `busy`: another one is under way. `ended`: the room was over for this page
 * before that was known.
 */
export type CommandResult =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly reason: RefusedCode | 'not_owner' | 'not_here' | 'not_supported' | 'ended';
    };

/**
 * A command to give. `make` is asked for each number that it is signed with; undefined if it can't be made now. `by`: with
 * the owner's key, or our own.
 */
export type Wanted = {
  readonly op: number;
  readonly by: 'owner' | 'self';
  make(): { readonly args: Uint8Array; readonly blob?: Uint8Array } | undefined;
  /** Once it is in the log. */
  logged?(): void;
};

type Asked = Wanted & {
  bytes: Uint8Array;
  blob: Uint8Array;
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
  readonly #port: CommandPort;
  #asked: Asked | undefined;
  #retry: Disposable | undefined;

  constructor(port: CommandPort) {
    this.#port = port;
  }

  /** One at a time. */
  give(wanted: Wanted): Promise<CommandResult> {
    if (this.#port.isOver) return Promise.resolve({ ok: false, reason: 'ended' });
    if (wanted.by === 'owner' && this.#port.deps.ownerCode() === undefined)
      return Promise.resolve({ ok: false, reason: 'not_owner' });
    if (this.#asked !== undefined) return Promise.resolve({ ok: false, reason: 'busy' });
    if (this.#port.isHere && !this.#port.isTaken)
      return Promise.resolve({ ok: false, reason: 'not_supported' });
    return new Promise((settle) => {
      this.#asked = { ...wanted, bytes: NO_BLOB, blob: NO_BLOB, c: 0, isStale: false, tries: 0, settle };
      if (this.#port.isHere) this.#sign(this.#asked);
    });
  }

  /** Everything that was logged until then is here, so what was sent before and is not among it is sent again. */
  caughtUp(): void {
    if (!this.#port.isTaken) this.#settle({ ok: false, reason: 'not_supported' });
    else if (this.#asked !== undefined) this.#sign(this.#asked);
  }

  /** No connection until the next welcome. */
  suspend(): void {
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
    if (isOurs) {
      asked.logged?.();
      this.#settle({ ok: true });
    }
    // Once what it changes is in force.
    if (!isOurs && asked.isStale) queueMicrotask(() => this.#signStale(asked));
    return isOurs;
  }

  #signStale(asked: Asked): void {
    if (this.#asked === asked && asked.isStale && this.#port.isHere) this.#sign(asked);
  }

  refused({ c, code, retryAfterMs }: Pick<Refused, 'c' | 'code' | 'retryAfterMs'>): void {
    const asked = this.#asked;
    if (asked === undefined || asked.c !== c) return;
    asked.tries += 1;
    if (code === 'stale') this.#renew(asked);
    else if (retryAfterMs === 0 || asked.tries >= TRIES_MAX) this.#settle({ ok: false, reason: code });
    else this.#sendAfter(asked, retryAfterMs);
  }

  #renew(asked: Asked): void {
    if (this.#port.deps.lastC() >= asked.c) this.#sign(asked);
    else asked.isStale = true;
  }

  // The same number gives the same bytes.
  #sign(asked: Asked): void {
    const c = this.#port.deps.lastC() + 1;
    if (asked.c !== c && !this.#make(asked, c)) return this.#settle({ ok: false, reason: 'not_owner' });
    asked.isStale = false;
    this.#port.send(asked);
  }

  #make(asked: Asked, c: number): boolean {
    const signer = asked.by === 'owner' ? this.#ownerKey() : this.#port.deps.self();
    const made = asked.make();
    if (signer === undefined || made === undefined) return false;
    const { id } = this.#port.deps;
    asked.c = c;
    asked.bytes = makeCommand(
      { id, epoch: this.#port.deps.epoch(), c, op: asked.op, args: made.args },
      signer,
    );
    asked.blob = made.blob ?? NO_BLOB;
    if (asked.by === 'owner') wipe(signer.seed);
    return true;
  }

  #sendAfter(asked: Asked, ms: number): void {
    this.#retry?.[Symbol.dispose]();
    this.#retry = this.#port.deps.clock.after(Math.max(RETRY_MS_MIN, ms), () => this.#port.send(asked));
  }

  #ownerKey(): SigningKey | undefined {
    const code = this.#port.deps.ownerCode();
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
