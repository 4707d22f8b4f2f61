// The channels this node listens to, each on the connection to the primary that announces it. After a loss they are
// asked for again in batches, and whoever listens is told where something may have been missed.

import { background } from '../../net/background.ts';
import type { Clock } from '../../net/clock.ts';
import { StoreUnavailable } from '../store-unavailable.ts';
import { partitionOf } from './keyspace.ts';
import { ANSWER_WITHIN_MS, CHANNELS_AT_ONCE, type LinkEvents } from './link.ts';
import type { Listener, Topology } from './topology.ts';

/** A channel that somebody wants to hear. */
type Wish = {
  readonly channel: string;
  /** On which connection; undefined while no primary is known to announce it. */
  line: Line | undefined;
  state: 'waiting' | 'asked' | 'heard';
  /** It was heard before: something may be missing. */
  wasHeard: boolean;
  readonly waiting: Set<() => void>;
};

/** How often a broken promise to listen is looked at again. */
const LOOK_AGAIN_MS = 1_000;

export class Channels implements Disposable {
  readonly #topology: Topology;
  readonly #clock: Clock;
  readonly #events: LinkEvents;
  readonly #wishes = new Map<string, Wish>();
  readonly #lines = new Map<string, Line>();
  #timer: Disposable;

  constructor(topology: Topology, clock: Clock, events: LinkEvents) {
    this.#topology = topology;
    this.#clock = clock;
    this.#events = events;
    this.#timer = clock.after(LOOK_AGAIN_MS, () => this.#lookAgain());
  }

  /** Throws `StoreUnavailable` when the channel is not heard in time; it stays wanted. */
  async listen(channel: string): Promise<void> {
    const wish = this.#wishes.get(channel) ?? this.#wish(channel);
    if (wish.state === 'heard') return;
    await new Promise<void>((resolve, reject) => {
      const done = () => {
        timer[Symbol.dispose]();
        resolve();
      };
      const timer = this.#clock.after(ANSWER_WITHIN_MS, () => {
        wish.waiting.delete(done);
        reject(new StoreUnavailable());
      });
      wish.waiting.add(done);
    });
  }

  silence(channel: string): void {
    const wish = this.#wishes.get(channel);
    if (wish === undefined) return;
    this.#wishes.delete(channel);
    wish.line?.drop(wish);
  }

  [Symbol.dispose](): void {
    this.#timer[Symbol.dispose]();
    for (const line of this.#lines.values()) line[Symbol.dispose]();
  }

  #wish(channel: string): Wish {
    const wish: Wish = { channel, line: undefined, state: 'waiting', wasHeard: false, waiting: new Set() };
    this.#wishes.set(channel, wish);
    this.#place(wish);
    return wish;
  }

  #place(wish: Wish): void {
    const place = this.#topology.placeOf(wish.channel);
    if (place === undefined) return;
    const line = this.#lines.get(place) ?? this.#connect(place);
    if (wish.line === line) return;
    wish.line?.drop(wish);
    wish.state = 'waiting';
    wish.line = line;
    line.add(wish);
  }

  #connect(place: string): Line {
    const line = new Line(this.#topology.connectListener(place), this.#events, () =>
      background(this.#placeAgain(), (error) => this.#events.trouble(error)),
    );
    this.#lines.set(place, line);
    return line;
  }

  // At once, since whoever wrote to the new place has been announced there already.
  async #placeAgain(): Promise<void> {
    await this.#topology.lookAgain();
    this.#placeAll();
  }

  #placeAll(): void {
    for (const wish of this.#wishes.values()) this.#place(wish);
  }

  // Slots move, primaries die, and an answer may never come.
  #lookAgain(): void {
    this.#timer = this.#clock.after(LOOK_AGAIN_MS, () => this.#lookAgain());
    this.#placeAll();
    for (const [place, line] of this.#lines) {
      if (line.isUnused && place !== '') {
        this.#lines.delete(place);
        line[Symbol.dispose]();
      } else line.lookAgain();
    }
  }
}

/** One connection and the channels that are to be heard on it. */
class Line implements Disposable {
  readonly #listener: Listener;
  readonly #events: LinkEvents;
  readonly #wishes = new Map<string, Wish>();
  /** Those not asked for yet, by partition: one request is for channels of one partition only. */
  readonly #waiting = new Map<string, Set<Wish>>();
  readonly #onMoved: () => void;
  #isAsking = false;
  #isLooking = false;

  /** `onMoved`: some of its channels are announced elsewhere from now on. */
  constructor(listener: Listener, events: LinkEvents, onMoved: () => void) {
    this.#listener = listener;
    this.#events = events;
    this.#onMoved = onMoved;
    listener.on('smessageBuffer', (channel: Buffer, message: Buffer) =>
      events.announced(channel.toString('latin1'), message),
    );
    listener.on('ready', () => this.#askSoon());
    listener.on('close', () => this.#deaf());
    listener.on('moved', () => this.#moved());
  }

  get isUnused(): boolean {
    return this.#wishes.size === 0;
  }

  add(wish: Wish): void {
    this.#wishes.set(wish.channel, wish);
    this.#wait(wish);
    queueMicrotask(() => this.#askSoon());
  }

  drop(wish: Wish): void {
    if (!this.#wishes.delete(wish.channel)) return;
    this.#waiting.get(partitionOf(wish.channel))?.delete(wish);
    if (wish.state !== 'waiting') this.#listener.sunsubscribe(wish.channel).catch(() => {});
  }

  /** Notices a connection that only looks alive, and asks once more for what was refused. */
  lookAgain(): void {
    if (this.#listener.status === 'ready') this.#listener.ping().catch(() => {});
    this.#askSoon();
  }

  [Symbol.dispose](): void {
    this.#listener.disconnect();
  }

  #wait(wish: Wish): void {
    wish.state = 'waiting';
    const partition = partitionOf(wish.channel);
    const waiting = this.#waiting.get(partition) ?? new Set();
    this.#waiting.set(partition, waiting.add(wish));
  }

  #deaf(): void {
    for (const wish of this.#wishes.values()) this.#wait(wish);
  }

  // A primary says so for every channel, and many come at once. It does not say here which: what is no longer subscribed to.
  #moved(): void {
    if (this.#isLooking) return;
    this.#isLooking = true;
    setImmediate(() => {
      this.#isLooking = false;
      const subscriber = this.#listener.condition?.subscriber;
      const left = new Set(subscriber ? subscriber.channels('ssubscribe') : []);
      for (const wish of this.#wishes.values()) {
        if (wish.state === 'heard' && !left.has(wish.channel)) this.#wait(wish);
      }
      this.#onMoved();
    });
  }

  #askSoon(): void {
    background(this.#ask(), (error) => this.#events.trouble(error));
  }

  // One batch after the other, so that many rooms at once do not hold up everybody's calls.
  async #ask(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    try {
      for (let batch = this.#nextBatch(); batch.length > 0; batch = this.#nextBatch())
        await this.#askFor(batch);
    } catch {
      // The connection is gone, or the slots are elsewhere: asked again when it is back, or at the next look.
    } finally {
      this.#isAsking = false;
    }
  }

  #nextBatch(): readonly Wish[] {
    if (this.#listener.status !== 'ready') return [];
    for (const [partition, waiting] of this.#waiting) {
      const batch = [...waiting].slice(0, CHANNELS_AT_ONCE);
      for (const wish of batch) waiting.delete(wish);
      if (waiting.size === 0) this.#waiting.delete(partition);
      if (batch.length > 0) return batch;
    }
    return [];
  }

  async #askFor(batch: readonly Wish[]): Promise<void> {
    for (const wish of batch) wish.state = 'asked';
    const asked = () =>
      batch.filter((wish) => wish.state === 'asked' && this.#wishes.get(wish.channel) === wish);
    try {
      await this.#listener.ssubscribe(...batch.map((wish) => wish.channel));
    } catch (error) {
      for (const wish of asked()) this.#wait(wish);
      throw error;
    }
    const restored: string[] = [];
    for (const wish of asked()) {
      wish.state = 'heard';
      if (wish.wasHeard) restored.push(wish.channel);
      wish.wasHeard = true;
      for (const tell of wish.waiting) tell();
      wish.waiting.clear();
    }
    if (restored.length > 0) this.#events.restored(restored);
  }
}
