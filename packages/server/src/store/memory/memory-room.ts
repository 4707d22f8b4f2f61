// One open room in memory: keys, charter, log, members and the time it has left. Every call is one synchronous step.

import {
  COUNT_EVERY_MS,
  EPHEMERAL_MEMBERS_MAX,
  type EndedReason,
  type Erase,
  LOG_ID_BYTES,
  OP_CHARTER,
  OP_END,
  OP_KICK,
  OP_LIFE,
  OP_SLOW,
  type RecordsPage,
  type Sight,
  type Slice,
  decodeTerms,
  encodeCommandEvent,
  encodeEphemeralFrame,
  encodeMessageEvent,
  epochOf,
  equalBytes,
  maskOf,
  moderatorsOf,
  ttlOf,
} from '@mayfly/protocol';
import type { Clock, RandomBytes } from '../../net/clock.ts';
import { EventLog } from './event-log.ts';
import { type MemberRecord, Members } from './members.ts';
import { expired, unsent } from '../stubs.ts';
import { Throttle } from '../throttle.ts';
import { StagedSlices } from './staged-slices.ts';
import { TimedEvents } from './timed-events.ts';
import type {
  JoinRefused,
  JoinRequest,
  Joined,
  MemberSession,
  Appended,
  RoomKeys,
  SlicesBySlot,
  Staged,
  RoomLaw,
  StoreNotice,
  RoomSpec,
  RoomTerms,
  StoreLimits,
  StoredEvent,
  VerifiedCharter,
  VerifiedCommand,
  VerifiedWith,
} from '../room-store.ts';

export type MemoryRoomOptions = {
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly limits: StoreLimits;
  /** Larger rooms are announced as counts. */
  readonly listedMax?: number;
  readonly notify: (...notices: readonly StoreNotice[]) => void;
  /** A member has joined. */
  readonly onUse: () => void;
  /** The room is unused: empty, without messages, and at most one identity ever joined (rule LIMIT-3). */
  readonly onUnused: () => void;
  /** A member was removed for good. */
  readonly onRemove: (slot: Uint8Array) => void;
  /** The room is over and wiped; followers aren't notified yet. */
  readonly onEnd: () => void;
};

export class MemoryRoom {
  #keys: RoomKeys;
  readonly #options: MemoryRoomOptions;
  readonly #log: EventLog;
  readonly #members: Members;
  readonly #timed: TimedEvents;
  readonly #lifeForCrowd: Throttle;
  readonly #staged: StagedSlices;
  /** With which it was opened. */
  readonly #first: Uint8Array;
  #terms: RoomTerms;
  /** Newcomers may not read events up to this seq. */
  #floor = 0;
  #expiresAt: number;
  #timer: Disposable;

  constructor(spec: RoomSpec, { bytes, blob, command, args }: VerifiedCharter, options: MemoryRoomOptions) {
    const { clock, random, limits, listedMax, notify } = options;
    this.#options = options;
    this.#keys = keysOf(Uint8Array.from(spec.ownerPk), args);
    this.#staged = new StagedSlices(clock);
    this.#first = Uint8Array.from(bytes);
    this.#terms = {
      epoch: args.newEpoch,
      c: command.c,
      charter: Uint8Array.from(bytes),
      blob: Uint8Array.from(blob),
      closed: false,
      slow: 0,
      history: spec.history,
      lifeMs: spec.lifeMs,
    };
    this.#log = new EventLog(random(LOG_ID_BYTES), {
      events: limits.historyMessages,
      bytes: limits.historyBytes,
    });
    this.#members = new Members({
      clock,
      random,
      maxMembers: limits.maxMembers,
      ...(listedMax !== undefined && { listedMax }),
      notify,
      onEmpty: () => this.#emptied(),
    });
    this.#timed = new TimedEvents(clock, (seq) => this.#eraseExpired(seq));
    this.#lifeForCrowd = new Throttle(clock, COUNT_EVERY_MS, () => this.#announceLifeNow());
    this.#expiresAt = clock.now() + spec.lifeMs;
    this.#timer = clock.after(spec.lifeMs, () => this.#checkTime());
  }

  get keys(): RoomKeys {
    return this.#keys;
  }

  /** The charter becomes the first event of the log. */
  begin(): void {
    const { charter, blob } = this.#terms;
    this.#announceEvent(this.#log.append((seq) => encodeCommandEvent(seq, charter, blob)));
    this.#options.onUnused();
  }

  wasOpenedBy(charter: Uint8Array): boolean {
    return equalBytes(this.#first, charter);
  }

  /** Nothing revives a room whose time is up, however late the timer is (rule LIFE-4). */
  get isOver(): boolean {
    return this.#options.clock.now() >= this.#expiresAt;
  }

  /** By this process's clock; moves when the room is used. */
  get expiresAt(): number {
    return this.#expiresAt;
  }

  get lifeMs(): number {
    return this.#terms.lifeMs;
  }

  /** Whether this session is its member's newest. */
  isSpeaking(session: MemberSession): boolean {
    return this.#members.speaking(session) !== undefined;
  }

  join(request: JoinRequest): Joined | JoinRefused {
    const { idPk, as, verifiedWith } = request;
    const { accessPk, epoch } = this.#keys;
    if (!equalBytes(verifiedWith.accessPk, accessPk) || verifiedWith.epoch !== epoch) return DENIED;
    if (this.#members.isBarred(idPk)) return DENIED;
    const known = this.#members.find(idPk);
    if (known === undefined && as === 'member') return DENIED;
    if (known === undefined && as === 'key' && this.#terms.closed) return CLOSED;
    if (!this.#members.mayEnter(known, as)) return FULL;

    const record =
      known ?? this.#members.add(idPk, this.#terms.history === 'none' ? this.#log.seq : this.#floor);
    const replaced = this.#members.attach(record);
    this.#options.onUse();
    if (known === undefined) this.#restartLife();
    const joined = this.#welcome(record, request);
    if (replaced) this.#options.notify({ type: 'replaced', session: joined.session });
    if (known === undefined) this.#announceLife();
    return joined;
  }

  look({ accessPk, epoch }: VerifiedWith): Sight | undefined {
    if (!equalBytes(accessPk, this.#keys.accessPk) || epoch !== this.#keys.epoch) return undefined;
    const { count, full } = this.#members;
    const { history, closed, charter, blob } = this.#terms;
    return { type: 'room', count, expiresInMs: this.#leftMs(), history, full, closed, charter, blob };
  }

  /** Nothing is read after its time, however late the timers are (rule SEND-9). */
  eraseDue(): void {
    this.#timed.check();
  }

  append(session: MemberSession, n: number, envelope: Uint8Array, erase?: Erase): Appended {
    const record = this.#members.speaking(session);
    if (record === undefined) return this.#silenced(session);
    if (n <= record.lastN) return { outcome: 'repeated' };
    if (epochOf(envelope) !== this.#keys.epoch) return { outcome: 'refused', code: 'epoch' };
    if (n > record.lastN + 1) return { outcome: 'refused', code: 'gap' };
    if (erase !== undefined && !this.#erase(erase)) return { outcome: 'refused', code: 'not_allowed' };
    const retryAfterMs = erase === undefined ? this.#pace(record) : 0;
    if (retryAfterMs > 0) return { outcome: 'slow', retryAfterMs };
    record.lastN = n;
    this.#restartLife();
    const event = this.#log.append((seq) => encodeMessageEvent(seq, envelope));
    this.#announceEvent(event);
    const ttl = ttlOf(envelope);
    if (ttl > 0) this.#timed.add(event.seq, ttl * 1_000, this.#log.first);
    return { outcome: 'appended', seq: event.seq };
  }

  // SEND-10: how long they have to wait. If they don't, the next pause begins.
  #pace(record: MemberRecord): number {
    const { slow, charter } = this.#terms;
    if (slow === 0 || maskOf(moderatorsOf(charter), record.idPk) > 0) return 0;
    const now = this.#options.clock.now();
    const left = Math.ceil(record.mayWriteAt - now);
    if (left <= 0) record.mayWriteAt = now + slow * 1000;
    return Math.max(0, left);
  }

  #silenced(session: MemberSession): Silenced {
    return { outcome: this.#members.hasRemoved(session) ? 'removed' : 'replaced' };
  }

  /** What a command is verified against. */
  get law(): RoomLaw {
    const { epoch, c, charter } = this.#terms;
    return { ownerPk: this.#keys.ownerPk, epoch, c, charter };
  }

  command(session: MemberSession, verified: VerifiedCommand): Appended {
    const { bytes, command, blob } = verified;
    if (this.#members.speaking(session) === undefined) return this.#silenced(session);
    const { epoch, c } = this.#terms;
    if (command.epoch !== epoch || command.c !== c + 1) return { outcome: 'refused', code: 'stale' };
    this.#terms = { ...this.#terms, c: command.c, ...decodeTerms(command), ...charterOf(verified) };
    this.#restartLife();
    const event = this.#log.append((seq) => encodeCommandEvent(seq, bytes, blob));
    this.#announceEvent(event);
    if (command.op === OP_KICK) this.#remove(command.args);
    if (command.op === OP_SLOW) this.#members.endPauses();
    if (command.op === OP_LIFE) this.#changeLife();
    if (command.op === OP_END) this.end('owner');
    return { outcome: 'appended', seq: event.seq };
  }

  #remove(idPk: Uint8Array): void {
    const record = this.#members.find(idPk);
    this.#members.remove(idPk);
    if (record !== undefined) this.#options.onRemove(record.slot);
  }

  records(after: Uint8Array | undefined): RecordsPage {
    return this.#members.records(after);
  }

  stage(session: MemberSession, tag: Uint8Array, slices: readonly Slice[]): Staged {
    if (this.#members.speaking(session) === undefined) return this.#silenced(session);
    const known = slices.filter(({ slot }) => this.#members.hasSlot(slot));
    return { outcome: 'staged', count: this.#staged.add(tag, known) };
  }

  rotate(session: MemberSession, charter: VerifiedCharter, tag: Uint8Array): Appended {
    if (this.#members.speaking(session) === undefined) return this.#silenced(session);
    const { command } = charter;
    const { epoch, c } = this.#terms;
    if (command.epoch !== epoch || command.c !== c + 1) return { outcome: 'refused', code: 'stale' };
    const slices = this.#staged.take(tag);
    if (slices === undefined) return { outcome: 'refused', code: 'not_allowed' };
    return { outcome: 'appended', seq: this.#turnTo(charter, slices) };
  }

  #turnTo({ bytes, command, args, blob }: VerifiedCharter, slices: SlicesBySlot): number {
    this.#keys = keysOf(this.#keys.ownerPk, args);
    this.#terms = {
      ...this.#terms,
      c: command.c,
      epoch: args.newEpoch,
      charter: Uint8Array.from(bytes),
      blob: Uint8Array.from(blob),
    };
    this.#restartLife();
    const event = this.#log.append((seq) => encodeCommandEvent(seq, bytes, blob));
    if (args.fresh) this.#floor = event.seq - 1;
    const frames = this.#members.giveSlices(args.newEpoch, slices);
    this.#options.notify({ type: 'event', logId: this.#log.id, event, slices: frames });
    for (const slot of this.#members.keepOnly(frames)) this.#options.onRemove(slot);
    return event.seq;
  }

  publishProfile(session: MemberSession, sealed: Uint8Array): Uint8Array | undefined {
    const record = this.#members.speaking(session);
    if (record === undefined || epochOf(sealed) !== this.#keys.epoch) return undefined;
    return this.#members.setProfile(record, sealed);
  }

  relay(session: MemberSession, sealed: Uint8Array): void {
    const record = this.#members.speaking(session);
    if (record === undefined || epochOf(sealed) !== this.#keys.epoch) return;
    if (this.#members.count > EPHEMERAL_MEMBERS_MAX) return;
    this.#options.notify({ type: 'ephemeral', from: record.slot, frame: encodeEphemeralFrame(sealed) });
  }

  detach(session: MemberSession): void {
    const record = this.#members.speaking(session);
    if (record !== undefined) this.#members.detach(record);
  }

  leave(session: MemberSession): void {
    const record = this.#members.speaking(session);
    if (record !== undefined) this.#members.leave(record);
  }

  renew(session: MemberSession): void {
    if (this.#members.speaking(session) === undefined) return;
    this.#restartLife();
    this.#announceLife();
  }

  shorten(share: number): void {
    this.#log.trim(share);
  }

  /** The machine slept, so the room is that much older. */
  woke(): void {
    this.#timer[Symbol.dispose]();
    this.#checkTime();
    this.eraseDue();
    if (!this.isOver) this.#announceLife();
  }

  /** Drops and overwrites everything, then notifies followers. */
  end(reason: EndedReason): void {
    this.#timer[Symbol.dispose]();
    this.#timed[Symbol.dispose]();
    this.#lifeForCrowd[Symbol.dispose]();
    this.#staged[Symbol.dispose]();
    this.#log.wipe();
    this.#members.wipe();
    const { accessPk, ownerPk, linkPk } = this.#keys;
    const { charter, blob } = this.#terms;
    for (const bytes of [charter, blob, accessPk, ownerPk, linkPk]) bytes?.fill(0);
    this.#options.onEnd();
    this.#options.notify({ type: 'ended', reason });
  }

  #welcome(record: MemberRecord, { position, epoch = this.#keys.epoch }: JoinRequest): Joined {
    return {
      outcome: 'joined',
      session: { slot: record.slot, generation: record.generation },
      logId: this.#log.id,
      seq: this.#log.seq,
      ...this.#log.missedSince(position, record.from),
      terms: this.#terms,
      lastN: record.lastN,
      expiresInMs: this.#leftMs(),
      ...this.#members.snapshot(record),
      slices: record.slices.flatMap((slice) => (slice.epoch > epoch ? slice.frame : [])),
    };
  }

  #emptied(): void {
    if (this.#log.seq === 1 && this.#members.known <= 1) this.#options.onUnused();
  }

  // SEND-5: false for a wrong proof, and for a place where no message can be. What left the log is gone anyway.
  #erase(erase: Erase): boolean {
    if (erase.seq === 0 || erase.seq > this.#log.seq) return false;
    const frame = this.#log.frameAt(erase.seq);
    if (frame === undefined) return true;
    const stub = unsent(frame, erase);
    if (stub !== undefined && stub.frame !== frame) this.#replace(stub);
    return stub !== undefined;
  }

  #eraseExpired(seq: number): void {
    const frame = this.#log.frameAt(seq);
    const stub = frame && expired({ seq, frame });
    if (stub !== undefined) this.#replace(stub);
  }

  #replace(stub: StoredEvent): void {
    this.#log.replace(stub);
    this.#options.notify({ type: 'erased', logId: this.#log.id, event: stub });
  }

  #announceEvent(event: StoredEvent): void {
    this.#options.notify({ type: 'event', logId: this.#log.id, event });
  }

  #announceLife(): void {
    if (this.#members.counted) this.#lifeForCrowd.due();
    else this.#announceLifeNow();
  }

  #announceLifeNow(): void {
    this.#options.notify({ type: 'life', expiresInMs: this.#leftMs() });
  }

  #leftMs(): number {
    return Math.ceil(this.#expiresAt - this.#options.clock.now());
  }

  #restartLife(): void {
    this.#expiresAt = this.#options.clock.now() + this.#terms.lifeMs;
  }

  // The timer is set for the life before.
  #changeLife(): void {
    this.#timer[Symbol.dispose]();
    this.#checkTime();
    this.#announceLife();
  }

  // One timer per life: it checks the time when it fires, so messages don't have to reset it.
  #checkTime(): void {
    if (this.isOver) return this.end('expired');
    const left = this.#expiresAt - this.#options.clock.now();
    this.#timer = this.#options.clock.after(left, () => this.#checkTime());
  }
}

function keysOf(ownerPk: Uint8Array, args: VerifiedCharter['args']): RoomKeys {
  return {
    ownerPk,
    accessPk: Uint8Array.from(args.accessPk),
    ...(args.door !== 1 && { linkPk: Uint8Array.from(args.linkPk) }),
    epoch: args.newEpoch,
    door: args.door,
  };
}

type Silenced = Extract<Appended, { readonly outcome: 'removed' | 'replaced' }>;

function charterOf({
  command,
  bytes,
  blob,
}: VerifiedCommand): Pick<RoomTerms, 'charter' | 'blob'> | undefined {
  return command.op === OP_CHARTER
    ? { charter: Uint8Array.from(bytes), blob: Uint8Array.from(blob) }
    : undefined;
}

const DENIED: JoinRefused = { outcome: 'denied' };
const CLOSED: JoinRefused = { outcome: 'closed' };
const FULL: JoinRefused = { outcome: 'full' };
