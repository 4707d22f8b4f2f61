// Rooms in a Redis or Valkey that any number of nodes share: each operation is one function call there (mayfly.lua),
// and its news comes back to every node that listens. What this node remembers itself is only who is connected to it.

import {
  ENDED_REASONS,
  type EndedReason,
  GRACE_MS,
  LISTED_MAX,
  type RoomId,
  SLOT_BYTES,
  type Sight,
  encodeProfileFrame,
  epochOf,
} from '@mayfly/protocol';
import type { Clock, RandomBytes } from '../../net/clock.ts';
import { Followers } from '../followers.ts';
import { RECORDS_PER_MEMBER } from '../member-rules.ts';
import type {
  Creation,
  JoinRefused,
  JoinRequest,
  Joined,
  MemberSession,
  Placed,
  RoomKeys,
  RoomListener,
  StoreNotice,
  RoomSpec,
  RoomStore,
  StoreLimits,
  VerifiedCharter,
  VerifiedWith,
} from '../room-store.ts';
import { StoreUnavailable } from '../store-unavailable.ts';
import { readAnnouncement } from './announcement.ts';
import {
  type JoinAnswer,
  messageWord,
  positionWords,
  readEvents,
  readHeads,
  readJoined,
  readKeys,
  readLeases,
  readNodes,
  readPlaced,
  readPresent,
  readSessions,
  readSight,
  withMissed,
} from './answers.ts';
import { RedisHealth, type RedisReport, type RedisOutage, type RedisTrouble } from './redis-health.ts';
import { LeaveTimers } from './leave-timers.ts';
import { RoomFeed } from './room-feed.ts';
import { Retry } from './retry.ts';
import { NODES_KEY, roomChannel, roomKey, roomOfChannel, roomStream } from './keyspace.ts';
import type { FunctionName } from './library.ts';
import type { Argument, Link, LinkEvents } from './link.ts';
import { BEAT_MS, LEASE_MS, NodeLeases } from './node-leases.ts';
import { RoomCreation } from './room-creation.ts';
import { Reply, bytesOf, textOf } from './reply.ts';

const NODE_BYTES = 8;
const LOG_ID_BYTES = 8;
/** Listening goes on for so long after the last follower, who is often soon back. */
const LINGER_MS = 5_000;

export type RedisStoreOptions = {
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly limits: StoreLimits;
  /** Rooms opened here are told as counts when they are larger. */
  readonly listedMax?: number;
  readonly connect: (events: LinkEvents) => Link;
  /** Our own fault, noticed while nobody waits for an answer. */
  readonly onTrouble: (error: unknown) => void;
  /** Hears how Redis is. Without one, nobody is told. */
  readonly report?: RedisReport;
};

const NO_REPORT: RedisReport = { redisTrouble: () => {}, redisWell: () => {}, redisEmptied: () => {} };

type Listening = {
  readonly feed: RoomFeed;
  followers: number;
  linger: Disposable | undefined;
  expiry: Disposable | undefined;
};

export class RedisStore implements RoomStore, LinkEvents {
  readonly #options: RedisStoreOptions;
  readonly #link: Link;
  readonly #node: Uint8Array;
  readonly #retry: Retry;
  readonly #leaveTimers: LeaveTimers;
  readonly #followers = new Followers();
  readonly #rooms = new Map<RoomId, Listening>();
  readonly #nodeLeases = new NodeLeases();
  readonly #roomCreation: RoomCreation;
  readonly #health: RedisHealth;
  /** When the last beat that was answered began; undefined before the first. */
  #leasedAt: number | undefined;
  #isReloaded = false;

  constructor(options: RedisStoreOptions) {
    this.#options = options;
    this.#node = options.random(NODE_BYTES);
    this.#retry = new Retry(options.clock, options.onTrouble);
    const ask: Link['call'] = (...question) => this.#link.call(...question);
    this.#roomCreation = new RoomCreation(options.clock, options.limits.maxRooms, ask);
    this.#leaveTimers = new LeaveTimers(
      this.#retry,
      (...question) => this.#call(...question),
      () => this.#roomCreation.left(),
    );
    this.#health = new RedisHealth(this.#retry, ask, options.report ?? NO_REPORT);
    this.#link = options.connect(this);
    this.#retry.later(BEAT_MS, () => this.#keepBeating());
  }

  create(room: RoomId, spec: RoomSpec): Promise<Creation> {
    return this.#roomCreation.create(room, spec);
  }

  async reservedFor(room: RoomId): Promise<Uint8Array | undefined> {
    const answer = await this.#call('reserved', room, []);
    return answer === null ? undefined : bytesOf(answer);
  }

  async open(
    room: RoomId,
    { bytes, blob, command, args }: VerifiedCharter,
  ): Promise<'opened' | 'not_reserved'> {
    const { historyMessages, historyBytes } = this.#options.limits;
    const link = args.door === 1 ? '' : args.linkPk;
    const answer = await this.#call('open', room, [
      command.signerPk,
      args.accessPk,
      link,
      args.door,
      args.newEpoch,
      command.c,
      bytes,
      blob,
      this.#options.random(LOG_ID_BYTES),
      this.#options.listedMax ?? LISTED_MAX,
      historyMessages,
      historyBytes,
    ]);
    return textOf(answer) === 'opened' ? 'opened' : 'not_reserved';
  }

  async keys(room: RoomId): Promise<RoomKeys | undefined> {
    return readKeys(await this.#call('keys', room, []));
  }

  async join(room: RoomId, request: JoinRequest): Promise<Joined | JoinRefused> {
    // Nothing may happen between the answer and the first news that is heard.
    if (this.#rooms.has(room)) await this.#link.subscribe(roomChannel(room));
    const attempt = this.#options.random(SLOT_BYTES);
    try {
      const answer = await this.#joinOrReap(room, request, attempt);
      if ('outcome' in answer) return { outcome: answer.outcome };
      for (const node of answer.nodes) this.#nodeLeases.saw(node);
      const joined = await this.#readMissed(room, answer);
      this.#serve(room, joined);
      return joined;
    } catch (error) {
      this.#retry.background(this.#leaveTimers.withdrawn(room, request.idPk, attempt));
      throw error;
    }
  }

  async look(room: RoomId, { accessPk, epoch }: VerifiedWith): Promise<Sight | undefined> {
    const { maxMembers } = this.#options.limits;
    const ask = async () => readSight(await this.#call('look', room, [accessPk, epoch, maxMembers]));
    const seen = await ask();
    return seen && (await this.#reap(room, seen.nodes)) ? (await ask())?.sight : seen?.sight;
  }

  async append(room: RoomId, session: MemberSession, n: number, envelope: Uint8Array): Promise<Placed> {
    const word = messageWord(session, this.#node, n, epochOf(envelope), this.#options.limits);
    const words = [word, envelope];
    const placed = await this.#unlessFull(SERVER_FULL, this.#call('append', room, words), readPlaced);
    if (placed !== 'vanished') return placed;
    this.#vanished(room);
    return { outcome: 'gone' };
  }

  async publishProfile(
    room: RoomId,
    { slot, generation }: MemberSession,
    sealed: Uint8Array,
  ): Promise<Uint8Array | undefined> {
    const answer = await this.#call('profile', room, [slot, generation, epochOf(sealed), sealed, this.#node]);
    // In a crowd nobody is told, and the answer is what its author's frame still lacks.
    return Array.isArray(answer) ? encodeProfileFrame(slot, new Reply(answer).bytes(), sealed) : undefined;
  }

  async detach(room: RoomId, session: MemberSession): Promise<void> {
    this.#rooms.get(room)?.feed.gone(session);
    this.#retry.background(this.#leaveTimers.detached(room, session));
  }

  async leave(room: RoomId, session: MemberSession): Promise<void> {
    this.#rooms.get(room)?.feed.gone(session);
    this.#retry.background(this.#leaveTimers.left(room, session));
  }

  async renew(room: RoomId, { slot, generation }: MemberSession): Promise<void> {
    await this.#call('renew', room, [slot, generation, this.#node]);
  }

  follow(room: RoomId, listener: RoomListener): Disposable {
    const following = this.#followers.follow(room, listener);
    const listening = this.#rooms.get(room) ?? this.#listen(room);
    listening.followers++;
    listening.linger?.[Symbol.dispose]();
    let isOver = false;
    return {
      [Symbol.dispose]: () => {
        following[Symbol.dispose]();
        if (!isOver) this.#unfollow(room, listening);
        isOver = true;
      },
    };
  }

  /** Nothing of the history is in this process. */
  async shorten(): Promise<void> {}

  size(): Promise<number> {
    return this.#roomCreation.size();
  }

  announced(channel: string, message: Uint8Array): void {
    const room = roomOfChannel(channel);
    const news = readAnnouncement(message);
    if (room === undefined || news === undefined) return;
    if (news.type === 'due')
      this.#retry.at(this.#retry.now() + news.inMs, () => this.#untilAnswered('flush_counts', room, []));
    else this.#rooms.get(room)?.feed.hear(news);
  }

  restored(channels: readonly string[]): void {
    const rooms = channels.flatMap((channel) => this.#listeningTo(channel) ?? []);
    if (rooms.length > 0) this.#retry.background(this.#sweep(rooms));
  }

  /** Before the first beat was answered, whoever starts this node hears of it. */
  failed(trouble: RedisTrouble, key: string): void {
    if (this.#leasedAt !== undefined) this.#health.failed(trouble, key);
  }

  trouble(error: unknown): void {
    this.#options.onTrouble(error);
  }

  reloaded(): void {
    this.#isReloaded = true;
  }

  /** How Redis is, where it is not well. */
  get outage(): RedisOutage | undefined {
    return this.#health.now;
  }

  /** Says that this node is alive, and looks who is not. Throws `StoreUnavailable`. */
  async beat(): Promise<void> {
    const asked = this.#retry.now();
    const leases = readLeases(await this.#link.call('lease', [NODES_KEY], [this.#node, LEASE_MS]));
    const rooms = [...this.#rooms.values()];
    if (leases.lapsed && this.#leasedAt !== undefined) {
      // A lease cannot run out before its time, but be lost.
      const isLost = this.#retry.now() - this.#leasedAt < LEASE_MS;
      if (isLost || this.#isReloaded) this.#health.emptied();
      for (const { feed } of rooms) this.#retry.background(this.#reclaim(feed));
    }
    this.#leasedAt = asked;
    this.#isReloaded = false;
    for (const dead of this.#nodeLeases.look(leases)) {
      for (const { feed } of rooms)
        this.#retry.background(this.#leaveTimers.adopted(feed.room, dead, this.#node));
    }
  }

  /** The rooms live on: other nodes serve them, and see to the members that were here. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#retry[Symbol.dispose]();
    await this.#link.call('lease', [NODES_KEY], [this.#node, 0]).catch(() => {});
    this.#rooms.clear();
    await this.#link[Symbol.asyncDispose]();
  }

  #call(name: FunctionName, room: RoomId, args: readonly Argument[]): Promise<unknown> {
    return this.#link.call(name, [roomKey(room)], args);
  }

  /** Asks until there is an answer. */
  #untilAnswered(name: FunctionName, room: RoomId, args: readonly Argument[]): Promise<unknown> {
    return this.#retry.untilAnswered(() => this.#call(name, room, args));
  }

  async #unlessFull<T>(full: T, answer: Promise<unknown>, read: (answer: unknown) => T): Promise<T> {
    try {
      return read(await answer);
    } catch (error) {
      if (error instanceof StoreUnavailable && error.code === 'server_full') return full;
      throw error;
    }
  }

  async #joinOrReap(
    room: RoomId,
    request: JoinRequest,
    attempt: Uint8Array,
  ): Promise<ReturnType<typeof readJoined>> {
    const ask = async () => readJoined(await this.#askToJoin(room, request, attempt));
    const answer = await ask();
    const isFull = 'outcome' in answer && answer.outcome === 'full';
    return isFull && (await this.#reap(room, answer.nodes)) ? ask() : answer;
  }

  /** Whoever was at a node that is long dead keeps nobody out. False: all these nodes live, or may. */
  async #reap(room: RoomId, nodes: readonly string[]): Promise<boolean> {
    const missing = nodes.filter((node) => this.#nodeLeases.isMissing(node));
    if (missing.length === 0) return false;
    // Some may have come since the last look.
    const lately = readNodes(new Reply(await this.#link.call('lately', [NODES_KEY], [GRACE_MS])));
    const dead = missing.filter((node) => !lately.includes(node));
    if (dead.length > 0) await this.#leaveTimers.reaped(room, dead);
    return dead.length > 0;
  }

  #askToJoin(room: RoomId, request: JoinRequest, attempt: Uint8Array): Promise<unknown> {
    const { idPk, as, verifiedWith, position } = request;
    const { maxMembers, historyMessages } = this.#options.limits;
    return this.#call(as === 'member' ? 'rejoin' : 'join', room, [
      idPk,
      as,
      verifiedWith.accessPk,
      verifiedWith.epoch,
      ...positionWords(position),
      attempt,
      this.#node,
      maxMembers,
      maxMembers * RECORDS_PER_MEMBER,
      historyMessages,
    ]);
  }

  async #readMissed(room: RoomId, { joined, missedAfter }: JoinAnswer): Promise<Joined> {
    if (missedAfter === undefined) return joined;
    const entries = await this.#link.range(roomStream(room), missedAfter, joined.seq);
    return withMissed(joined, missedAfter, readEvents(new Reply(entries)));
  }

  #serve(room: RoomId, joined: Joined): void {
    const listening = this.#rooms.get(room);
    listening?.feed.joined(joined);
    if (listening !== undefined && listening.expiry === undefined) this.#watch(listening, joined.expiresInMs);
  }

  // Listening.

  #listen(room: RoomId): Listening {
    const feed = new RoomFeed({
      room,
      tell: (...news) => {
        if (this.#rooms.get(room) === listening) this.#tell(room, news);
      },
      trouble: this.#options.onTrouble,
      ask: {
        missed: async (logId, after, last) =>
          readEvents(
            new Reply(
              await this.#untilAnswered('missed', room, [...positionWords({ logId, seq: after }), last]),
            ),
          ),
        present: async () => {
          const answer = await this.#untilAnswered('present', room, []);
          return answer === null ? undefined : readPresent(new Reply(answer));
        },
      },
    });
    const listening: Listening = { feed, followers: 0, linger: undefined, expiry: undefined };
    this.#rooms.set(room, listening);
    this.#retry.background(this.#link.subscribe(roomChannel(room)));
    return listening;
  }

  #unfollow(room: RoomId, listening: Listening): void {
    listening.followers--;
    if (listening.followers > 0 || this.#rooms.get(room) !== listening) return;
    listening.linger = this.#retry.later(LINGER_MS, () => this.#stopListening(listening));
  }

  #stopListening({ feed, expiry, linger }: Listening): void {
    expiry?.[Symbol.dispose]();
    linger?.[Symbol.dispose]();
    this.#rooms.delete(feed.room);
    this.#link.unsubscribe(roomChannel(feed.room));
  }

  #tell(room: RoomId, news: readonly StoreNotice[]): void {
    const listening = this.#rooms.get(room);
    const isOver = news.some((item) => item.type === 'ended');
    if (isOver) this.#roomCreation.ended();
    if (isOver && listening !== undefined) this.#stopListening(listening);
    this.#followers.tell(room, ...news);
  }

  #end(room: RoomId, reason: EndedReason): void {
    this.#tell(room, [{ type: 'ended', reason }]);
  }

  #over(room: RoomId, why: string): void {
    const reason = ENDED_REASONS.find((known) => known === why);
    if (reason === undefined) this.#vanished(room);
    else this.#end(room, reason);
  }

  /** No word is left of it: Redis lost it. */
  #vanished(room: RoomId): void {
    this.#health.emptied();
    this.#end(room, 'server');
  }

  #listeningTo(channel: string): Listening | undefined {
    const room = roomOfChannel(channel);
    return room && this.#rooms.get(room);
  }

  /** One timer for the whole life: it looks when it rings, instead of being set anew by every message. */
  #watch(listening: Listening, expiresInMs: number): void {
    const { room } = listening.feed;
    listening.expiry = this.#retry.later(expiresInMs, () =>
      this.#retry.background(this.#expire(listening, room)),
    );
  }

  async #expire(listening: Listening, room: RoomId): Promise<void> {
    const left = await this.#untilAnswered('expire', room, []).catch((error: unknown) => {
      if (this.#rooms.get(room) === listening) this.#watch(listening, BEAT_MS);
      throw error;
    });
    if (this.#rooms.get(room) !== listening) return;
    if (typeof left === 'number') this.#watch(listening, left);
    else if (textOf(left) === 'vanished') this.#vanished(room);
  }

  // After a loss.

  async #sweep(rooms: readonly Listening[]): Promise<void> {
    const heads = await this.#headsOf(rooms).catch((error: unknown) => {
      // Nobody knows what they missed, so that everybody resumes.
      for (const { feed } of rooms) this.#tell(feed.room, [{ type: 'hole' }]);
      throw error;
    });
    await Promise.all(
      rooms.map(async ({ feed }, i) => {
        const head = heads[i];
        if (head === undefined) return;
        if ('why' in head) return this.#over(feed.room, head.why);
        await feed.catchUp(head);
        await this.#reclaim(feed);
      }),
    );
  }

  async #headsOf(rooms: readonly Listening[]): Promise<ReturnType<typeof readHeads>> {
    const keys = rooms.map(({ feed }) => roomKey(feed.room));
    return readHeads(await this.#retry.untilAnswered(() => this.#link.call('heads', keys, [])));
  }

  /** Others may have taken this node for dead, and newer sessions may have come without its hearing of them. */
  async #reclaim(feed: RoomFeed): Promise<void> {
    const sessions = [...feed.sessions.values()];
    if (sessions.length === 0) return;
    const words = sessions.flatMap(({ slot, generation }) => [slot, generation]);
    for (const session of readSessions(
      await this.#untilAnswered('reclaim', feed.room, [this.#node, ...words]),
    )) {
      feed.hear({ type: 'replaced', session });
    }
  }

  #keepBeating(): void {
    this.#retry.later(BEAT_MS, () => this.#keepBeating());
    this.#retry.background(this.beat());
  }
}

const SERVER_FULL: Placed = { outcome: 'refused', code: 'server_full' };
