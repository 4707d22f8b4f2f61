// Room stores on a real Redis. The test controls time: the functions and the nodes share one clock.

import { parseRedisUrl } from '../store/redis/address.ts';
import { partitionOf } from '../store/redis/keyspace.ts';
import { type FunctionName, type Library, makeLibrary, readSource } from '../store/redis/library.ts';
import type { Argument, Link, LinkEvents } from '../store/redis/link.ts';
import { RedisLink, type RedisLinkOptions } from '../store/redis/redis-link.ts';
import { RedisStore } from '../store/redis/redis-store.ts';
import type { RoomStore, StoreLimits } from '../store/room-store.ts';
import { StoreUnavailable } from '../store/store-unavailable.ts';
import { TestClock } from './clock.ts';
import { SeededRandom } from './random.ts';
import type { RedisProcess } from './redis-server.ts';

const SOURCE = readSource();

// The one function that asks for the time, and a way to set it. Everything else is what runs in production.
const REAL_NOW = `local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
`;
const TEST_NOW = `local test_time = 0
local function now() return math.floor(test_time) end
redis.register_function('mayfly_v1_test_time', function(_, args) test_time = tonumber(args[1]) end)
`;

export function libraryWithTestTime(change: (source: string) => string = (source) => source): Library {
  if (!SOURCE.includes(REAL_NOW)) throw new Error('keys.lua reads the time in another way');
  return makeLibrary(change(SOURCE.replace(REAL_NOW, TEST_NOW)));
}

/** The same store, but each call resolves only after all of its notices have arrived. */
export function settling(store: RoomStore, rooms: RedisRooms): RoomStore {
  const settled = async <T>(work: T | Promise<T>): Promise<T> => {
    const result = await work;
    await rooms.settled();
    return result;
  };
  return {
    get features() {
      return store.features;
    },
    create: (room, spec) => settled(store.create(room, spec)),
    open: (room, charter) => settled(store.open(room, charter)),
    keys: (room) => settled(store.keys(room)),
    law: (room) => settled(store.law(room)),
    join: (room, request) => settled(store.join(room, request)),
    look: (room, verifiedWith) => settled(store.look(room, verifiedWith)),
    append: (...message) => settled(store.append(...message)),
    command: (...given) => settled(store.command(...given)),
    records: (room, after) => settled(store.records(room, after)),
    stage: (...slices) => settled(store.stage(...slices)),
    rotate: (...charter) => settled(store.rotate(...charter)),
    publishProfile: (room, session, sealed) => settled(store.publishProfile(room, session, sealed)),
    relay: (room, session, sealed) => settled(store.relay(room, session, sealed)),
    detach: (room, session) => settled(store.detach(room, session)),
    leave: (room, session) => settled(store.leave(room, session)),
    renew: (room, session) => settled(store.renew(room, session)),
    end: (room) => settled(store.end(room)),
    follow: (room, listener) => store.follow(room, listener),
    shorten: (share) => settled(store.shorten(share)),
    size: () => settled(store.size()),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}

/** Redis servers, and the nodes that use them. Connections are kept from one test to the next. */
export class RedisRooms implements AsyncDisposable {
  readonly clock = new TestClock();
  readonly #primaries: readonly RedisProcess[];
  readonly #url: string;
  readonly library: Library;
  readonly #nodes: { readonly store: RedisStore; readonly link: WatchedLink }[] = [];
  readonly #idle: WatchedLink[] = [];
  readonly #libraries: Set<Library>;

  constructor(primaries: readonly RedisProcess[], url: string, library: Library = libraryWithTestTime()) {
    this.#primaries = primaries;
    this.#url = url;
    this.library = library;
    this.#libraries = new Set([library]);
  }

  /** Disposes all nodes and empties Redis, except for the libraries. */
  async fresh(): Promise<this> {
    for (const { store, link } of this.#nodes.splice(0)) {
      await store[Symbol.asyncDispose]();
      this.#idle.push(link);
    }
    for (const primary of this.#primaries) {
      await primary.ask('FLUSHALL');
      for (const { code } of this.#libraries) await primary.ask('FUNCTION', 'LOAD', 'REPLACE', code);
    }
    await this.#setTime();
    return this;
  }

  node(limits: StoreLimits, seed = 7, onTrouble: (error: unknown) => void = fail): Promise<RedisStore> {
    return this.nodeOf(this.library, limits, seed, onTrouble);
  }

  /** A node of another build. */
  async nodeOf(
    library: Library,
    limits: StoreLimits,
    seed = 7,
    onTrouble: (error: unknown) => void = fail,
  ): Promise<RedisStore> {
    if (!this.#libraries.has(library)) await this.#load(library);
    const idle = this.#idle.findIndex((link) => link.library === library);
    const link = this.#idle.splice(idle, idle < 0 ? 0 : 1)[0] ?? this.#connect(library);
    // An idle one may still be reconnecting after faults that only another node waited out.
    await link.ready();
    const store = new RedisStore({
      clock: this.clock,
      limits,
      random: new SeededRandom(seed).bytes,
      onTrouble,
      connect: (events) => link.serving(events),
    });
    this.#nodes.push({ store, link });
    await store.beat();
    // A first beat deletes unused libraries, and one that is loaded again has lost the time.
    await this.#setTime();
    return store;
  }

  /** Time passes everywhere, and timers fire at their own time. */
  async pass(ms: number): Promise<void> {
    const end = this.clock.now() + ms;
    for (let at = this.clock.nextAt; at !== undefined && at <= end; at = this.clock.nextAt) {
      await this.#goTo(at);
    }
    await this.#goTo(end);
  }

  /** Time passes, but no timer has fired yet. */
  async jump(ms: number): Promise<void> {
    this.clock.jump(ms);
    await this.#setTime();
  }

  /** Resolves when no call is pending and every node has received everything. */
  async settled(): Promise<void> {
    const begun = () => this.#links.reduce((sum, link) => sum + link.begun, 0);
    for (let before = -1; before !== begun();) {
      before = begun();
      for (const link of this.#links) await link.answered();
      for (const link of this.#links) await link.heard((channel, mark) => this.#publish(channel, mark));
      await new Promise((resolve) => void setImmediate(resolve));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { store } of this.#nodes) await store[Symbol.asyncDispose]();
    for (const link of [...this.#links, ...this.#idle]) await link.close();
  }

  get #links(): readonly WatchedLink[] {
    return this.#nodes.map(({ link }) => link);
  }

  async #load(library: Library): Promise<void> {
    this.#libraries.add(library);
    for (const primary of this.#primaries) await primary.ask('FUNCTION', 'LOAD', 'REPLACE', library.code);
    await this.#setTime();
  }

  #connect(library: Library): WatchedLink {
    const address = parseRedisUrl(this.#url);
    if (address === undefined) throw new Error('not a URL of Redis');
    return new WatchedLink({ address, library, clock: this.clock });
  }

  /** Cuts a node's calls off, and its notices unless `isHearing`. Call the result to end that. */
  stop(store: RoomStore, { isHearing = false } = {}): () => void {
    const node = this.#nodes.find((known) => known.store === store);
    if (node === undefined) throw new Error('not a node of these rooms');
    return node.link.stop(isHearing);
  }

  async #goTo(at: number): Promise<void> {
    this.clock.jump(Math.max(0, at - this.clock.now()));
    await this.#setTime();
    this.clock.pass(0);
    await this.settled();
  }

  // Only the channel's own primary accepts it.
  async #publish(channel: string, mark: string): Promise<void> {
    await Promise.allSettled(this.#primaries.map((primary) => primary.ask('SPUBLISH', channel, mark)));
  }

  async #setTime(): Promise<void> {
    // A test library's functions share one name, and one time.
    const names = [...this.#libraries].map((library) => library.nameOf('keys').replace(/keys$/, 'test_time'));
    const asks = this.#primaries.flatMap((primary) =>
      names.map((name) => primary.ask('FCALL', name, 0, this.clock.now())),
    );
    // A library that no node uses is deleted.
    await Promise.allSettled(asks);
  }
}

function fail(error: unknown): never {
  throw error;
}

const MARKS = ':-marks-';
let marks = 0;

function isMark(channel: string): boolean {
  return channel.endsWith(MARKS);
}

/** A link that knows when no call is pending and when everything published has arrived. */
class WatchedLink implements Link {
  readonly library: Library;
  readonly #link: RedisLink;
  readonly #partitions = new Set<string>();
  readonly #marks = new Map<string, { readonly heard: () => void; readonly publish: () => void }>();
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #channels = new Set<string>();
  #begun = 0;
  #isStopped = false;

  #events: LinkEvents | undefined;

  constructor(setup: Omit<RedisLinkOptions, 'events'>) {
    this.library = setup.library;
    this.#link = new RedisLink({
      ...setup,
      events: {
        announced: (channel, message) => {
          if (isMark(channel)) this.#marks.get(Buffer.from(message).toString())?.heard();
          else this.#events?.announced(channel, message);
        },
        restored: (channels) => {
          // Marks in flight are lost too.
          if (channels.some(isMark)) for (const mark of this.#marks.values()) mark.publish();
          this.#events?.restored(channels.filter((channel) => !isMark(channel)));
        },
        failed: (...how) => this.#events?.failed(...how),
        trouble: (error) => this.#events?.trouble(error),
        reloaded: () => this.#events?.reloaded(),
      },
    });
  }

  serving(events: LinkEvents): this {
    this.#isStopped = false;
    this.#channels.clear();
    this.#events = events;
    return this;
  }

  /** Calls so far. */
  get begun(): number {
    return this.#begun;
  }

  ready(): Promise<void> {
    return this.#link.ready();
  }

  /** Notices missed meanwhile are lost; the store learns that its channels were interrupted. */
  stop(isHearing: boolean): () => void {
    const events = this.#events;
    this.#isStopped = true;
    if (!isHearing) this.#events = undefined;
    return () => {
      this.#isStopped = false;
      if (isHearing) return;
      this.#events = events;
      events?.restored([...this.#channels]);
    };
  }

  call(name: FunctionName, keys: readonly string[], args: readonly Argument[]): Promise<unknown> {
    if (this.#isStopped) return Promise.reject(new StoreUnavailable());
    return this.#watch(this.#link.call(name, keys, args));
  }

  range(stream: string, after: number, last: number): Promise<unknown> {
    return this.#watch(this.#link.range(stream, after, last));
  }

  subscribe(channel: string): Promise<void> {
    this.#partitions.add(partitionOf(channel));
    this.#channels.add(channel);
    return this.#watch(this.#link.subscribe(channel));
  }

  unsubscribe(channel: string): void {
    this.#channels.delete(channel);
    this.#link.unsubscribe(channel);
  }

  prune(inUse: readonly string[]): Promise<void> {
    return this.#isStopped ? Promise.resolve() : this.#watch(this.#link.prune(inUse));
  }

  /** Its store is gone; another may use it. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#events = undefined;
    for (const channel of this.#channels) this.unsubscribe(channel);
  }

  close(): Promise<void> {
    return this.#link[Symbol.asyncDispose]();
  }

  async answered(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay);
  }

  /** Resolves when this node has received everything published before. */
  async heard(publish: (channel: string, mark: string) => Promise<void>): Promise<void> {
    for (const partition of this.#partitions) {
      const channel = `c${partition}${MARKS}`;
      const mark = `${++marks}`;
      await this.#link.subscribe(channel);
      await new Promise<void>((heard) => {
        const again = () => void publish(channel, mark);
        this.#marks.set(mark, { heard, publish: again });
        again();
      });
      this.#marks.delete(mark);
    }
  }

  #watch<T>(work: Promise<T>): Promise<T> {
    this.#begun++;
    this.#underWay.add(work);
    return work.finally(() => this.#underWay.delete(work));
  }
}
