// The rooms that have followers on this node: their channels and feeds, kept a while after the last follower, and the
// timer of their end.

import { ENDED_REASONS, type RoomId, SERVER_KIND, ttlOf } from '@mayfly/protocol';
import { Followers } from '../followers.ts';
import type { Joined, MemberSession, RoomListener, StoreNotice } from '../room-store.ts';
import { eventContent } from '../stubs.ts';
import type { SlicesComing } from './announcement.ts';
import { readEvents, readPresent } from './answers.ts';
import { positionWords } from './asks.ts';
import { roomChannel } from './keyspace.ts';
import type { Link } from './link.ts';
import { BEAT_MS } from './node-leases.ts';
import { Reply, textOf } from './reply.ts';
import type { Retry } from './retry.ts';
import type { RoomCalls } from './room-calls.ts';
import { RoomFeed } from './room-feed.ts';

/** A channel stays subscribed this long after the last follower, who is often back soon. */
const LINGER_MS = 5_000;

export type FollowedRoomsDeps = {
  readonly retry: Retry;
  readonly link: Pick<Link, 'subscribe' | 'unsubscribe'>;
  readonly calls: RoomCalls;
  readonly onTrouble: (error: unknown) => void;
  readonly onEnded: () => void;
  /** A room is gone without a tombstone: Redis lost it. */
  readonly onVanished: () => void;
};

type FollowedRoom = {
  readonly feed: RoomFeed;
  followers: number;
  linger: Disposable | undefined;
  /** When something has to be ended or erased next. */
  dueAt: number;
  due: Disposable | undefined;
};

export class FollowedRooms {
  readonly #deps: FollowedRoomsDeps;
  readonly #followers = new Followers();
  readonly #rooms = new Map<RoomId, FollowedRoom>();

  constructor(deps: FollowedRoomsDeps) {
    this.#deps = deps;
  }

  get feeds(): readonly RoomFeed[] {
    return [...this.#rooms.values()].map(({ feed }) => feed);
  }

  feedOf(room: RoomId): RoomFeed | undefined {
    return this.#rooms.get(room)?.feed;
  }

  follow(room: RoomId, listener: RoomListener): Disposable {
    const following = this.#followers.follow(room, listener);
    const followed = this.#rooms.get(room) ?? this.#subscribe(room);
    followed.followers++;
    followed.linger?.[Symbol.dispose]();
    let isOver = false;
    return {
      [Symbol.dispose]: () => {
        following[Symbol.dispose]();
        if (!isOver) this.#unfollow(room, followed);
        isOver = true;
      },
    };
  }

  /** Resolves once a followed room's channel is subscribed. Throws `StoreUnavailable`. */
  async subscribed(room: RoomId): Promise<void> {
    if (this.#rooms.has(room)) await this.#deps.link.subscribe(roomChannel(room));
  }

  /** `dueInMs`: until the next message has to be erased. */
  joined(room: RoomId, joined: Joined, dueInMs = Infinity): void {
    const followed = this.#rooms.get(room);
    followed?.feed.joined(joined);
    if (followed !== undefined) this.#watch(followed, Math.min(joined.expiresInMs, dueInMs));
  }

  /** This node stopped serving that session. */
  gone(room: RoomId, session: MemberSession): void {
    this.feedOf(room)?.gone(session);
  }

  receive(room: RoomId, notice: StoreNotice | SlicesComing): void {
    const followed = this.#rooms.get(room);
    followed?.feed.receive(notice);
    const ttl = notice.type === 'event' ? ttlOfEvent(notice.event.frame) : 0;
    if (followed === undefined) return;
    if (ttl > 0) this.#watch(followed, ttl * 1_000);
    // Its owner may have shortened it.
    if (notice.type === 'life') this.#watch(followed, notice.expiresInMs);
  }

  /** What was missed is unknown: every session has to resume. */
  notifyHole(room: RoomId): void {
    this.#notify(room, [{ type: 'hole' }]);
  }

  /** `why` as Redis says it: a reason, or a word that means there is no tombstone. */
  over(room: RoomId, why: string): void {
    const reason = ENDED_REASONS.find((known) => known === why);
    if (reason === undefined) this.vanished(room);
    else this.#notify(room, [{ type: 'ended', reason }]);
  }

  vanished(room: RoomId): void {
    this.#deps.onVanished();
    this.#notify(room, [{ type: 'ended', reason: 'server' }]);
  }

  clear(): void {
    this.#rooms.clear();
  }

  #subscribe(room: RoomId): FollowedRoom {
    const { link, retry, onTrouble } = this.#deps;
    const feed = new RoomFeed({
      room,
      notify: (...notices) => {
        if (this.#rooms.get(room) === followed) this.#notify(room, notices);
      },
      trouble: onTrouble,
      deps: this.#readsOf(room),
    });
    const followed: FollowedRoom = { feed, followers: 0, linger: undefined, dueAt: Infinity, due: undefined };
    this.#rooms.set(room, followed);
    retry.background(link.subscribe(roomChannel(room)));
    return followed;
  }

  #readsOf(room: RoomId): ConstructorParameters<typeof RoomFeed>[0]['deps'] {
    const { calls } = this.#deps;
    return {
      missed: async (logId, after, last) => {
        const words = [...positionWords({ logId, seq: after }), last];
        return readEvents(new Reply(await calls.untilAnswered('missed', room, words)));
      },
      present: async () => {
        const answer = await calls.untilAnswered('present', room, []);
        return answer === null ? undefined : readPresent(new Reply(answer));
      },
    };
  }

  #unfollow(room: RoomId, followed: FollowedRoom): void {
    followed.followers--;
    if (followed.followers > 0 || this.#rooms.get(room) !== followed) return;
    followed.linger = this.#deps.retry.later(LINGER_MS, () => this.#unsubscribe(followed));
  }

  #unsubscribe({ feed, due, linger }: FollowedRoom): void {
    due?.[Symbol.dispose]();
    linger?.[Symbol.dispose]();
    this.#rooms.delete(feed.room);
    this.#deps.link.unsubscribe(roomChannel(feed.room));
  }

  #notify(room: RoomId, notices: readonly StoreNotice[]): void {
    const followed = this.#rooms.get(room);
    const isOver = notices.some((notice) => notice.type === 'ended');
    if (isOver) this.#deps.onEnded();
    if (isOver && followed !== undefined) this.#unsubscribe(followed);
    this.#followers.notify(room, ...notices);
  }

  /** One timer, for what comes first: it checks the time when it fires, so messages don't have to reset it. */
  #watch(followed: FollowedRoom, inMs: number): void {
    const { retry } = this.#deps;
    const at = retry.now() + inMs;
    if (at >= followed.dueAt) return;
    followed.due?.[Symbol.dispose]();
    followed.dueAt = at;
    followed.due = retry.later(inMs, () => retry.background(this.#endDue(followed)));
  }

  async #endDue(followed: FollowedRoom): Promise<void> {
    const { room } = followed.feed;
    followed.dueAt = Infinity;
    const left = await this.#deps.calls.untilAnswered('expire', room, []).catch((error: unknown) => {
      if (this.#rooms.get(room) === followed) this.#watch(followed, BEAT_MS);
      throw error;
    });
    if (this.#rooms.get(room) !== followed) return;
    if (typeof left === 'number') this.#watch(followed, left);
    else if (textOf(left) === 'vanished') this.vanished(room);
  }
}

function ttlOfEvent(frame: Uint8Array): number {
  return frame[0] === SERVER_KIND.message ? ttlOf(eventContent(frame)) : 0;
}
