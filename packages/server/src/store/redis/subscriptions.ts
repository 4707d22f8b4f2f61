// The channels this node listens to, each on the connection to the primary that announces it. After a loss they are
// requested for again in batches, and whoever listens is told where something may have been missed.

import { background } from '../../net/background.ts';
import type { Clock } from '../../net/clock.ts';
import { StoreUnavailable } from '../store-unavailable.ts';
import { partitionOf } from './keyspace.ts';
import { ANSWER_WITHIN_MS, CHANNELS_AT_ONCE, type LinkEvents } from './link.ts';
import type { Listener, Topology } from './topology.ts';

/** A channel that somebody wants to hear. */
type ChannelSubscription = {
  readonly channel: string;
  /** On which connection; undefined while no primary is known to announce it. */
  connection: SubscriberConnection | undefined;
  state: 'waiting' | 'requested' | 'active';
  /** It was active before: something may be missing. */
  wasActive: boolean;
  readonly waiting: Set<() => void>;
};

/** How often a broken promise to listen is looked at again. */
const CHECK_EVERY_MS = 1_000;

export class Subscriptions implements Disposable {
  readonly #topology: Topology;
  readonly #clock: Clock;
  readonly #events: LinkEvents;
  readonly #subscriptions = new Map<string, ChannelSubscription>();
  readonly #connections = new Map<string, SubscriberConnection>();
  #timer: Disposable;

  constructor(topology: Topology, clock: Clock, events: LinkEvents) {
    this.#topology = topology;
    this.#clock = clock;
    this.#events = events;
    this.#timer = clock.after(CHECK_EVERY_MS, () => this.#check());
  }

  /** Throws `StoreUnavailable` when the channel is not active in time; it stays wanted. */
  async subscribe(channel: string): Promise<void> {
    const subscription = this.#subscriptions.get(channel) ?? this.#subscribe(channel);
    if (subscription.state === 'active') return;
    await new Promise<void>((resolve, reject) => {
      const done = () => {
        timer[Symbol.dispose]();
        resolve();
      };
      const timer = this.#clock.after(ANSWER_WITHIN_MS, () => {
        subscription.waiting.delete(done);
        reject(new StoreUnavailable());
      });
      subscription.waiting.add(done);
    });
  }

  unsubscribe(channel: string): void {
    const subscription = this.#subscriptions.get(channel);
    if (subscription === undefined) return;
    this.#subscriptions.delete(channel);
    subscription.connection?.drop(subscription);
  }

  [Symbol.dispose](): void {
    this.#timer[Symbol.dispose]();
    for (const connection of this.#connections.values()) connection[Symbol.dispose]();
  }

  #subscribe(channel: string): ChannelSubscription {
    const subscription: ChannelSubscription = {
      channel,
      connection: undefined,
      state: 'waiting',
      wasActive: false,
      waiting: new Set(),
    };
    this.#subscriptions.set(channel, subscription);
    this.#route(subscription);
    return subscription;
  }

  #route(subscription: ChannelSubscription): void {
    const address = this.#topology.addressOf(subscription.channel);
    if (address === undefined) return;
    const connection = this.#connections.get(address) ?? this.#connect(address);
    if (subscription.connection === connection) return;
    subscription.connection?.drop(subscription);
    subscription.state = 'waiting';
    subscription.connection = connection;
    connection.add(subscription);
  }

  #connect(address: string): SubscriberConnection {
    const connection = new SubscriberConnection(this.#topology.connectListener(address), this.#events, () =>
      background(this.#rerouteNow(), (error) => this.#events.trouble(error)),
    );
    this.#connections.set(address, connection);
    return connection;
  }

  // At once, since whoever wrote to the new address has been announced there already.
  async #rerouteNow(): Promise<void> {
    await this.#topology.refreshSlots();
    this.#routeAll();
  }

  #routeAll(): void {
    for (const subscription of this.#subscriptions.values()) this.#route(subscription);
  }

  // Slots move, primaries die, and an answer may never come.
  #check(): void {
    this.#timer = this.#clock.after(CHECK_EVERY_MS, () => this.#check());
    this.#routeAll();
    for (const [address, connection] of this.#connections) {
      if (connection.isUnused && address !== '') {
        this.#connections.delete(address);
        connection[Symbol.dispose]();
      } else connection.check();
    }
  }
}

/** One connection and the channels that are to be active on it. */
class SubscriberConnection implements Disposable {
  readonly #listener: Listener;
  readonly #events: LinkEvents;
  readonly #subscriptions = new Map<string, ChannelSubscription>();
  /** Those not requested for yet, by partition: one request is for channels of one partition only. */
  readonly #waiting = new Map<string, Set<ChannelSubscription>>();
  readonly #onMoved: () => void;
  #isRequesting = false;
  #isLooking = false;

  /** `onMoved`: some of its channels are announced elsewhere from now on. */
  constructor(listener: Listener, events: LinkEvents, onMoved: () => void) {
    this.#listener = listener;
    this.#events = events;
    this.#onMoved = onMoved;
    listener.on('smessageBuffer', (channel: Buffer, message: Buffer) =>
      events.announced(channel.toString('latin1'), message),
    );
    listener.on('ready', () => this.#requestSoon());
    listener.on('close', () => this.#lost());
    listener.on('moved', () => this.#moved());
  }

  get isUnused(): boolean {
    return this.#subscriptions.size === 0;
  }

  add(subscription: ChannelSubscription): void {
    this.#subscriptions.set(subscription.channel, subscription);
    this.#wait(subscription);
    queueMicrotask(() => this.#requestSoon());
  }

  drop(subscription: ChannelSubscription): void {
    if (!this.#subscriptions.delete(subscription.channel)) return;
    this.#waiting.get(partitionOf(subscription.channel))?.delete(subscription);
    if (subscription.state !== 'waiting') this.#listener.sunsubscribe(subscription.channel).catch(() => {});
  }

  /** Notices a connection that only looks alive, and asks once more for what was refused. */
  check(): void {
    if (this.#listener.status === 'ready') this.#listener.ping().catch(() => {});
    this.#requestSoon();
  }

  [Symbol.dispose](): void {
    this.#listener.disconnect();
  }

  #wait(subscription: ChannelSubscription): void {
    subscription.state = 'waiting';
    const partition = partitionOf(subscription.channel);
    const waiting = this.#waiting.get(partition) ?? new Set();
    this.#waiting.set(partition, waiting.add(subscription));
  }

  #lost(): void {
    for (const subscription of this.#subscriptions.values()) this.#wait(subscription);
  }

  // A primary says so for every channel, and many come at once. It does not say here which: what is no longer subscribed to.
  #moved(): void {
    if (this.#isLooking) return;
    this.#isLooking = true;
    setImmediate(() => {
      this.#isLooking = false;
      const subscriber = this.#listener.condition?.subscriber;
      const left = new Set(subscriber ? subscriber.channels('ssubscribe') : []);
      for (const subscription of this.#subscriptions.values()) {
        if (subscription.state === 'active' && !left.has(subscription.channel)) this.#wait(subscription);
      }
      this.#onMoved();
    });
  }

  #requestSoon(): void {
    background(this.#request(), (error) => this.#events.trouble(error));
  }

  // One batch after the other, so that many rooms at once do not hold up everybody's calls.
  async #request(): Promise<void> {
    if (this.#isRequesting) return;
    this.#isRequesting = true;
    try {
      for (let batch = this.#nextBatch(); batch.length > 0; batch = this.#nextBatch())
        await this.#requestBatch(batch);
    } catch {
      // The connection is gone, or the slots are elsewhere: requested again when it is back, or at the next look.
    } finally {
      this.#isRequesting = false;
    }
  }

  #nextBatch(): readonly ChannelSubscription[] {
    if (this.#listener.status !== 'ready') return [];
    for (const [partition, waiting] of this.#waiting) {
      const batch = [...waiting].slice(0, CHANNELS_AT_ONCE);
      for (const subscription of batch) waiting.delete(subscription);
      if (waiting.size === 0) this.#waiting.delete(partition);
      if (batch.length > 0) return batch;
    }
    return [];
  }

  async #requestBatch(batch: readonly ChannelSubscription[]): Promise<void> {
    for (const subscription of batch) subscription.state = 'requested';
    const requested = () =>
      batch.filter(
        (subscription) =>
          subscription.state === 'requested' &&
          this.#subscriptions.get(subscription.channel) === subscription,
      );
    try {
      await this.#listener.ssubscribe(...batch.map((subscription) => subscription.channel));
    } catch (error) {
      for (const subscription of requested()) this.#wait(subscription);
      throw error;
    }
    const restored: string[] = [];
    for (const subscription of requested()) {
      subscription.state = 'active';
      if (subscription.wasActive) restored.push(subscription.channel);
      subscription.wasActive = true;
      for (const resolve of subscription.waiting) resolve();
      subscription.waiting.clear();
    }
    if (restored.length > 0) this.#events.restored(restored);
  }
}
