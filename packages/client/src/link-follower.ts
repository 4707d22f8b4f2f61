// A room whose link changes: this page moves to the new one, or makes it. Loaded when that happens for the first time.

import {
  type Command,
  type LogEvent,
  OP_CHARTER,
  type Refused,
  type RoomId,
  type Welcome,
  decodeCharterArgs,
  decodeCommand,
  equalBytes,
} from '@mayfly/protocol';
import { verifyCommand } from './crypto/command.ts';
import { doorOf } from './crypto/keys.ts';
import { fraction } from './fraction.ts';
import { Epochs, type InForce, type Turn } from './governance/epochs.ts';
import { LinkChange, type LinkChanged } from './governance/link-change.ts';
import { FLAG_PASSPHRASE } from './link.ts';
import type { CharterInForce } from './governance/in-force.ts';
import type { CountedCommand } from './log/receiver.ts';
import { inNextTask } from './next-task.ts';
import type { RoomParts } from './room-parts.ts';
import type { RoomEnd } from './room-updates.ts';
import type { LinkOptions, RoomOptions } from './room.ts';
import { RoomStorage } from './storage/tab-storage.ts';

/** Under which the tab keeps it; forgotten with the identity. */
const EPOCH_NAME = 'epoch';
/** Everyone publishes their profile again within this time (SLICE-3). */
const PROFILES_MS = 5_000;

type CommandEvent = Extract<LogEvent, { type: 'command' }>;

export class LinkFollower {
  readonly #options: RoomOptions;
  readonly #parts: RoomParts;
  readonly #epochs: Epochs;
  #change: LinkChange | undefined;
  /** The charter of the change that this page made last. */
  #own: Uint8Array | undefined;
  #introduction: Disposable | undefined;

  constructor(options: RoomOptions, parts: RoomParts) {
    const { link } = options;
    const { keys: ring, self } = parts;
    const storage = new RoomStorage(options.storage, link.id);
    this.#options = options;
    this.#parts = parts;
    this.#epochs = new Epochs({
      id: link.id,
      ring,
      self: { pk: self.pk, xSecret: self.keys.xSecret },
      kept: storage.get(EPOCH_NAME),
      keep: (text) => {
        storage.set(EPOCH_NAME, text);
      },
    });
  }

  /** A frame about the link. */
  receive(frame: Uint8Array): void {
    this.#epochs.receive(frame);
    this.#change?.receive(frame);
  }

  /** To the epoch of a welcome. If that fails, why the room is over for this page, unless it stays in its own. */
  enter(welcome: Welcome): RoomEnd | undefined {
    const turn = this.#turn(welcome);
    if (!this.#isFalse(turn, welcome)) return END_AT_WELCOME[turn];
    this.#stay();
    return undefined;
  }

  // Only a page that has been in this room knows who owns it.
  #isFalse(turn: Turn, welcome: Welcome): boolean {
    const { ownerPk } = this.#parts.inForce.charter ?? {};
    if (ownerPk === undefined || turn === 'turned' || turn === 'behind') return false;
    return turn === 'false' || !isNewLinkOf(welcome, this.#options.link.id, ownerPk);
  }

  // SLICE-2: what comes with the next welcome may be right.
  #stay(): void {
    const { updates, log, connection } = this.#parts;
    const { gone, unsent, trouble } = log.endTimed('false_link');
    updates.gone(gone);
    updates.unsent(unsent);
    updates.trouble(trouble);
    connection.reject();
  }

  /** To the epoch of a charter in the log, if our slice of it came before. */
  moves({ bytes: charter, blob, command }: CommandEvent): boolean {
    if (this.#change?.committed(charter) === true) this.#own = charter;
    const epoch = charterIn(command)?.newEpoch ?? 0;
    return this.#turn({ charter, blob, c: command.c, epoch }) === 'turned';
  }

  /** A new link, if this is a tab of the owner's. */
  async change(options: LinkOptions | undefined, welcome: Welcome | undefined): Promise<LinkChanged> {
    const { self, keys } = this.#parts;
    const { ownerCode } = self.keys;
    if (ownerCode === undefined) return { ok: false, reason: 'not_owner' };
    if (this.#change !== undefined) return { ok: false, reason: 'busy' };
    if (welcome === undefined) return { ok: false, reason: 'unavailable' };
    if (!welcome.features.includes('rotation')) return { ok: false, reason: 'not_supported' };
    const needsPassphrase = doorOf(keys.secrets) !== 1;
    if (needsPassphrase && options?.second === undefined) return { ok: false, reason: 'no_passphrase' };
    const charter = this.#parts.inForce.charter;
    if (charter === undefined) return { ok: false, reason: 'unavailable' };
    this.#change = this.#begin(ownerCode, options ?? {}, charter);
    try {
      return await this.#change.run();
    } finally {
      this.#change = undefined;
    }
  }

  refused(refused: Refused): void {
    this.#change?.refused(refused);
  }

  /** A command that counts; it may be a charter for a new link. */
  counted({ bytes, seq, command }: CountedCommand, live: boolean): void {
    if ((charterIn(command)?.newEpoch ?? 0) <= command.epoch) return;
    const own = this.#own !== undefined && equalBytes(this.#own, bytes);
    const { updates, clock } = this.#parts;
    updates.notify({ type: 'relinked', seq, own, ...(live && { at: clock.now() }) });
  }

  /** The connection is gone. */
  lost(): void {
    this.#change?.lost();
    if (this.#introduction === undefined) return;
    this.#introduction[Symbol.dispose]();
    this.#introduction = undefined;
    this.#parts.profile.renew();
  }

  #begin(
    ownerCode: string,
    { fresh = false, onProgress = () => {}, second, signal }: LinkOptions,
    charter: CharterInForce,
  ): LinkChange {
    const { clock, random, self, keys, log, connection, inForce, roster } = this.#parts;
    return new LinkChange({
      id: this.#options.link.id,
      clock,
      random,
      ownerCode,
      self: self.keys,
      keys,
      charter: () => inForce.charter ?? charter,
      roots: () => (inForce.terms?.history === 'all' ? this.#epochs.roots : []),
      fresh,
      second: doorOf(keys.secrets) === 1 ? undefined : second,
      signal,
      lastC: () => log.c,
      removed: () => roster.removed,
      say: (frame) => connection.say(frame),
      send: (frame) => connection.send(frame),
      nextTask: (run) => (clock.nextTask === undefined ? inNextTask(run) : clock.nextTask(run)),
      progress: onProgress,
    });
  }

  #turn(shown: InForce): Turn {
    const turn = this.#epochs.turn(shown);
    if (turn === 'turned') this.#turned();
    return turn;
  }

  #turned(): void {
    const { keys, outbox, profile, updates, clock, random } = this.#parts;
    outbox.restartChain();
    this.#introduction?.[Symbol.dispose]();
    this.#introduction = clock.after(fraction(random) * PROFILES_MS, () => {
      this.#introduction = undefined;
      profile.renew();
    });
    const { secret, second } = keys.secrets;
    const link = { id: this.#options.link.id, secret };
    updates.notify({
      type: 'link',
      link: second === undefined ? link : { ...link, door: FLAG_PASSPHRASE, second: Uint8Array.from(second) },
    });
  }
}

const LEFT_OUT: RoomEnd = { why: 'link_changed' };
const END_AT_WELCOME: Readonly<Record<Turn, RoomEnd | undefined>> = {
  turned: undefined,
  no_slice: LEFT_OUT,
  false: { why: 'false_room' },
  behind: { why: 'incompatible' },
};

function isNewLinkOf({ charter, epoch }: Welcome, id: RoomId, ownerPk: Uint8Array): boolean {
  const command = decodeCommand(charter);
  if (command === undefined || command.id !== id || !equalBytes(command.signerPk, ownerPk)) return false;
  return charterIn(command)?.newEpoch === epoch && verifyCommand(command);
}

function charterIn({ op, args }: Command) {
  return op === OP_CHARTER ? decodeCharterArgs(args) : undefined;
}
