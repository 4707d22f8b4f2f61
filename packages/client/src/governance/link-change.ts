// The owner gives the room a new link (ROTATE-1 to ROTATE-4): whose records there are, a slice for each, the charter.

import {
  type ClientControl,
  type MemberRecord,
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
import { sealSlice } from '../crypto/slice.ts';
import { wipe } from '../crypto/wipe.ts';
import type { CharterInForce } from './in-force.ts';

/**
 * As of a command; `ok` once the charter is in the log. `no_passphrase`: this room needs one, and got none. `stopped`: the link
 * is what it was.
 */
export type LinkChanged =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly reason: RefusedCode | 'not_owner' | 'not_supported' | 'no_passphrase' | 'stopped' | 'ended';
    };

export type LinkChangeDeps = {
  readonly id: RoomId;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly ownerCode: string;
  readonly self: { readonly pk: Uint8Array; readonly xPk: Uint8Array };
  readonly keys: { readonly current: EpochKeys; of(epoch: number): EpochKeys | undefined };
  /** In force: others may be amended until ours is signed (CHARTER-5). */
  charter(): Pick<CharterInForce, 'words' | 'moderators'>;
  /** Of the epochs that newcomers may still read, unless it is a fresh start. */
  roots(): readonly EpochRoot[];
  /** Newcomers get nothing older. */
  readonly fresh: boolean;
  /** P for the new S, where the door needs one. Undefined ends the change. */
  readonly second: ((secret: string) => Promise<Uint8Array | undefined>) | undefined;
  /** Stops it until the charter is on its way. */
  readonly signal: AbortSignal | undefined;
  lastC(): number;
  /** In base64url. A server may still name them: they get no slice. */
  removed(): ReadonlySet<string>;
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
const STOPPED = { reason: 'stopped' } as const;

type Failed = { readonly reason: RefusedCode | 'stopped' };
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

  /** Whoever was removed meanwhile may have a slice: then all begins anew, with another secret. */
  async run(): Promise<LinkChanged> {
    const { signal } = this.#deps;
    const stop = () => this.#asked?.c === 0 && this.#asked.settle(STOPPED);
    signal?.addEventListener('abort', stop);
    try {
      for (let tries = 1; ; tries++) {
        const failed = await this.#try();
        if (failed === undefined) return { ok: true };
        if (failed.reason !== 'stale' || tries === TRIES_MAX) return { ok: false, ...failed };
      }
    } finally {
      signal?.removeEventListener('abort', stop);
    }
  }

  async #try(): Promise<Failed | undefined> {
    const owner = ownerKeys(this.#deps.ownerCode);
    const r = this.#deps.random(32);
    const secrets = await this.#secretsOf(linkSecret(owner.pk, r));
    try {
      return secrets === undefined ? STOPPED : await this.#change({ owner, r, secrets });
    } finally {
      wipe(owner.seed, owner.boxKey, r);
      if (secrets !== undefined) wipeRoomSecrets(secrets);
    }
  }

  async #secretsOf(secret: string): Promise<RoomSecrets | undefined> {
    const { second } = this.#deps;
    if (second === undefined) return roomSecrets(secret);
    const p = await second(secret);
    const secrets = p && roomSecrets(secret, p);
    wipe(p);
    return secrets;
  }

  async #change(made: NewLink): Promise<Failed | undefined> {
    const records = await this.#records();
    if ('reason' in records) return records;
    const slices = await this.#seal(records, made);
    return 'reason' in slices ? slices : this.#bring(made, records, slices);
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

  /** The log has this charter. True if it is ours; another one has ended the epoch that ours would end. */
  committed(bytes: Uint8Array): boolean {
    const isOurs = this.#charter !== undefined && equalBytes(this.#charter.bytes, bytes);
    if (isOurs) this.#asked?.settle('logged');
    else this.lost();
    return isOurs;
  }

  /** No connection: whether the charter arrived is unknown, and the next welcome shows it. */
  lost(): void {
    this.#isOver = true;
    this.#asked?.settle(FAILED);
  }

  get #broken(): Failed | undefined {
    if (this.#isOver) return FAILED;
    return this.#deps.signal?.aborted === true ? STOPPED : undefined;
  }

  async #ask(ask: () => void, c = 0): Promise<Answer> {
    const broken = this.#broken;
    if (broken !== undefined) return broken;
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
      if (!page.more || page.records.length === 0) return all.filter((record) => !this.#isRemoved(record));
    }
  }

  #isRemoved({ idPk }: MemberRecord): boolean {
    return this.#deps.removed().has(toBase64url(idPk));
  }

  async #seal(
    records: readonly MemberRecord[],
    { owner, secrets }: NewLink,
  ): Promise<readonly Slice[] | Failed> {
    const slices: Slice[] = [];
    for (const [done, record] of records.entries()) {
      if (done % AT_ONCE === 0) await this.#breath(done, records.length);
      if (this.#broken !== undefined) return this.#broken;
      slices.push(...this.#sliceFor(record, owner.pk, secrets));
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

  // Another command may come first: then the same slices wait for a charter with the next number, unless it removed someone
  // whose slice the server has seen.
  async #bring(
    made: NewLink,
    records: readonly MemberRecord[],
    slices: readonly Slice[],
  ): Promise<Failed | undefined> {
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      if (records.some((record) => this.#isRemoved(record))) break;
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
    const { id, random, fresh } = this.#deps;
    const { words, moderators } = this.#deps.charter();
    const roots = fresh ? [] : this.#deps.roots().slice(-ROOTS_MAX);
    const c = this.#deps.lastC() + 1;
    const newEpoch = this.#keys.epoch + 1;
    return {
      c,
      ...makeNextCharter({ ...made, id, words, moderators, newEpoch, c, roots, fresh }, random),
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
