// What puts things right after a loss: catching up after a lost subscription, and leases, by which nodes notice that
// others died and take over their members.

import { type Feature, GRACE_MS, LIFE_SECONDS, type RoomId } from '@mayfly/protocol';
import { readHeads, readLeases, readNodes, readSessions } from './answers.ts';
import type { FollowedRooms } from './followed-rooms.ts';
import { NODE_KEYS, roomKey } from './keyspace.ts';
import type { LeaveTimers } from './leave-timers.ts';
import type { Link } from './link.ts';
import { BEAT_MS, LEASE_MS, NodeLeases } from './node-leases.ts';
import { Reply } from './reply.ts';
import type { Retry } from './retry.ts';
import type { RoomCalls } from './room-calls.ts';
import type { RoomFeed } from './room-feed.ts';

/** Redis remembers its data version as long as a room may live without any node. */
export const VERSION_MS = LIFE_SECONDS.max * 1_000 + 60_000;

export type RecoveryDeps = {
  readonly node: Uint8Array;
  /** The optional frames that this node takes. */
  readonly offers: readonly Feature[];
  readonly retry: Retry;
  readonly link: Link;
  readonly calls: RoomCalls;
  readonly followed: FollowedRooms;
  readonly leaveTimers: LeaveTimers;
  /** Redis was restarted or flushed. */
  readonly onEmptied: () => void;
};

export class Recovery {
  readonly #deps: RecoveryDeps;
  /** As `takenByAll` reads it. */
  readonly #offer: string;
  readonly #nodeLeases = new NodeLeases();
  /** When the latest answered beat began; undefined before the first. */
  #leasedAt: number | undefined;
  #isReloaded = false;
  /** As of the latest beat. */
  #libraries = '';
  #features: readonly Feature[] = [];

  constructor(deps: RecoveryDeps) {
    this.#deps = deps;
    this.#offer = deps.offers.join();
    deps.retry.later(BEAT_MS, () => this.#keepBeating());
  }

  get hasLease(): boolean {
    return this.#leasedAt !== undefined;
  }

  /** What every living node takes, as of the latest beat. */
  get features(): readonly Feature[] {
    return this.#features;
  }

  /** This node, dead or alive, has members in a room of ours. */
  saw(node: string): void {
    this.#nodeLeases.saw(node);
  }

  /** A server of Redis had lost our functions. */
  reloaded(): void {
    this.#isReloaded = true;
  }

  /** Renews this node's lease, and takes over the members of dead nodes. Throws `StoreUnavailable`. */
  async beat(): Promise<void> {
    const { retry, link, node, followed, leaveTimers } = this.#deps;
    const askedAt = retry.now();
    const leases = readLeases(await link.call('lease', NODE_KEYS, [node, LEASE_MS, VERSION_MS, this.#offer]));
    if (leases.lapsed) this.#lapsed();
    this.#leasedAt = askedAt;
    this.#isReloaded = false;
    this.#features = leases.features;
    this.#prune(leases.libraries);
    for (const dead of this.#nodeLeases.look(leases)) {
      for (const { room } of followed.feeds) retry.background(leaveTimers.adopted(room, dead, node));
    }
  }

  /** Gives up the lease, if there is one and Redis can be reached. */
  async stop(): Promise<void> {
    if (!this.hasLease) return;
    const { link, node } = this.#deps;
    await link.call('lease', NODE_KEYS, [node, 0, VERSION_MS, this.#offer]).catch(() => {});
  }

  /** Members of long-dead nodes leave and free their seats. False: all of these nodes are alive, or may be. */
  async reap(room: RoomId, nodes: readonly string[]): Promise<boolean> {
    const { link, leaveTimers } = this.#deps;
    const missing = nodes.filter((node) => this.#nodeLeases.isMissing(node));
    if (missing.length === 0) return false;
    // Some may have started since the last look.
    const lately = readNodes(new Reply(await link.call('lately', NODE_KEYS, [GRACE_MS])));
    const dead = missing.filter((node) => !lately.includes(node));
    if (dead.length > 0) await leaveTimers.reaped(room, dead);
    return dead.length > 0;
  }

  /** Catches up rooms whose channels were lost and are subscribed again. */
  sweep(feeds: readonly RoomFeed[]): void {
    if (feeds.length > 0) this.#deps.retry.background(this.#sweep(feeds));
  }

  // A lease can't run out early, but Redis can lose it.
  #lapsed(): void {
    if (this.#leasedAt === undefined) return;
    const { retry, followed, onEmptied } = this.#deps;
    const isLost = retry.now() - this.#leasedAt < LEASE_MS;
    if (isLost || this.#isReloaded) onEmptied();
    for (const feed of followed.feeds) retry.background(this.#reclaim(feed));
  }

  // Only when a library came or went: listing them is one more call to every server.
  #prune(inUse: readonly string[]): void {
    const libraries = inUse.toSorted().join();
    if (libraries === this.#libraries) return;
    this.#libraries = libraries;
    const { retry, link } = this.#deps;
    retry.background(link.prune(inUse));
  }

  async #sweep(feeds: readonly RoomFeed[]): Promise<void> {
    const { followed } = this.#deps;
    const heads = await this.#headsOf(feeds).catch((error: unknown) => {
      for (const { room } of feeds) followed.notifyHole(room);
      throw error;
    });
    await Promise.all(
      feeds.map(async (feed, i) => {
        const head = heads[i];
        if (head === undefined) return;
        if ('why' in head) return followed.over(feed.room, head.why);
        await feed.catchUp(head);
        await this.#reclaim(feed);
      }),
    );
  }

  async #headsOf(feeds: readonly RoomFeed[]): Promise<ReturnType<typeof readHeads>> {
    const { retry, link } = this.#deps;
    const keys = feeds.map(({ room }) => roomKey(room));
    return readHeads(await retry.untilAnswered(() => link.call('heads', keys, [])));
  }

  /** Other nodes may have adopted our members, and newer sessions may have started without our notice. */
  async #reclaim(feed: RoomFeed): Promise<void> {
    const { calls, node } = this.#deps;
    const sessions = [...feed.sessions.values()];
    if (sessions.length === 0) return;
    const words = sessions.flatMap(({ slot, generation }) => [slot, generation]);
    const replaced = readSessions(await calls.untilAnswered('reclaim', feed.room, [node, ...words]));
    for (const session of replaced) feed.receive({ type: 'replaced', session });
  }

  #keepBeating(): void {
    const { retry } = this.#deps;
    retry.later(BEAT_MS, () => this.#keepBeating());
    retry.background(this.beat());
  }
}
