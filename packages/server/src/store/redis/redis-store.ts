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
  RoomNews,
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
  placeWords,
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
import { Condition, type RedisReport, type RedisSpell, type RedisTrouble } from './health.ts';
import { Departures } from './leave-timers.ts';
import { Ear } from './room-feed.ts';
import { Insistence } from './retry.ts';
import { NODES_KEY, roomChannel, roomKey, roomOfChannel, roomStream } from './keyspace.ts';
import type { FunctionName } from './library.ts';
import type { Argument, Link, LinkEvents } from './link.ts';
import { BEAT_MS, LEASE_MS, Neighbours } from './node-leases.ts';
import { Places } from './places.ts';
import { Reply, bytesOf, textOf } from './reply.ts';

const NODE_BYTES = 8;
const LOG_ID_BYTES = 8;
/** Listening goes on for so long after the last follower, who is often soon back. */
const LINGER_MS = 5_000;

export type RedisStoreSetup = {
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
  readonly ear: Ear;
  followers: number;
  linger: Disposable | undefined;
  expiry: Disposable | undefined;
};

export class RedisStore implements RoomStore, LinkEvents {
  readonly #setup: RedisStoreSetup;
  readonly #link: Link;
  readonly #node: Uint8Array;
  readonly #insistence: Insistence;
  readonly #departures: Departures;
  readonly #followers = new Followers();
  readonly #rooms = new Map<RoomId, Listening>();
  readonly #neighbours = new Neighbours();
  readonly #places: Places;
  readonly #condition: Condition;
  /** When the last beat that was answered began; undefined before the first. */
  #leasedAt: number | undefined;
  #isReloaded = false;

  constructor(setup: RedisStoreSetup) {
    this.#setup = setup;
    this.#node = setup.random(NODE_BYTES);
    this.#insistence = new Insistence(setup.clock, setup.onTrouble);
    const ask: Link['call'] = (...question) => this.#link.call(...question);
    this.#places = new Places(setup.clock, setup.limits.maxRooms, ask);
    this.#departures = new Departures(
      this.#insistence,
      (...question) => this.#call(...question),
      () => this.#places.left(),
    );
    this.#condition = new Condition(this.#insistence, ask, setup.report ?? NO_REPORT);
    this.#link = setup.connect(this);
    this.#insistence.later(BEAT_MS, () => this.#keepBeating());
  }

  create(room: RoomId, spec: RoomSpec): Promise<Creation> {
    return this.#places.create(room, spec);
  }

  async reservedFor(room: RoomId): Promise<Uint8Array | undefined> {
    const answer = await this.#call('reserved', room, []);
    return answer === null ? undefined : bytesOf(answer);
  }

  async open(
    room: RoomId,
    { bytes, blob, command, args }: VerifiedCharter,
  ): Promise<'opened' | 'not_reserved'> {
    const { historyMessages, historyBytes } = this.#setup.limits;
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
      this.#setup.random(LOG_ID_BYTES),
      this.#setup.listedMax ?? LISTED_MAX,
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
    if (this.#rooms.has(room)) await this.#link.listen(roomChannel(room));
    const attempt = this.#setup.random(SLOT_BYTES);
    try {
      const answer = await this.#joinOrReap(room, request, attempt);
      if ('outcome' in answer) return { outcome: answer.outcome };
      for (const node of answer.nodes) this.#neighbours.saw(node);
      const joined = await this.#readMissed(room, answer);
      this.#serve(room, joined);
      return joined;
    } catch (error) {
      this.#insistence.background(this.#departures.withdrawn(room, request.idPk, attempt));
      throw error;
    }
  }

  async look(room: RoomId, { accessPk, epoch }: VerifiedWith): Promise<Sight | undefined> {
    const { maxMembers } = this.#setup.limits;
    const ask = async () => readSight(await this.#call('look', room, [accessPk, epoch, maxMembers]));
    const seen = await ask();
    return seen && (await this.#reap(room, seen.nodes)) ? (await ask())?.sight : seen?.sight;
  }

  async append(room: RoomId, session: MemberSession, n: number, envelope: Uint8Array): Promise<Placed> {
    const word = messageWord(session, this.#node, n, epochOf(envelope), this.#setup.limits);
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
    this.#rooms.get(room)?.ear.gone(session);
    this.#insistence.background(this.#departures.detached(room, session));
  }

  async leave(room: RoomId, session: MemberSession): Promise<void> {
    this.#rooms.get(room)?.ear.gone(session);
    this.#insistence.background(this.#departures.left(room, session));
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
    return this.#places.size();
  }

  announced(channel: string, message: Uint8Array): void {
    const room = roomOfChannel(channel);
    const news = readAnnouncement(message);
    if (room === undefined || news === undefined) return;
    if (news.type === 'due')
      this.#insistence.at(this.#insistence.now() + news.inMs, () => this.#insist('gather', room, []));
    else this.#rooms.get(room)?.ear.hear(news);
  }

  restored(channels: readonly string[]): void {
    const rooms = channels.flatMap((channel) => this.#listeningTo(channel) ?? []);
    if (rooms.length > 0) this.#insistence.background(this.#sweep(rooms));
  }

  /** Before the first beat was answered, whoever starts this node hears of it. */
  failed(trouble: RedisTrouble, key: string): void {
    if (this.#leasedAt !== undefined) this.#condition.failed(trouble, key);
  }

  trouble(error: unknown): void {
    this.#setup.onTrouble(error);
  }

  reloaded(): void {
    this.#isReloaded = true;
  }

  /** How Redis is, where it is not well. */
  get spell(): RedisSpell | undefined {
    return this.#condition.now;
  }

  /** Says that this node is alive, and looks who is not. Throws `StoreUnavailable`. */
  async beat(): Promise<void> {
    const asked = this.#insistence.now();
    const leases = readLeases(await this.#link.call('lease', [NODES_KEY], [this.#node, LEASE_MS]));
    const rooms = [...this.#rooms.values()];
    if (leases.lapsed && this.#leasedAt !== undefined) {
      // A lease cannot run out before its time, but be lost.
      const isLost = this.#insistence.now() - this.#leasedAt < LEASE_MS;
      if (isLost || this.#isReloaded) this.#condition.emptied();
      for (const { ear } of rooms) this.#insistence.background(this.#hold(ear));
    }
    this.#leasedAt = asked;
    this.#isReloaded = false;
    for (const dead of this.#neighbours.look(leases)) {
      for (const { ear } of rooms)
        this.#insistence.background(this.#departures.adopted(ear.room, dead, this.#node));
    }
  }

  /** The rooms live on: other nodes serve them, and see to the members that were here. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#insistence[Symbol.dispose]();
    await this.#link.call('lease', [NODES_KEY], [this.#node, 0]).catch(() => {});
    this.#rooms.clear();
    await this.#link[Symbol.asyncDispose]();
  }

  #call(name: FunctionName, room: RoomId, args: readonly Argument[]): Promise<unknown> {
    return this.#link.call(name, [roomKey(room)], args);
  }

  /** Asks until there is an answer. */
  #insist(name: FunctionName, room: RoomId, args: readonly Argument[]): Promise<unknown> {
    return this.#insistence.insist(() => this.#call(name, room, args));
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
    const missing = nodes.filter((node) => this.#neighbours.isMissing(node));
    if (missing.length === 0) return false;
    // Some may have come since the last look.
    const lately = readNodes(new Reply(await this.#link.call('lately', [NODES_KEY], [GRACE_MS])));
    const dead = missing.filter((node) => !lately.includes(node));
    if (dead.length > 0) await this.#departures.reaped(room, dead);
    return dead.length > 0;
  }

  #askToJoin(room: RoomId, request: JoinRequest, attempt: Uint8Array): Promise<unknown> {
    const { idPk, as, verifiedWith, position } = request;
    const { maxMembers, historyMessages } = this.#setup.limits;
    return this.#call(as === 'member' ? 'rejoin' : 'join', room, [
      idPk,
      as,
      verifiedWith.accessPk,
      verifiedWith.epoch,
      ...placeWords(position),
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
    listening?.ear.joined(joined);
    if (listening !== undefined && listening.expiry === undefined) this.#watch(listening, joined.expiresInMs);
  }

  // Listening.

  #listen(room: RoomId): Listening {
    const ear = new Ear({
      room,
      tell: (...news) => {
        if (this.#rooms.get(room) === listening) this.#tell(room, news);
      },
      trouble: this.#setup.onTrouble,
      ask: {
        missed: async (logId, after, last) =>
          readEvents(
            new Reply(await this.#insist('missed', room, [...placeWords({ logId, seq: after }), last])),
          ),
        present: async () => {
          const answer = await this.#insist('present', room, []);
          return answer === null ? undefined : readPresent(new Reply(answer));
        },
      },
    });
    const listening: Listening = { ear, followers: 0, linger: undefined, expiry: undefined };
    this.#rooms.set(room, listening);
    this.#insistence.background(this.#link.listen(roomChannel(room)));
    return listening;
  }

  #unfollow(room: RoomId, listening: Listening): void {
    listening.followers--;
    if (listening.followers > 0 || this.#rooms.get(room) !== listening) return;
    listening.linger = this.#insistence.later(LINGER_MS, () => this.#stopListening(listening));
  }

  #stopListening({ ear, expiry, linger }: Listening): void {
    expiry?.[Symbol.dispose]();
    linger?.[Symbol.dispose]();
    this.#rooms.delete(ear.room);
    this.#link.silence(roomChannel(ear.room));
  }

  #tell(room: RoomId, news: readonly RoomNews[]): void {
    const listening = this.#rooms.get(room);
    const isOver = news.some((item) => item.type === 'ended');
    if (isOver) this.#places.ended();
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
    this.#condition.emptied();
    this.#end(room, 'server');
  }

  #listeningTo(channel: string): Listening | undefined {
    const room = roomOfChannel(channel);
    return room && this.#rooms.get(room);
  }

  /** One timer for the whole life: it looks when it rings, instead of being set anew by every message. */
  #watch(listening: Listening, expiresInMs: number): void {
    const { room } = listening.ear;
    listening.expiry = this.#insistence.later(expiresInMs, () =>
      this.#insistence.background(this.#expire(listening, room)),
    );
  }

  async #expire(listening: Listening, room: RoomId): Promise<void> {
    const left = await this.#insist('expire', room, []).catch((error: unknown) => {
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
      for (const { ear } of rooms) this.#tell(ear.room, [{ type: 'hole' }]);
      throw error;
    });
    await Promise.all(
      rooms.map(async ({ ear }, i) => {
        const head = heads[i];
        if (head === undefined) return;
        if ('why' in head) return this.#over(ear.room, head.why);
        await ear.catchUp(head);
        await this.#hold(ear);
      }),
    );
  }

  async #headsOf(rooms: readonly Listening[]): Promise<ReturnType<typeof readHeads>> {
    const keys = rooms.map(({ ear }) => roomKey(ear.room));
    return readHeads(await this.#insistence.insist(() => this.#link.call('heads', keys, [])));
  }

  /** Others may have taken this node for dead, and newer sessions may have come without its hearing of them. */
  async #hold(ear: Ear): Promise<void> {
    const sessions = [...ear.sessions.values()];
    if (sessions.length === 0) return;
    const words = sessions.flatMap(({ slot, generation }) => [slot, generation]);
    for (const session of readSessions(await this.#insist('hold', ear.room, [this.#node, ...words]))) {
      ear.hear({ type: 'replaced', session });
    }
  }

  #keepBeating(): void {
    this.#insistence.later(BEAT_MS, () => this.#keepBeating());
    this.#insistence.background(this.beat());
  }
}

const SERVER_FULL: Placed = { outcome: 'refused', code: 'server_full' };
