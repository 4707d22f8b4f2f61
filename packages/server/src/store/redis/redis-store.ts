// Rooms in a Redis or Valkey that any number of nodes share. Each operation is one function call there (the library in
// packages/server/redis), and its notices come back to every subscribed node. This node itself only remembers who is
// connected to it.

import {
  EPHEMERAL_MEMBERS_MAX,
  type Erase,
  type Feature,
  OP_END,
  OP_KICK,
  RECORDS_MAX,
  type RecordsPage,
  type RoomId,
  SERVER_KIND,
  SLOT_BYTES,
  type Sight,
  type Slice,
  concat,
  encodeProfileFrame,
  epochOf,
} from '@mayfly/protocol';
import type { Clock, RandomBytes } from '../../net/clock.ts';
import type {
  Creation,
  JoinRefused,
  JoinRequest,
  Joined,
  MemberSession,
  Appended,
  RoomKeys,
  RoomLaw,
  RoomListener,
  RoomSpec,
  RoomStore,
  Staged,
  StoreLimits,
  StoredEvent,
  VerifiedCharter,
  VerifiedCommand,
  VerifiedWith,
} from '../room-store.ts';
import { featuresOf } from '../room-store.ts';
import { StoreUnavailable } from '../store-unavailable.ts';
import { eventContent } from '../stubs.ts';
import { readAnnouncement } from './announcement.ts';
import {
  type JoinAnswer,
  readEvents,
  readJoined,
  readKeys,
  readLaw,
  readAppended,
  readRecords,
  readStaged,
  readSight,
  withMissed,
} from './answers.ts';
import {
  NODE_BYTES,
  commandAsk,
  joinAsk,
  lookAsk,
  messageWord,
  moreOfMessage,
  openAsk,
  positionWords,
  rotateAsk,
} from './asks.ts';
import { FollowedRooms } from './followed-rooms.ts';
import { roomOfChannel, roomStream } from './keyspace.ts';
import { LeaveTimers } from './leave-timers.ts';
import type { FunctionName } from './library.ts';
import type { Argument, Link, LinkEvents } from './link.ts';
import { Recovery } from './recovery.ts';
import { RedisFiles } from './redis-files.ts';
import { RedisHealth, type RedisOutage, type RedisReport } from './redis-health.ts';
import type { RedisTrouble } from './refusals.ts';
import { Reply, textOf } from './reply.ts';
import { Retry } from './retry.ts';
import { RoomCalls } from './room-calls.ts';
import { RoomCreation } from './room-creation.ts';

const LOG_ID_BYTES = 8;

export type RedisStoreOptions = {
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly limits: StoreLimits;
  /** Larger rooms are announced as counts. */
  readonly listedMax?: number;
  readonly connect: (events: LinkEvents) => Link;
  /** For the parts of files. Default: the same as for everything else. */
  readonly connectFiles?: (events: LinkEvents) => Link;
  /** Receives bugs noticed in background work. */
  readonly onTrouble: (error: unknown) => void;
  readonly report?: RedisReport;
};

const NO_REPORT: RedisReport = { redisTrouble: () => {}, redisWell: () => {}, redisEmptied: () => {} };

export class RedisStore implements RoomStore, LinkEvents {
  readonly #options: RedisStoreOptions;
  readonly #node: Uint8Array;
  readonly #retry: Retry;
  readonly #link: Link;
  readonly #calls: RoomCalls;
  readonly #roomCreation: RoomCreation;
  readonly #leaveTimers: LeaveTimers;
  readonly #health: RedisHealth;
  readonly #followed: FollowedRooms;
  readonly #recovery: Recovery;
  readonly #fileLink: Link | undefined;
  /** Undefined: no files are kept. */
  readonly files: RedisFiles | undefined;

  constructor(options: RedisStoreOptions) {
    const { clock, random, limits, onTrouble, report = NO_REPORT } = options;
    this.#options = options;
    this.#node = random(NODE_BYTES);
    const retry = new Retry(clock, onTrouble);
    const link = options.connect(this);
    const calls = new RoomCalls(link, retry);
    const call: Link['call'] = (...question) => link.call(...question);
    const health = new RedisHealth(retry, call, report);
    const roomCreation = new RoomCreation(clock, limits.maxRooms, call);
    const leaveTimers = new LeaveTimers(retry, calls, () => roomCreation.left());
    const onEmptied = () => health.emptied();
    const followed = new FollowedRooms({
      retry,
      link,
      calls,
      onTrouble,
      onEnded: () => roomCreation.ended(),
      onVanished: onEmptied,
    });
    this.#recovery = new Recovery({
      node: this.#node,
      offers: featuresOf(limits),
      retry,
      link,
      calls,
      followed,
      leaveTimers,
      onEmptied,
    });
    this.#fileLink = limits.files && options.connectFiles?.(this);
    this.files =
      limits.files && new RedisFiles(new RoomCalls(this.#fileLink ?? link, retry), this.#node, limits.files);
    this.#retry = retry;
    this.#link = link;
    this.#calls = calls;
    this.#roomCreation = roomCreation;
    this.#leaveTimers = leaveTimers;
    this.#health = health;
    this.#followed = followed;
  }

  create(room: RoomId, spec: RoomSpec): Promise<Creation> {
    return this.#roomCreation.create(room, spec);
  }

  async open(room: RoomId, charter: VerifiedCharter): Promise<'opened' | 'not_reserved'> {
    const { limits, listedMax, random } = this.#options;
    const ask = openAsk(charter, random(LOG_ID_BYTES), limits, listedMax);
    const answer = await this.#calls.once('open', room, [ask]);
    return textOf(answer) === 'opened' ? 'opened' : 'not_reserved';
  }

  async keys(room: RoomId): Promise<RoomKeys | undefined> {
    return readKeys(await this.#calls.once('keys', room, []));
  }

  async law(room: RoomId): Promise<RoomLaw | undefined> {
    return readLaw(await this.#calls.once('law', room, []));
  }

  async join(room: RoomId, request: JoinRequest): Promise<Joined | JoinRefused> {
    // Subscribe first: otherwise what happens right after the answer would be missed.
    await this.#followed.subscribed(room);
    const attempt = this.#options.random(SLOT_BYTES);
    try {
      const answer = await this.#joinOrReap(room, request, attempt);
      if ('outcome' in answer) return { outcome: answer.outcome };
      for (const node of answer.nodes) this.#recovery.saw(node);
      const joined = await this.#readMissed(room, answer);
      this.#followed.joined(room, joined, answer.dueInMs);
      return joined;
    } catch (error) {
      this.#retry.background(this.#leaveTimers.withdrawn(room, request.idPk, attempt));
      throw error;
    }
  }

  async look(room: RoomId, verifiedWith: VerifiedWith): Promise<Sight | undefined> {
    const words = [lookAsk(verifiedWith, this.#options.limits)];
    const ask = async () => readSight(await this.#calls.once('look', room, words));
    const seen = await ask();
    return seen && (await this.#recovery.reap(room, seen.nodes)) ? (await ask())?.sight : seen?.sight;
  }

  async append(
    room: RoomId,
    session: MemberSession,
    n: number,
    envelope: Uint8Array,
    erase?: Erase,
  ): Promise<Appended> {
    const word = messageWord(session, this.#node, n, epochOf(envelope), this.#options.limits);
    const erased = erase && (await this.#envelopeAt(room, erase.seq));
    return this.#append('append', room, [word, envelope, ...moreOfMessage(envelope, erase, erased)]);
  }

  async command(room: RoomId, session: MemberSession, verified: VerifiedCommand): Promise<Appended> {
    const name = FREES.has(verified.command.op) ? 'final_command' : 'command';
    return this.#append(name, room, [commandAsk(session, this.#node, verified, this.#options.limits)]);
  }

  async records(room: RoomId, after = NO_SLOT): Promise<RecordsPage | undefined> {
    return readRecords(await this.#calls.once('records', room, [after, RECORDS_MAX]));
  }

  async stage(
    room: RoomId,
    { slot, generation }: MemberSession,
    tag: Uint8Array,
    slices: readonly Slice[],
  ): Promise<Staged> {
    const bytes = concat(...slices.flatMap((slice) => [slice.slot, slice.sealed]));
    return readStaged(await this.#calls.once('stage', room, [slot, generation, this.#node, tag, bytes]));
  }

  async rotate(
    room: RoomId,
    session: MemberSession,
    charter: VerifiedCharter,
    tag: Uint8Array,
  ): Promise<Appended> {
    const ask = rotateAsk(session, this.#node, charter, tag, this.#options.limits);
    return this.#append('rotate', room, [ask]);
  }

  async publishProfile(
    room: RoomId,
    { slot, generation }: MemberSession,
    sealed: Uint8Array,
  ): Promise<Uint8Array | undefined> {
    const words = [slot, generation, epochOf(sealed), sealed, this.#node];
    const answer = await this.#calls.once('profile', room, words);
    // In a crowd it isn't announced; the answer is the idPk for the frame that its author gets.
    return Array.isArray(answer) ? encodeProfileFrame(slot, new Reply(answer).bytes(), sealed) : undefined;
  }

  async relay(room: RoomId, { slot, generation }: MemberSession, sealed: Uint8Array): Promise<void> {
    const words = [slot, generation, epochOf(sealed), sealed, EPHEMERAL_MEMBERS_MAX];
    await this.#calls.once('relay', room, words);
  }

  async detach(room: RoomId, session: MemberSession): Promise<void> {
    this.#followed.gone(room, session);
    this.#retry.background(this.#leaveTimers.detached(room, session));
  }

  async leave(room: RoomId, session: MemberSession): Promise<void> {
    this.#followed.gone(room, session);
    this.#retry.background(this.#leaveTimers.left(room, session));
  }

  async renew(room: RoomId, { slot, generation }: MemberSession): Promise<void> {
    await this.#calls.once('renew', room, [slot, generation, this.#node]);
  }

  async end(room: RoomId): Promise<boolean> {
    return textOf(await this.#calls.once('end_room', room, [])) === 'ended';
  }

  follow(room: RoomId, listener: RoomListener): Disposable {
    return this.#followed.follow(room, listener);
  }

  /** This process holds no history. */
  async shorten(): Promise<void> {}

  size(): Promise<number> {
    return this.#roomCreation.size();
  }

  announced(channel: string, message: Uint8Array): void {
    const room = roomOfChannel(channel);
    const notice = readAnnouncement(message);
    if (room === undefined || notice === undefined) return;
    if (notice.type !== 'due') return this.#followed.receive(room, notice);
    this.#retry.at(this.#retry.now() + notice.inMs, () =>
      this.#calls.untilAnswered('flush_counts', room, []),
    );
  }

  restored(channels: readonly string[]): void {
    const rooms = channels.flatMap((channel) => roomOfChannel(channel) ?? []);
    this.#recovery.sweep(rooms.flatMap((room) => this.#followed.feedOf(room) ?? []));
  }

  /** Before the first lease, the caller that starts this node gets the error itself. */
  failed(trouble: RedisTrouble, key: string): void {
    if (this.#recovery.hasLease) this.#health.failed(trouble, key);
  }

  trouble(error: unknown): void {
    this.#options.onTrouble(error);
  }

  reloaded(): void {
    this.#recovery.reloaded();
  }

  get features(): readonly Feature[] {
    return this.#recovery.features;
  }

  /** Undefined while Redis is well. */
  get outage(): RedisOutage | undefined {
    return this.#health.now;
  }

  /** Renews this node's lease. Throws `StoreUnavailable`. */
  beat(): Promise<void> {
    return this.#recovery.beat();
  }

  /** The rooms live on: other nodes serve them, and take over the members that were here. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#retry[Symbol.dispose]();
    await this.#recovery.stop();
    this.#followed.clear();
    await this.#fileLink?.[Symbol.asyncDispose]();
    await this.#link[Symbol.asyncDispose]();
  }

  async #append(name: FunctionName, room: RoomId, words: readonly Argument[]): Promise<Appended> {
    const appended = await unlessFull(SERVER_FULL, async () =>
      readAppended(await this.#calls.once(name, room, words)),
    );
    if (appended !== 'vanished') return appended;
    this.#followed.vanished(room);
    return { outcome: 'gone' };
  }

  async #joinOrReap(
    room: RoomId,
    request: JoinRequest,
    attempt: Uint8Array,
  ): Promise<ReturnType<typeof readJoined>> {
    const name = request.as === 'member' ? 'rejoin' : 'join';
    const words = [joinAsk(request, attempt, this.#node, this.#options.limits)];
    const ask = async () => readJoined(await this.#calls.once(name, room, words));
    const answer = await ask();
    const isFull = 'outcome' in answer && answer.outcome === 'full';
    return isFull && (await this.#recovery.reap(room, answer.nodes)) ? ask() : answer;
  }

  async #readMissed(room: RoomId, { joined, missedAfter }: JoinAnswer): Promise<Joined> {
    if (missedAfter === undefined) return joined;
    const entries = await this.#link.range(roomStream(room), missedAfter, joined.seq);
    const events = readEvents(new Reply(entries));
    const isWhole = events.length === joined.seq - missedAfter;
    return withMissed(
      joined,
      missedAfter,
      isWhole ? events : await this.#readStubsToo(room, joined, missedAfter),
    );
  }

  // The stream itself has no stubs.
  async #readStubsToo(room: RoomId, { logId, seq }: Joined, after: number): Promise<readonly StoredEvent[]> {
    const words = [...positionWords({ logId, seq: after }), seq];
    return readEvents(new Reply(await this.#calls.once('missed', room, words)));
  }

  // Lua has no SHA-256, so a message is read before it is erased. An entry never changes, and its place is never used again.
  async #envelopeAt(room: RoomId, seq: number): Promise<Uint8Array | undefined> {
    if (seq === 0) return undefined;
    const [event] = readEvents(new Reply(await this.#link.range(roomStream(room), seq - 1, seq)));
    return event?.frame[0] === SERVER_KIND.message ? eventContent(event.frame) : undefined;
  }
}

const NO_SLOT = new Uint8Array(0);

/** Also where Redis is out of memory. */
const FREES: ReadonlySet<number> = new Set([OP_KICK, OP_END]);

const SERVER_FULL: Appended = { outcome: 'refused', code: 'server_full' };

async function unlessFull<T>(full: T, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof StoreUnavailable && error.code === 'server_full') return full;
    throw error;
  }
}
