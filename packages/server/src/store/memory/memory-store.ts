// The embedded store: every room in this process's memory, gone when the process ends.

import {
  type EndedReason,
  type Erase,
  type Feature,
  RESERVATION_MS,
  type RoomId,
  type RecordsPage,
  type Sight,
  type Slice,
  equalBytes,
} from '@mayfly/protocol';
import type { Clock, RandomBytes } from '../../net/clock.ts';
import { AwakeClock } from './awake-clock.ts';
import { Followers } from '../followers.ts';
import { MemoryFiles } from './memory-files.ts';
import { MemoryRoom } from './memory-room.ts';
import {
  type Creation,
  type JoinRefused,
  type JoinRequest,
  type Joined,
  type MemberSession,
  type Appended,
  type RoomKeys,
  type RoomLaw,
  type RoomListener,
  type RoomSpec,
  type RoomStore,
  SOON_MS,
  type Staged,
  type StoreLimits,
  type VerifiedCharter,
  type VerifiedCommand,
  type VerifiedWith,
  featuresOf,
} from '../room-store.ts';

type Reservation = { readonly spec: RoomSpec; readonly until: number; readonly timer: Disposable };

export type MemoryStoreOptions = {
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly limits: StoreLimits;
  /** Larger rooms are announced as counts. Default: `LISTED_MAX`. */
  readonly listedMax?: number;
  /** The time of day, in milliseconds. Without it, sleep of the machine isn't noticed. */
  readonly wall?: () => number;
};

export class MemoryStore implements RoomStore {
  readonly features: readonly Feature[];
  /** Undefined: no files are kept. */
  readonly files: MemoryFiles | undefined;
  readonly #options: MemoryStoreOptions;
  readonly #awake: AwakeClock | undefined;
  readonly #reserved = new Map<RoomId, Reservation>();
  readonly #rooms = new Map<RoomId, MemoryRoom>();
  /** Unused rooms, the longest unused first. */
  readonly #unused = new Set<RoomId>();
  readonly #followers = new Followers();
  #freed = { lookedAt: -Infinity, at: 0 };

  constructor(options: MemoryStoreOptions) {
    const { clock, wall } = options;
    this.#awake = wall && new AwakeClock({ clock, wall, onWake: () => this.#woke() });
    this.#options = { ...options, clock: this.#awake ?? clock };
    const { limits } = options;
    this.features = featuresOf(limits);
    this.files =
      limits.files &&
      new MemoryFiles({
        clock: this.#options.clock,
        limits: limits.files,
        room: (room) => this.#living(room),
      });
  }

  async create(room: RoomId, spec: RoomSpec): Promise<Creation> {
    if (this.#living(room) !== undefined || this.#reservation(room) !== undefined) return 'taken';
    const hasCapacity = this.#rooms.size + this.#reserved.size < this.#options.limits.maxRooms;
    if (!hasCapacity && !this.#makeWay()) return { freeInMs: this.#freeInMs() };
    this.#reserve(room, spec);
    return hasCapacity ? 'created' : 'created_instead';
  }

  async open(room: RoomId, charter: VerifiedCharter): Promise<'opened' | 'not_reserved'> {
    const isOpened = this.#living(room)?.wasOpenedBy(charter.bytes) === true;
    if (isOpened) return 'opened';
    const reservation = this.#reservation(room);
    // Another owner may have reserved the id since the charter was verified.
    if (reservation === undefined || !equalBytes(reservation.spec.ownerPk, charter.command.signerPk)) {
      return 'not_reserved';
    }
    this.#forgetReservation(room, reservation);
    const opened = new MemoryRoom(reservation.spec, charter, {
      ...this.#options,
      notify: (...notices) => this.#followers.notify(room, ...notices),
      onUse: () => this.#unused.delete(room),
      onUnused: () => this.#unused.add(room),
      onRemove: (slot) => this.files?.memberRemoved(room, slot),
      onEnd: () => this.#forget(room),
    });
    this.#rooms.set(room, opened);
    opened.begin();
    return 'opened';
  }

  async keys(room: RoomId): Promise<RoomKeys | undefined> {
    return this.#living(room)?.keys;
  }

  async law(room: RoomId): Promise<RoomLaw | undefined> {
    return this.#living(room)?.law;
  }

  async join(room: RoomId, request: JoinRequest): Promise<Joined | JoinRefused> {
    return this.#living(room)?.join(request) ?? { outcome: 'denied' };
  }

  async look(room: RoomId, verifiedWith: VerifiedWith): Promise<Sight | undefined> {
    return this.#living(room)?.look(verifiedWith);
  }

  append(
    room: RoomId,
    session: MemberSession,
    n: number,
    envelope: Uint8Array,
    erase?: Erase,
  ): Appended | Promise<Appended> {
    return this.#living(room)?.append(session, n, envelope, erase) ?? { outcome: 'gone' };
  }

  async command(room: RoomId, session: MemberSession, verified: VerifiedCommand): Promise<Appended> {
    return this.#living(room)?.command(session, verified) ?? { outcome: 'gone' };
  }

  async records(room: RoomId, after: Uint8Array | undefined): Promise<RecordsPage | undefined> {
    return this.#living(room)?.records(after);
  }

  async stage(
    room: RoomId,
    session: MemberSession,
    tag: Uint8Array,
    slices: readonly Slice[],
  ): Promise<Staged> {
    return this.#living(room)?.stage(session, tag, slices) ?? { outcome: 'gone' };
  }

  async rotate(
    room: RoomId,
    session: MemberSession,
    charter: VerifiedCharter,
    tag: Uint8Array,
  ): Promise<Appended> {
    return this.#living(room)?.rotate(session, charter, tag) ?? { outcome: 'gone' };
  }

  async publishProfile(
    room: RoomId,
    session: MemberSession,
    sealed: Uint8Array,
  ): Promise<Uint8Array | undefined> {
    return this.#living(room)?.publishProfile(session, sealed);
  }

  async relay(room: RoomId, session: MemberSession, sealed: Uint8Array): Promise<void> {
    this.#living(room)?.relay(session, sealed);
  }

  async detach(room: RoomId, session: MemberSession): Promise<void> {
    this.#living(room)?.detach(session);
  }

  async leave(room: RoomId, session: MemberSession): Promise<void> {
    this.#living(room)?.leave(session);
  }

  async renew(room: RoomId, session: MemberSession): Promise<void> {
    this.#living(room)?.renew(session);
  }

  async end(id: RoomId): Promise<boolean> {
    const room = this.#living(id);
    room?.end('server');
    return room !== undefined;
  }

  follow(room: RoomId, listener: RoomListener): Disposable {
    return this.#followers.follow(room, listener);
  }

  async shorten(share: number): Promise<void> {
    for (const room of this.#rooms.values()) room.shorten(share);
  }

  async size(): Promise<number> {
    return this.#rooms.size + this.#reserved.size;
  }

  /** Ends every room, since they end with the process anyway. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#awake?.[Symbol.dispose]();
    const why: EndedReason = 'server';
    for (const room of this.#rooms.values()) room.end(why);
    for (const [room, reservation] of this.#reserved) this.#forgetReservation(room, reservation);
  }

  #reserve(room: RoomId, spec: RoomSpec): void {
    const { clock } = this.#options;
    this.#reserved.set(room, {
      spec: { ...spec, ownerPk: Uint8Array.from(spec.ownerPk) },
      until: clock.now() + RESERVATION_MS,
      timer: clock.after(RESERVATION_MS, () => {
        this.#reservation(room);
      }),
    });
  }

  // Timers stood still while the machine slept: end everything that is due.
  #woke(): void {
    for (const room of this.#rooms.values()) room.woke();
    for (const room of this.#reserved.keys()) this.#reservation(room);
    this.files?.woke();
  }

  #forget(room: RoomId): void {
    this.#rooms.delete(room);
    this.#unused.delete(room);
    this.files?.roomEnded(room);
  }

  #makeWay(): boolean {
    const [longest] = this.#unused;
    const room = longest && this.#rooms.get(longest);
    room?.end('server');
    return room !== undefined;
  }

  // Scans all rooms, so at most once a second.
  #freeInMs(): number {
    const now = this.#options.clock.now();
    if (now - this.#freed.lookedAt >= SOON_MS) this.#freed = { lookedAt: now, at: this.#freeAt() };
    return Math.max(SOON_MS, Math.ceil(this.#freed.at - now));
  }

  #freeAt(): number {
    let at = Infinity;
    for (const { until } of this.#reserved.values()) at = Math.min(at, until);
    for (const { expiresAt } of this.#rooms.values()) at = Math.min(at, expiresAt);
    return at;
  }

  // Timers may be late, so every access checks the clock.
  #living(id: RoomId): MemoryRoom | undefined {
    const room = this.#rooms.get(id);
    room?.eraseDue();
    if (room?.isOver !== true) return room;
    room.end('expired');
    return undefined;
  }

  #reservation(id: RoomId): Reservation | undefined {
    const reservation = this.#reserved.get(id);
    if (reservation === undefined || this.#options.clock.now() < reservation.until) return reservation;
    this.#forgetReservation(id, reservation);
    return undefined;
  }

  #forgetReservation(id: RoomId, reservation: Reservation): void {
    reservation.timer[Symbol.dispose]();
    this.#reserved.delete(id);
  }
}
