// The owner gives the room a new link (ROTATE-1 to ROTATE-4): whose records there are, a slice for each, the charter.

import {
  type ClientControl,
  type MemberRecord,
  type Moderator,
  type Refused,
  type RefusedCode,
  type RoomId,
  SLICES_MAX,
  STAGE_TAG_BYTES,
  type Slice,
  encodeClientSealed,
  epochOf,
  equalBytes,
  toBase64url,
} from '@mayfly/protocol';
import { type RotationFrame, decodeRotationFrame, encodeStage } from '@mayfly/protocol/rotation';
import { sha256 } from '@noble/hashes/sha2.js';
import type { Clock } from '../clock.ts';
import type { EpochRoot } from '../crypto/charter.ts';
import { type EpochKeys, type RoomSecrets, roomSecrets, wipeRoomSecrets } from '../crypto/keys.ts';
import { type NextCharter, makeNextCharter } from '../crypto/next-charter.ts';
import { linkSecret, ownerKeys } from '../crypto/owner.ts';
import { openProfile } from '../crypto/profile.ts';
import type { RandomBytes } from '../crypto/random.ts';
import type { RoomWords } from '../crypto/room-words.ts';
import { sealSlice } from '../crypto/slice.ts';
import { wipe } from '../crypto/wipe.ts';

/** As of a command; `ok` once the charter is in the log. */
export type LinkChanged =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: RefusedCode | 'not_owner' | 'not_supported' | 'ended' };

export type LinkChangeDeps = {
  readonly id: RoomId;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly ownerCode: string;
  readonly self: { readonly pk: Uint8Array; readonly xPk: Uint8Array };
  readonly keys: { readonly current: EpochKeys; of(epoch: number): EpochKeys | undefined };
  /** By the charter in force. */
  readonly charter: { readonly words: RoomWords; readonly moderators: readonly Moderator[] };
  /** Of the epochs that newcomers may still read, unless it is a fresh start. */
  readonly roots: readonly EpochRoot[];
  /** Newcomers get nothing older. */
  readonly fresh: boolean;
  lastC(): number;
  say(frame: ClientControl): void;
  send(frame: Uint8Array): void;
  /** Runs it after what waits on this page. */
  nextTask(run: () => void): void;
  /** How many slices are made, of how many. */
  progress(done: number, all: number): void;
};

/** The manifest has room for so many. */
const ROOTS_MAX = 8;
/** Slices made in one go, 3 ms each. */
const AT_ONCE = 4;
const RETRY_MS_MIN = 250;
const TRIES_MAX = 5;
const FAILED = { reason: 'unavailable' } as const;

type Failed = { readonly reason: RefusedCode };
type Answer = RotationFrame | Failed | 'logged';
type NewLink = Pick<NextCharter, 'owner' | 'r' | 'secrets'>;
type Made = { readonly bytes: Uint8Array; readonly blob: Uint8Array; readonly c: number };

export class LinkChange {
  readonly #deps: LinkChangeDeps;
  readonly #keys: EpochKeys;
  /** Who is asked now, and what for. */
  #asked:
    | { readonly ask: () => void; readonly c: number; readonly settle: (answer: Answer) => void }
    | undefined;
  #charter: Made | undefined;
  #isOver = false;

  constructor(deps: LinkChangeDeps) {
    this.#deps = deps;
    this.#keys = deps.keys.current;
  }

  /** Whoever left the room meanwhile makes the slices one too many: then all begins anew. */
  async run(): Promise<LinkChanged> {
    for (let tries = 1; ; tries++) {
      const changed = await this.#try();
      if (changed.ok || changed.reason !== 'stale' || tries === TRIES_MAX) return changed;
    }
  }

  async #try(): Promise<LinkChanged> {
    const records = await this.#records();
    if ('reason' in records) return { ok: false, ...records };
    const owner = ownerKeys(this.#deps.ownerCode);
    const r = this.#deps.random(32);
    const secrets = roomSecrets(linkSecret(owner.pk, r));
    try {
      const slices = await this.#seal(records, owner.pk, secrets);
      const failed = await this.#bring({ owner, r, secrets }, slices);
      return failed === undefined ? { ok: true } : { ok: false, ...failed };
    } finally {
      wipe(owner.seed, owner.boxKey, r);
      wipeRoomSecrets(secrets);
    }
  }

  /** A frame about the change. */
  receive(frame: Uint8Array): void {
    const answer = decodeRotationFrame(frame);
    if (answer !== undefined && answer.type !== 'slice') this.#asked?.settle(answer);
  }

  refused({ c, code, retryAfterMs }: Refused): void {
    const asked = this.#asked;
    if (asked === undefined || c !== asked.c) return;
    if (retryAfterMs === 0) return asked.settle({ reason: code });
    this.#deps.clock.after(Math.max(RETRY_MS_MIN, retryAfterMs), () => {
      if (this.#asked === asked) asked.ask();
    });
  }

  /** The log has this charter. True if it is ours. */
  committed(bytes: Uint8Array): boolean {
    const isOurs = this.#charter !== undefined && equalBytes(this.#charter.bytes, bytes);
    if (isOurs) this.#asked?.settle('logged');
    return isOurs;
  }

  /** No connection: whether the charter arrived is unknown, and the next welcome shows it. */
  lost(): void {
    this.#isOver = true;
    this.#asked?.settle(FAILED);
  }

  async #ask(ask: () => void, c = 0): Promise<Answer> {
    if (this.#isOver) return FAILED;
    const answer = new Promise<Answer>((settle) => {
      this.#asked = { ask, c, settle };
    });
    ask();
    return answer;
  }

  async #records(): Promise<readonly MemberRecord[] | Failed> {
    const all: MemberRecord[] = [];
    for (;;) {
      const after = all.at(-1)?.slot;
      const page = await this.#ask(() =>
        this.#deps.say({ type: 'records', ...(after && { after: toBase64url(after) }) }),
      );
      if (page === 'logged' || 'reason' in page) return page === 'logged' ? FAILED : page;
      if (page.type !== 'records') continue;
      all.push(...page.records);
      if (!page.more || page.records.length === 0) return all;
    }
  }

  async #seal(
    records: readonly MemberRecord[],
    ownerPk: Uint8Array,
    secrets: RoomSecrets,
  ): Promise<readonly Slice[]> {
    const slices: Slice[] = [];
    for (const [done, record] of records.entries()) {
      if (done % AT_ONCE === 0) await this.#breath(done, records.length);
      slices.push(...this.#sliceFor(record, ownerPk, secrets));
    }
    this.#deps.progress(records.length, records.length);
    return slices;
  }

  #breath(done: number, all: number): Promise<void> {
    this.#deps.progress(done, all);
    return new Promise((resolve) => this.#deps.nextTask(resolve));
  }

  // None for a member without a good key: that never stops the change.
  #sliceFor(record: MemberRecord, ownerPk: Uint8Array, secrets: RoomSecrets): readonly Slice[] {
    const xPk = this.#exchangeKeyOf(record);
    if (xPk === undefined) return [];
    const { slot, idPk } = record;
    try {
      return [{ slot, sealed: sealSlice(this.#keys, { ownerPk, idPk, xPk }, secrets, this.#deps.random) }];
    } catch {
      return [];
    }
  }

  #exchangeKeyOf({ slot, idPk, profile }: MemberRecord): Uint8Array | undefined {
    const { self, keys } = this.#deps;
    if (equalBytes(idPk, self.pk)) return self.xPk;
    const under = profile && keys.of(epochOf(profile));
    return under && openProfile(under, { slot, idPk, sealed: profile })?.xPk;
  }

  // Another command may come first: then the same slices wait for a charter with the next number.
  async #bring(made: NewLink, slices: readonly Slice[]): Promise<Failed | undefined> {
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      const charter = this.#makeCharter(made);
      this.#charter = charter;
      const unstaged = await this.#stage(sha256(charter.bytes).subarray(0, STAGE_TAG_BYTES), slices);
      if (unstaged !== undefined) return unstaged;
      const { bytes, blob, c } = charter;
      const answer = await this.#ask(
        () => this.#deps.send(encodeClientSealed({ type: 'command', bytes, blob })),
        c,
      );
      if (answer === 'logged') return undefined;
      const reason = 'reason' in answer ? answer.reason : 'unavailable';
      if (reason !== 'stale') return { reason };
    }
    return { reason: 'stale' };
  }

  #makeCharter(made: NewLink): Made {
    const { id, charter, roots, random, fresh } = this.#deps;
    const c = this.#deps.lastC() + 1;
    const newEpoch = this.#keys.epoch + 1;
    return {
      c,
      ...makeNextCharter(
        { ...made, id, ...charter, newEpoch, c, roots: fresh ? [] : roots.slice(-ROOTS_MAX), fresh },
        random,
      ),
    };
  }

  /** Each frame is answered before the next: a slice that is missing would cost its member the room. */
  async #stage(tag: Uint8Array, slices: readonly Slice[]): Promise<Failed | undefined> {
    for (let from = 0; from === 0 || from < slices.length; from += SLICES_MAX) {
      const part = slices.slice(from, from + SLICES_MAX);
      const answer = await this.#ask(() => this.#deps.send(encodeStage({ tag, slices: part })));
      if (answer === 'logged' || ('type' in answer && answer.type !== 'staged')) return FAILED;
      if ('reason' in answer) return answer;
      if (answer.type === 'staged' && answer.count !== from + part.length) return { reason: 'stale' };
    }
    return undefined;
  }
}
