// Messages without an echo yet: numbers them for the server, paces them, sends them again (SEND-1 to SEND-4, SEND-7).

import {
  type RefusedCode,
  UNECHOED_MAX,
  type Welcome,
  encodeClientSealed,
  equalBytes,
} from '@mayfly/protocol';
import type { Clock } from '../clock.ts';
import { CTYPE } from '../content/ctype.ts';
import { readUnsend } from '../content/unsend.ts';
import type { FailReason, Outgoing } from '../room-updates.ts';
import type { Draft, SealedDraft } from './sealer.ts';
import type { KeptMessage, SentAs, StoredOutbox } from './stored-outbox.ts';

/** A message without an echo yet. */
export type Waiting = Pick<Outgoing, 'key' | 'at' | 'state' | 'why' | 'until'> & { readonly draft: Draft };

export type OutboxDeps = {
  readonly clock: Clock;
  readonly store: StoredOutbox;
  /** Seals as the next message of the chain. */
  seal(draft: Draft, at: number): SealedDraft;
  /** What is sealed from here on must not continue the chain so far. */
  restartChain(): void;
  send(frame: Uint8Array): void;
  /** Where a message of our own stands in the log; undefined if it isn't there. */
  seqOf(ref: Uint8Array): number | undefined;
  /** No echo for too long, or the numbers don't match: a new join will sort it out. */
  distrust(): void;
  /** Bytes of earlier frames that the network has not taken. */
  bufferedBytes(): number;
  /** Everything without an echo, oldest first; called after every change. */
  changed(waiting: readonly Waiting[]): void;
  /** The log took these, but the room's history no longer holds them. */
  trimmed(messages: readonly Waiting[]): void;
};

type Progress =
  /** `sent`: how it was last sent, if that number may have been taken. */
  | { readonly on: 'queue'; readonly sent?: SentAs }
  /** The outcome is unknown until its echo. */
  | { readonly on: 'wire'; readonly sent: SentAs }
  | { readonly on: 'hold'; readonly why: FailReason };

type Entry = {
  sealed: SealedDraft;
  readonly draft: Draft;
  /** When it was sealed. */
  at: number;
  progress: Progress;
  /** It was sent, and others' messages came instead of its echo. */
  doubted: boolean;
};

/** An echo takes longer only on a dead or starving connection. */
export const ECHO_PATIENCE_MS = 30_000;
/** If others' messages arrive meanwhile, the connection is alive and ours got lost. */
export const OVERTAKEN_PATIENCE_MS = 10_000;

const RETRIED_BY_ITSELF: ReadonlySet<RefusedCode> = new Set(['epoch', 'rate', 'busy', 'unavailable']);
/** If the server names no pause. */
const PAUSE_MIN_MS = 250;

export class Outbox {
  readonly #deps: OutboxDeps;
  #entries: Entry[] = [];
  // Our member record, from the first `caughtUp` on, and the last number used in it.
  #slot: Uint8Array = new Uint8Array();
  #n = 0;
  // Written before the first `caughtUp`.
  #isEarly = true;
  readonly #early = new Set<Entry>();
  #serverErases = false;
  // Messages may be sent.
  #open = false;
  // False from the loss of a connection until the next one has caught up.
  #connected = false;
  #pause: Disposable | undefined;
  // We were too fast: one at a time until nothing waits, or the server would refuse most of it again.
  #slowed: { readonly why: RefusedCode; readonly until: number } | undefined;
  #patience: Disposable | undefined;
  // Since the last echo, while one is awaited.
  #overtaken = false;
  #overdue = false;

  constructor(deps: OutboxDeps) {
    this.#deps = deps;
    this.#entries = deps.store.load().map(restored);
  }

  /** Reports what an earlier page left. */
  start(): void {
    if (this.#entries.length > 0) this.#notify();
  }

  /** Replaces a failed effect of the same kind on the same message. */
  add(draft: Draft, at: number): string {
    for (const { sealed } of this.#entries.filter((entry) => replaces(draft, entry)))
      this.discard(sealed.key);
    const sealed = this.#deps.seal(draft, at);
    const entry: Entry = { sealed, draft, at, progress: { on: 'queue' }, doubted: false };
    if (this.#isEarly) this.#early.add(entry);
    return this.#push(entry);
  }

  /** Whether this connection's server erases messages. Those that need it fail if it doesn't. */
  serverErases(erases: boolean): void {
    this.#serverErases = erases;
  }

  /** Whether such a message is on its way, about the one with this ref. */
  has(ctype: number, ref: Uint8Array): boolean {
    return this.#entries.some((entry) => entry.progress.on !== 'hold' && isAbout(entry, ctype, ref));
  }

  /** Deletes the failed ones of them. */
  discardFailed(ctype: number, ref: Uint8Array): void {
    const failed = this.#entries.filter(
      (entry) => entry.progress.on === 'hold' && isAbout(entry, ctype, ref),
    );
    for (const { sealed } of failed) this.discard(sealed.key);
  }

  /** Sends nothing until the next `caughtUp`. What was sent has an unknown outcome until then. */
  hold(): void {
    this.#open = false;
    this.#stopTimers();
  }

  /** The connection is gone. */
  suspend(): void {
    this.hold();
    this.#connected = false;
    this.#notify();
  }

  /**
   * Everything up to the moment of joining was received. `lastN`: the last number the log took from `slot`. A message
   * sent under such a number without an echo has left the history meanwhile; after a resume it is being withheld.
   * Anything else is sent again, byte for byte.
   */
  caughtUp({ slot, lastN, mode }: Pick<Welcome, 'slot' | 'lastN' | 'mode'>): void {
    const taken = this.#entries.filter(({ progress }) => wasTaken(progress, slot, lastN));
    const trimmed = mode === 'reset' ? taken : [];
    for (const entry of trimmed) this.#take(entry);
    if (mode === 'resume') for (const entry of taken) this.#fail(entry, 'withheld');
    this.#sealEarly();
    for (const entry of this.#entries) {
      if (entry.progress.on !== 'hold') entry.progress = { on: 'queue' };
      entry.doubted = false;
    }
    this.#slot = slot;
    this.#n = lastN;
    this.#failUnerasable();
    this.#open = true;
    this.#connected = true;
    this.#flush();
    this.#deps.trimmed(trimmed.map((entry) => this.#waiting(entry, false)));
    this.#notify();
  }

  /** Messages of the log in order, ours and others': envelopes, or the headers that are left of erased ones. */
  received(messages: readonly Uint8Array[]): void {
    const echoes = messages.filter((message) => this.#takeEcho(message));
    if (echoes.length > 0) this.#notify();
  }

  refused(n: number, code: RefusedCode, retryAfterMs: number): void {
    const entry = this.#entries.find(({ progress }) => progress.on === 'wire' && progress.sent.n === n);
    if (entry === undefined) return;
    if (code === 'gap') {
      // A refused message leaves a gap for those after it. The first one can't have such a gap.
      if (entry === this.#firstOnWire()) this.#deps.distrust();
      return;
    }
    this.#requeueFrom(n);
    // The event with the new epoch came before this refusal, so it is sealed with the keys in force.
    if (code === 'epoch') this.#resealFrom(entry);
    if (RETRIED_BY_ITSELF.has(code)) {
      this.#pauseFor(Math.max(retryAfterMs, PAUSE_MIN_MS), code);
    } else {
      this.#fail(entry, code);
      this.#resealFrom(entry);
      this.#flush();
    }
    this.#notify();
  }

  /** A new log needs a new chain (ENV-7). */
  restartChain(): void {
    this.#deps.restartChain();
  }

  /** A failed message goes to the end of the queue, sealed again: its number in the chain is spent. */
  retry(key: string): void {
    const entry = this.#takeFailed(key);
    if (entry === undefined) return;
    const at = this.#deps.clock.now();
    this.#push({ ...entry, sealed: this.#deps.seal(entry.draft, at), at, progress: { on: 'queue' } });
  }

  discard(key: string): void {
    if (this.#takeFailed(key) !== undefined) this.#notify();
  }

  /** Sends nothing more. What waits stays in the storage, for the next page in this tab. */
  clear(): void {
    this.hold();
    this.#entries = [];
    this.#early.clear();
  }

  #notify(): void {
    const firstSlowed = this.#entries.find(({ progress }) => progress.on === 'queue');
    this.#deps.changed(this.#entries.map((entry) => this.#waiting(entry, entry === firstSlowed)));
  }

  #waiting({ sealed, draft, at, progress, doubted }: Entry, isNext: boolean): Waiting {
    const message = { key: sealed.key, draft, at };
    if (this.#slowed !== undefined && progress.on === 'queue') {
      const { why, until } = this.#slowed;
      return { ...message, state: 'slowed', why, ...(isNext && this.#pause !== undefined && { until }) };
    }
    if (progress.on === 'hold') return { ...message, state: 'failed', why: progress.why };
    if (doubted) return { ...message, state: 'unconfirmed' };
    return { ...message, state: this.#connected ? 'sending' : 'waiting' };
  }

  // A header is as good as the envelope: delH is in it, which no other message has.
  #takeEcho(message: Uint8Array): boolean {
    const entry = this.#entries.find(({ sealed }) =>
      equalBytes(sealed.envelope.subarray(0, message.length), message),
    );
    if (entry === undefined) {
      this.#noteOthers();
      return false;
    }
    this.#take(entry);
    // It was refused as "unavailable", but logged: its number is spent.
    if (entry.progress.on === 'queue') this.#n = Math.max(this.#n, entry.progress.sent?.n ?? 0);
    this.#stopPatience();
    this.#flush();
    return true;
  }

  #takeFailed(key: string): Entry | undefined {
    const entry = this.#entries.find(({ sealed, progress }) => sealed.key === key && progress.on === 'hold');
    if (entry !== undefined) this.#take(entry);
    return entry;
  }

  #push(entry: Entry): string {
    this.#entries.push(entry);
    this.#keep(entry);
    this.#flush();
    this.#notify();
    return entry.sealed.key;
  }

  #fail(entry: Entry, why: FailReason): void {
    entry.progress = { on: 'hold', why };
    this.#keep(entry);
  }

  #take(entry: Entry): void {
    this.#entries.splice(this.#entries.indexOf(entry), 1);
    this.#deps.store.drop(entry.sealed.key);
  }

  #keep({ sealed, draft, at, progress }: Entry): void {
    this.#deps.store.keep({
      ...sealed,
      draft,
      at,
      ...(progress.on === 'hold' ? { failed: progress.why } : progress.sent && { sent: progress.sent }),
    });
  }

  #firstOnWire(): Entry | undefined {
    return this.#entries.find(({ progress }) => progress.on === 'wire');
  }

  // The server took none of them, so their numbers are free.
  #requeueFrom(n: number): void {
    for (const entry of this.#entries) {
      const { progress } = entry;
      if (progress.on === 'wire' && progress.sent.n >= n) entry.progress = { ...progress, on: 'queue' };
    }
    this.#n = n - 1;
    if (this.#firstOnWire() === undefined) this.#stopPatience();
  }

  // A refused message leaves a gap in its chain. Those after it were not logged either (their numbers are higher), so
  // they can be sealed again, in a new chain, and itself if it is to be sent again.
  #resealFrom(refused: Entry): void {
    this.#deps.restartChain();
    for (const entry of this.#entries.slice(this.#entries.indexOf(refused))) {
      if (entry.progress.on === 'queue') this.#reseal(entry);
    }
  }

  // Messages written before the first welcome had no log to state (EVENT-3).
  #sealEarly(): void {
    if (this.#early.size > 0) this.#deps.restartChain();
    for (const entry of this.#early) this.#reseal(entry);
    this.#early.clear();
    this.#isEarly = false;
  }

  #reseal(entry: Entry): void {
    this.#deps.store.drop(entry.sealed.key);
    entry.at = this.#deps.clock.now();
    entry.sealed = this.#deps.seal(entry.draft, entry.at);
    entry.progress = { on: 'queue' };
    this.#keep(entry);
  }

  #flush(): void {
    if (!this.#open || this.#pause !== undefined) return;
    const most = this.#slowed === undefined ? UNECHOED_MAX : 1;
    let unechoed = this.#entries.filter(({ progress }) => progress.on === 'wire').length;
    for (const entry of this.#entries) {
      if (unechoed >= most) break;
      if (entry.progress.on !== 'queue') continue;
      this.#n += 1;
      unechoed += 1;
      entry.progress = { on: 'wire', sent: { slot: this.#slot, n: this.#n } };
      this.#keep(entry);
      this.#deps.send(this.#frameOf(entry));
    }
    if (this.#entries.every(({ progress }) => progress.on !== 'queue')) this.#slowed = undefined;
    if (unechoed > 0 && this.#patience === undefined) this.#awaitEcho(this.#deps.bufferedBytes());
  }

  // Its target may have left the log, or may be erased already: then it is an ordinary message (SEND-5).
  #frameOf({ sealed, draft }: Entry): Uint8Array {
    const { envelope } = sealed;
    const proof = draft.ctype === CTYPE.unsend ? readUnsend(draft.body)?.proof : undefined;
    const seq = proof && draft.ref && this.#deps.seqOf(draft.ref);
    const erase = proof && seq !== undefined ? { seq, proof } : undefined;
    return encodeClientSealed({ type: 'send', n: this.#n, envelope, ...(erase && { erase }) });
  }

  #failUnerasable(): void {
    if (this.#serverErases) return;
    for (const entry of this.#entries.filter(
      ({ draft, progress }) => progress.on === 'queue' && needsErasing(draft),
    )) {
      this.#fail(entry, 'not_allowed');
      this.#resealFrom(entry);
    }
  }

  #pauseFor(ms: number, why: RefusedCode): void {
    this.#slowed = { why, until: this.#deps.clock.now() + ms };
    this.#pause?.[Symbol.dispose]();
    this.#pause = this.#deps.clock.after(ms, () => {
      this.#pause = undefined;
      this.#flush();
      this.#notify();
    });
  }

  // In two steps: the first is enough if others' messages arrive.
  #awaitEcho(buffered: number): void {
    this.#overdue = false;
    this.#waitFor(OVERTAKEN_PATIENCE_MS, buffered, (then) => {
      this.#overdue = true;
      if (this.#overtaken) this.#doubt();
      else this.#waitFor(ECHO_PATIENCE_MS - OVERTAKEN_PATIENCE_MS, then, () => this.#deps.distrust());
    });
  }

  // A slow uplink that still drains isn't dead.
  #waitFor(ms: number, buffered: number, over: (buffered: number) => void): void {
    this.#patience = this.#deps.clock.after(ms, () => {
      this.#patience = undefined;
      const now = this.#deps.bufferedBytes();
      if (now < buffered) this.#awaitEcho(now);
      else over(now);
    });
  }

  #noteOthers(): void {
    if (this.#patience === undefined) return;
    this.#overtaken = true;
    if (this.#overdue) this.#doubt();
  }

  #doubt(): void {
    this.#stopPatience();
    for (const entry of this.#entries) entry.doubted = entry.progress.on === 'wire';
    this.#notify();
    this.#deps.distrust();
  }

  #stopPatience(): void {
    this.#patience?.[Symbol.dispose]();
    this.#patience = undefined;
    this.#overtaken = false;
    this.#overdue = false;
  }

  #stopTimers(): void {
    this.#stopPatience();
    this.#pause?.[Symbol.dispose]();
    this.#pause = undefined;
    this.#slowed = undefined;
  }
}

function restored({ key, envelope, draft, at, sent, failed }: KeptMessage): Entry {
  const progress: Progress = failed ? { on: 'hold', why: failed } : { on: 'queue', ...(sent && { sent }) };
  return { sealed: { key, envelope }, draft, at, progress, doubted: false };
}

function wasTaken(progress: Progress, slot: Uint8Array, lastN: number): boolean {
  const sent = progress.on === 'hold' ? undefined : progress.sent;
  return sent !== undefined && equalBytes(sent.slot, slot) && sent.n <= lastN;
}

function isAbout({ draft }: Entry, ctype: number, ref: Uint8Array): boolean {
  return draft.ctype === ctype && draft.ref !== undefined && equalBytes(draft.ref, ref);
}

function needsErasing({ ctype, ttl = 0 }: Draft): boolean {
  return ctype === CTYPE.unsend || ttl > 0;
}

function replaces({ ctype, ref }: Draft, { draft, progress }: Entry): boolean {
  if (progress.on !== 'hold' || ctype === CTYPE.text || ctype !== draft.ctype) return false;
  return ref !== undefined && draft.ref !== undefined && equalBytes(ref, draft.ref);
}
