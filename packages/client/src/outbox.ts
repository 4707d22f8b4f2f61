// What was written and has not been heard back: numbers it for the server, paces it, sends it again (SEND-1 to SEND-4).
// Sealing, and when the wire is up, are the room's.

import { type RefusedCode, UNECHOED_MAX, encodeClientSealed, equalBytes } from '@mayfly/protocol';
import type { Clock } from './clock.ts';
import type { Outgoing } from './room-news.ts';

export type SealedText = { readonly key: string; readonly envelope: Uint8Array };

export type OutboxWorld = {
  readonly clock: Clock;
  /** Seals as the next message of the chain. */
  seal(text: string, at: number): SealedText;
  /** What is sealed from now on must not follow what was sealed before. */
  restartChain(): void;
  send(frame: Uint8Array): void;
  /** Nothing came back for too long, or the numbers do not fit: a new join will tell. */
  distrust(): void;
  /** Bytes of earlier frames that the network has not taken. */
  bufferedBytes(): number;
  /** All that is not echoed yet, oldest first; called after each change, whatever caused it. */
  changed(outgoing: readonly Outgoing[]): void;
};

type Progress =
  /** `n`: the number it was last sent under, if that number may still have been taken. */
  | { readonly on: 'queue'; readonly n?: number }
  /** Sent under this number; the outcome is unknown until its echo. */
  | { readonly on: 'wire'; readonly n: number }
  | { readonly on: 'hold'; readonly why: RefusedCode };

type Entry = {
  sealed: SealedText;
  readonly text: string;
  readonly at: number;
  progress: Progress;
  /** It was on the wire, and others' messages came instead of its echo. */
  doubted: boolean;
};

/** An echo takes longer only on a dead or starving connection. */
export const ECHO_PATIENCE_MS = 30_000;
/** When messages of others come meanwhile, the connection is alive, and ours went astray. */
export const OVERTAKEN_PATIENCE_MS = 10_000;

const RETRIED_BY_ITSELF: ReadonlySet<RefusedCode> = new Set(['rate', 'busy', 'unavailable']);
/** Where the server names no pause. */
const PAUSE_MIN_MS = 250;

export class Outbox {
  readonly #world: OutboxWorld;
  #entries: Entry[] = [];
  /** The last number given away. */
  #n = 0;
  // Messages may go out.
  #open = false;
  // False from the loss of a connection until the next one has caught up.
  #connected = false;
  #pause: Disposable | undefined;
  // We were too fast: one at a time until nothing waits any more, or the server would refuse most of it again.
  #slowed: { readonly why: RefusedCode; readonly until: number } | undefined;
  #patience: Disposable | undefined;
  // Since the last echo, while one is awaited.
  #overtaken = false;
  #overdue = false;

  constructor(world: OutboxWorld) {
    this.#world = world;
  }

  add(text: string, at: number): string {
    const sealed = this.#world.seal(text, at);
    this.#entries.push({ sealed, text, at, progress: { on: 'queue' }, doubted: false });
    this.#flush();
    this.#tell();
    return sealed.key;
  }

  /** Nothing goes out until the next `caughtUp`; what is on the wire has an unknown outcome until then. */
  hold(): void {
    this.#open = false;
    this.#stopTimers();
  }

  /** The connection is gone. */
  suspend(): void {
    this.hold();
    this.#connected = false;
    this.#tell();
  }

  /**
   * Everything up to the moment of joining was received. `lastN`: the last number of ours that the log took.
   * `sameMember`: our numbers still mean what they meant. Then a number the log took, whose echo was not among
   * what was received, has left the history meanwhile; anything else is sent again, byte for byte.
   */
  caughtUp(lastN: number, sameMember: boolean): void {
    this.#entries = this.#entries.filter(
      ({ progress }) => !(sameMember && progress.on === 'wire' && progress.n <= lastN),
    );
    for (const entry of this.#entries) {
      if (entry.progress.on !== 'hold') entry.progress = { on: 'queue' };
      entry.doubted = false;
    }
    this.#n = lastN;
    this.#open = true;
    this.#connected = true;
    this.#flush();
    this.#tell();
  }

  /** Messages of the log, in order: echoes of ours, and others'. */
  heard(envelopes: readonly Uint8Array[]): void {
    const echoes = envelopes.filter((envelope) => this.#takeEcho(envelope));
    if (echoes.length > 0) this.#tell();
  }

  refused(n: number, code: RefusedCode, retryAfterMs: number): void {
    const entry = this.#entries.find(({ progress }) => progress.on === 'wire' && progress.n === n);
    if (entry === undefined) return;
    if (code === 'gap') {
      // Those behind a refused one are refused for the gap it left; the first of all has no such excuse.
      if (entry === this.#firstOnWire()) this.#world.distrust();
      return;
    }
    this.#requeueFrom(n);
    if (RETRIED_BY_ITSELF.has(code)) {
      this.#pauseFor(Math.max(retryAfterMs, PAUSE_MIN_MS), code);
    } else {
      entry.progress = { on: 'hold', why: code };
      this.#resealBehind(entry);
      this.#flush();
    }
    this.#tell();
  }

  /** A failed message goes to the end of the queue, sealed anew: its old place in the chain is spent. */
  retry(key: string): void {
    const entry = this.#takeFailed(key);
    if (entry === undefined) return;
    this.#entries.push({
      ...entry,
      sealed: this.#world.seal(entry.text, entry.at),
      progress: { on: 'queue' },
    });
    this.#flush();
    this.#tell();
  }

  discard(key: string): void {
    if (this.#takeFailed(key) !== undefined) this.#tell();
  }

  /** Nothing is kept and nothing more is sent. */
  clear(): void {
    this.hold();
    this.#entries = [];
  }

  #tell(): void {
    const firstSlowed = this.#entries.find(({ progress }) => progress.on === 'queue');
    this.#world.changed(this.#entries.map((entry) => this.#outgoing(entry, entry === firstSlowed)));
  }

  #outgoing({ sealed, text, at, progress, doubted }: Entry, isNext: boolean): Outgoing {
    const message = { key: sealed.key, text, at };
    if (this.#slowed !== undefined && progress.on === 'queue') {
      const { why, until } = this.#slowed;
      return { ...message, state: 'slowed', why, ...(isNext && this.#pause !== undefined && { until }) };
    }
    if (progress.on === 'hold') return { ...message, state: 'failed', why: progress.why };
    if (doubted) return { ...message, state: 'unconfirmed' };
    return { ...message, state: this.#connected ? 'sending' : 'waiting' };
  }

  #takeEcho(envelope: Uint8Array): boolean {
    const index = this.#entries.findIndex(({ sealed }) => equalBytes(sealed.envelope, envelope));
    const [entry] = index === -1 ? [] : this.#entries.splice(index, 1);
    if (entry === undefined) {
      this.#heardOthers();
      return false;
    }
    // Refused as "unavailable", and logged all the same: its number is spent.
    if (entry.progress.on === 'queue') this.#n = Math.max(this.#n, entry.progress.n ?? 0);
    this.#stopPatience();
    this.#flush();
    return true;
  }

  #takeFailed(key: string): Entry | undefined {
    const entry = this.#entries.find(({ sealed, progress }) => sealed.key === key && progress.on === 'hold');
    if (entry !== undefined) this.#entries.splice(this.#entries.indexOf(entry), 1);
    return entry;
  }

  #firstOnWire(): Entry | undefined {
    return this.#entries.find(({ progress }) => progress.on === 'wire');
  }

  // The server took none of them: their numbers are free.
  #requeueFrom(n: number): void {
    for (const entry of this.#entries) {
      const { progress } = entry;
      if (progress.on === 'wire' && progress.n >= n) entry.progress = { on: 'queue', n: progress.n };
    }
    this.#n = n - 1;
    if (this.#firstOnWire() === undefined) this.#stopPatience();
  }

  // A refused message leaves a hole in its chain. What follows was not logged either (its number came after),
  // so it may be sealed again, in a new chain.
  #resealBehind(failed: Entry): void {
    this.#world.restartChain();
    for (const entry of this.#entries.slice(this.#entries.indexOf(failed) + 1)) {
      if (entry.progress.on === 'queue') entry.sealed = this.#world.seal(entry.text, entry.at);
    }
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
      entry.progress = { on: 'wire', n: this.#n };
      this.#world.send(encodeClientSealed({ type: 'send', n: this.#n, envelope: entry.sealed.envelope }));
    }
    if (this.#entries.every(({ progress }) => progress.on !== 'queue')) this.#slowed = undefined;
    if (unechoed > 0 && this.#patience === undefined) this.#awaitEcho(this.#world.bufferedBytes());
  }

  #pauseFor(ms: number, why: RefusedCode): void {
    this.#slowed = { why, until: this.#world.clock.now() + ms };
    this.#pause?.[Symbol.dispose]();
    this.#pause = this.#world.clock.after(ms, () => {
      this.#pause = undefined;
      this.#flush();
      this.#tell();
    });
  }

  // In two steps: the first is enough where others are heard.
  #awaitEcho(buffered: number): void {
    this.#overdue = false;
    this.#waitFor(OVERTAKEN_PATIENCE_MS, buffered, (then) => {
      this.#overdue = true;
      if (this.#overtaken) this.#doubt();
      else this.#waitFor(ECHO_PATIENCE_MS - OVERTAKEN_PATIENCE_MS, then, () => this.#world.distrust());
    });
  }

  // A slow uplink that still drains is not dead.
  #waitFor(ms: number, buffered: number, over: (buffered: number) => void): void {
    this.#patience = this.#world.clock.after(ms, () => {
      this.#patience = undefined;
      const now = this.#world.bufferedBytes();
      if (now < buffered) this.#awaitEcho(now);
      else over(now);
    });
  }

  #heardOthers(): void {
    if (this.#patience === undefined) return;
    this.#overtaken = true;
    if (this.#overdue) this.#doubt();
  }

  #doubt(): void {
    this.#stopPatience();
    for (const entry of this.#entries) entry.doubted = entry.progress.on === 'wire';
    this.#tell();
    this.#world.distrust();
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
