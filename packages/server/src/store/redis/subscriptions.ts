// The channels this node subscribes to, each on a connection to the primary that publishes it. After a loss they are
// requested again in batches, and the store learns which channels may have missed something.

import { background } from '../../net/background.ts';
import type { Clock } from '../../net/clock.ts';
import { StoreUnavailable } from '../store-unavailable.ts';
import { partitionOf } from './keyspace.ts';
import { ANSWER_WITHIN_MS, CHANNELS_AT_ONCE, type LinkEvents } from './link.ts';
import type { Listener, Topology } from './topology.ts';

/** Someone who waits for a channel to become active. Each of the two ends the wait. */
type Waiter = { readonly active: () => void; readonly giveUp: () => void };

type ChannelSubscription = {
  readonly channel: string;
  /** Undefined while no primary is known to publish the channel. */
  connection: SubscriberConnection | undefined;
  state: 'waiting' | 'requested' | 'active';
  /** If it was active before, something may have been missed. */
  wasActive: boolean;
  readonly waiting: Set<Waiter>;
};

/** How often subscriptions that aren't active are retried. */
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

  /** Throws `StoreUnavailable` if the channel isn't active in time, but keeps trying; also if it is unsubscribed meanwhile. */
  async subscribe(channel: string): Promise<void> {
    const subscription = this.#subscriptions.get(channel) ?? this.#subscribe(channel);
    if (subscription.state === 'active') return;
    await new Promise<void>((resolve, reject) => {
      const end = (settle: () => void) => () => {
        timer[Symbol.dispose]();
        subscription.waiting.delete(waiter);
        settle();
      };
      const waiter = { active: end(resolve), giveUp: end(() => reject(new StoreUnavailable())) };
      const timer = this.#clock.after(ANSWER_WITHIN_MS, waiter.giveUp);
      subscription.waiting.add(waiter);
    });
  }

  unsubscribe(channel: string): void {
    const subscription = this.#subscriptions.get(channel);
    if (subscription === undefined) return;
    this.#subscriptions.delete(channel);
    subscription.connection?.drop(subscription);
    for (const { giveUp } of subscription.waiting) giveUp();
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

  // At once: messages are already being published at the new address.
  async #rerouteNow(): Promise<void> {
    await this.#topology.refreshSlots();
    this.#routeAll();
  }

  #routeAll(): void {
    for (const subscription of this.#subscriptions.values()) this.#route(subscription);
  }

  // Slots move, primaries die, and requests get lost.
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

/** One connection and its channels. */
class SubscriberConnection implements Disposable {
  readonly #listener: Listener;
  readonly #events: LinkEvents;
  readonly #subscriptions = new Map<string, ChannelSubscription>();
  /** Not requested yet, by partition: one request may only name channels of one partition. */
  readonly #waiting = new Map<string, Set<ChannelSubscription>>();
  readonly #onMoved: () => void;
  #isRequesting = false;
  #isLooking = false;

  /** `onMoved`: some of its channels are now published elsewhere. */
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

  /** Detects a dead connection, and requests again what was refused. */
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

  // Fires once per channel, many at once, without naming it: compare with what is still subscribed.
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

  // One batch at a time: otherwise many rooms at once would hold up all calls.
  async #request(): Promise<void> {
    if (this.#isRequesting) return;
    this.#isRequesting = true;
    try {
      for (let batch = this.#nextBatch(); batch.length > 0; batch = this.#nextBatch())
        await this.#requestBatch(batch);
    } catch {
      // The connection is lost or the slots have moved: requested again on reconnect or at the next check.
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
      for (const { active } of subscription.waiting) active();
    }
    if (restored.length > 0) this.#events.restored(restored);
  }
}
