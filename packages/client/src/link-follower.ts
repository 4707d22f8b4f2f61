// A room whose link changes: this page moves to the new one, or makes it. Loaded when that happens for the first time.

import {
  type Command,
  OP_CHARTER,
  type Refused,
  type Welcome,
  decodeCharterArgs,
  equalBytes,
} from '@mayfly/protocol';
import { doorOf } from './crypto/keys.ts';
import { fraction } from './fraction.ts';
import { Epochs, type Turn } from './governance/epochs.ts';
import { LinkChange, type LinkChanged } from './governance/link-change.ts';
import { type CheckedWelcome, checkWelcome } from './governance/welcome-check.ts';
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

type Entered = {
  readonly welcome: Welcome;
  readonly checked: Extract<CheckedWelcome, { readonly ok: true }>;
};

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

  /** To the epoch of a welcome, or why the room is over for this page. */
  enter(welcome: Welcome): RoomEnd | undefined {
    const turn = this.#epochs.turn(welcome);
    if (turn === 'turned') this.#turned();
    return END_AT_WELCOME[turn];
  }

  /** A new link, if this is a tab of the owner's. */
  async change(options: LinkOptions | undefined, welcome: Welcome | undefined): Promise<LinkChanged> {
    const { self, keys } = this.#parts;
    const { ownerCode } = self.keys;
    if (ownerCode === undefined) return { ok: false, reason: 'not_owner' };
    if (this.#change !== undefined) return { ok: false, reason: 'busy' };
    if (welcome === undefined) return { ok: false, reason: 'unavailable' };
    // With a passphrase, everyone would have to be asked for it again.
    if (!welcome.features.includes('rotation') || doorOf(keys.secrets) !== 1)
      return { ok: false, reason: 'not_supported' };
    const checked = checkWelcome(welcome, this.#options.link.id, keys);
    if (!checked.ok) return { ok: false, reason: 'unavailable' };
    this.#change = this.#begin(ownerCode, options ?? {}, { checked, welcome });
    try {
      return await this.#change.run();
    } finally {
      this.#change = undefined;
    }
  }

  refused(refused: Refused): void {
    this.#change?.refused(refused);
  }

  /** The log has this charter. */
  committed(charter: Uint8Array): void {
    if (this.#change?.committed(charter) === true) this.#own = charter;
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
    { fresh = false, onProgress = () => {} }: LinkOptions,
    { checked, welcome }: Entered,
  ): LinkChange {
    const { clock, random, self, keys, log, connection } = this.#parts;
    const { words, moderators } = checked.charter;
    return new LinkChange({
      id: this.#options.link.id,
      clock,
      random,
      ownerCode,
      self: self.keys,
      keys,
      charter: { words, moderators },
      roots: welcome.history === 'all' ? this.#epochs.roots : [],
      fresh,
      lastC: () => log.c,
      say: (frame) => connection.say(frame),
      send: (frame) => connection.send(frame),
      nextTask: (run) => (clock.nextTask === undefined ? inNextTask(run) : clock.nextTask(run)),
      progress: onProgress,
    });
  }

  #turned(): void {
    const { keys, outbox, profile, updates, clock, random } = this.#parts;
    outbox.restartChain();
    this.#introduction?.[Symbol.dispose]();
    this.#introduction = clock.after(fraction(random) * PROFILES_MS, () => {
      this.#introduction = undefined;
      profile.renew();
    });
    updates.notify({ type: 'link', link: { id: this.#options.link.id, secret: keys.secrets.secret } });
  }
}

const LEFT_OUT: RoomEnd = { why: 'link_changed' };
const END_AT_WELCOME: Readonly<Record<Turn, RoomEnd | undefined>> = {
  turned: undefined,
  no_slice: LEFT_OUT,
  false: { why: 'false_room' },
  // The check of the welcome says so.
  behind: undefined,
};

function charterIn({ op, args }: Command) {
  return op === OP_CHARTER ? decodeCharterArgs(args) : undefined;
}
