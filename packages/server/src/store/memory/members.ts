// A room's member records: here, in grace or left, each with its newest session. Also presence and its versions.

import {
  COUNT_EVERY_MS,
  EPOCHS_KEPT,
  GRACE_MS,
  type Join,
  LISTED_MAX,
  type Presence,
  PUBLIC_KEY_BYTES,
  RECORDS_MAX,
  type RecordsPage,
  SLOT_BYTES,
  encodeProfileFrame,
  spellMember,
  encodeSliceFrame,
  toHex,
} from '@mayfly/protocol';
import type { Clock, RandomBytes } from '../../net/clock.ts';
import { AWAY_AFTER_MS, OWNERS_SEAT, RECORDS_PER_MEMBER } from '../member-rules.ts';
import { Throttle } from '../throttle.ts';
import type { MemberSession, SlicesBySlot, StoreNotice, Joined } from '../room-store.ts';

/** A crowd is announced by name again only below this share of `LISTED_MAX`, so it doesn't flip back and forth. */
const LISTED_AGAIN = 3 / 4;

/** A longer list is spelled once for each member: spelling it for each newcomer would be most of what a join costs. */
const SPELLED_FROM = 50;

/** At most so many stay barred; beyond that the first ones may come back. */
const BARRED_MAX = 5_000;

export type MemberRecord = {
  readonly idPk: Uint8Array;
  readonly slot: Uint8Array;
  /** This member may not read events up to this seq (rule RESUME-3). */
  readonly from: number;
  generation: number;
  lastN: number;
  /** In slow mode, the next message may come at this time. */
  mayWriteAt: number;
  profile: Uint8Array | undefined;
  /** Frames for the epochs they were a member in when those began, oldest first. */
  slices: readonly KeptSlice[];
  /** In the list of a crowd. */
  spelled?: string;
  standing: Standing;
};

type KeptSlice = { readonly epoch: number; readonly frame: Uint8Array };

type Standing =
  | { readonly at: 'here' }
  /** Without a connection; not announced yet. */
  | { readonly at: 'quiet'; readonly timer: Disposable }
  | { readonly at: 'away'; readonly timer: Disposable }
  | { readonly at: 'left' };

type Change = Partial<Pick<Presence, 'snapshot' | 'joined' | 'away' | 'left'>>;

type Snapshot = Pick<Joined, 'presence' | 'profiles' | 'listed'>;

export type MembersOptions = {
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly maxMembers: number;
  /** Larger rooms are announced as counts. */
  readonly listedMax?: number;
  /** Notifies everyone, in order. */
  readonly notify: (...notices: readonly StoreNotice[]) => void;
  /** The last member has left. */
  readonly onEmpty: () => void;
};

export class Members {
  readonly #options: MembersOptions;
  /** Members who left are in the order of leaving. */
  readonly #byIdentity = new Map<string, MemberRecord>();
  readonly #bySlot = new Map<string, MemberRecord>();
  /** By the array that their sessions hold: a message finds its author without spelling a slot. */
  #bySlotBytes = new WeakMap<Uint8Array, MemberRecord>();
  /** Identities that were removed, the first ones first. */
  readonly #barred = new Set<string>();
  readonly #listedMax: number;
  readonly #counts: Throttle;
  #counted = false;
  #hasRotated = false;
  #count = 0;
  #version = 0;

  constructor(options: MembersOptions) {
    this.#options = options;
    this.#listedMax = options.listedMax ?? LISTED_MAX;
    this.#counts = new Throttle(options.clock, COUNT_EVERY_MS, () => this.#announceCount());
  }

  /** Members here or in grace. */
  get count(): number {
    return this.#count;
  }

  /** A crowd: presence is announced as counts (rule PRESENCE-6). */
  get counted(): boolean {
    return this.#counted;
  }

  /** The number of records. */
  get known(): number {
    return this.#byIdentity.size;
  }

  get full(): boolean {
    return this.#count >= this.#options.maxMembers;
  }

  /** Members here or in grace keep their seat, others need a free one. The owner has one extra. */
  mayEnter(record: MemberRecord | undefined, as: Join['as']): boolean {
    const hasSeat = record !== undefined && record.standing.at !== 'left';
    return hasSeat || this.#count < this.#options.maxMembers + (as === 'owner' ? OWNERS_SEAT : 0);
  }

  find(idPk: Uint8Array): MemberRecord | undefined {
    return this.#byIdentity.get(toHex(idPk));
  }

  /** The record this session speaks for: none if it was replaced, has left or lost its connection. */
  speaking(session: MemberSession): MemberRecord | undefined {
    const { slot } = session;
    const record = this.#bySlotBytes.get(slot) ?? this.#bySlot.get(toHex(slot));
    return record?.generation === session.generation && record.standing.at === 'here' ? record : undefined;
  }

  /** There is no record of this member any longer, in a room that removed someone or changed its link. */
  hasRemoved({ slot }: MemberSession): boolean {
    return (this.#barred.size > 0 || this.#hasRotated) && !this.#bySlot.has(toHex(slot));
  }

  isBarred(idPk: Uint8Array): boolean {
    return this.#barred.size > 0 && this.#barred.has(toHex(idPk));
  }

  /** For good, whether they are here or not. Their sessions learn it from the event. */
  remove(idPk: Uint8Array): void {
    this.#bar(toHex(idPk));
    const record = this.find(idPk);
    if (record !== undefined) this.#drop(record);
  }

  /** Whether there is a record with this slot. */
  hasSlot(slot: Uint8Array): boolean {
    return this.#bySlot.has(toHex(slot));
  }

  /** As in `RoomStore`. */
  records(after: Uint8Array | undefined): RecordsPage {
    const first = after === undefined ? '' : toHex(after);
    const slots = [...this.#bySlot.keys()].filter((slot) => slot > first).toSorted();
    const records = slots.slice(0, RECORDS_MAX).flatMap((slot) => this.#bySlot.get(slot) ?? []);
    return { more: slots.length > RECORDS_MAX, records: records.map(recordView) };
  }

  /** A new epoch. Its slices become frames, and wait for those who are away. */
  giveSlices(epoch: number, slices: SlicesBySlot): SlicesBySlot {
    const frames = new Map<string, Uint8Array>();
    for (const [slot, sealed] of slices) {
      const record = this.#bySlot.get(slot);
      if (record === undefined) continue;
      const frame = encodeSliceFrame(epoch, sealed);
      frames.set(slot, frame);
      record.slices = [...record.slices, { epoch, frame }].slice(-EPOCHS_KEPT);
    }
    return frames;
  }

  /** All other records go, and are the answer. With the new link, those members may come back. */
  keepOnly(slots: { has(slot: string): boolean }): readonly Uint8Array[] {
    this.#hasRotated = true;
    const others = [...this.#bySlot].flatMap(([slot, record]) => (slots.has(slot) ? [] : record));
    for (const record of others) this.#drop(record);
    return others.map(({ slot }) => slot);
  }

  #drop(record: MemberRecord): void {
    stopTimer(record.standing);
    this.#byIdentity.delete(toHex(record.idPk));
    this.#bySlot.delete(toHex(record.slot));
    record.profile?.fill(0);
    if (record.standing.at === 'left') return;
    record.standing = { at: 'left' };
    this.#count -= 1;
    this.#changed({ left: [record.slot] });
  }

  /** A record for a new identity; not attached yet. */
  add(idPk: Uint8Array, from: number): MemberRecord {
    if (this.#byIdentity.size >= this.#options.maxMembers * RECORDS_PER_MEMBER) this.#dropOldestLeft();
    const record: MemberRecord = {
      idPk: Uint8Array.from(idPk),
      slot: this.#unusedSlot(),
      from,
      generation: 0,
      lastN: 0,
      mayWriteAt: 0,
      profile: undefined,
      slices: [],
      standing: { at: 'left' },
    };
    this.#byIdentity.set(toHex(idPk), record);
    this.#bySlot.set(toHex(record.slot), record);
    this.#bySlotBytes.set(record.slot, record);
    return record;
  }

  /** Starts a new session for this member. True if it replaces one. */
  attach(record: MemberRecord): boolean {
    const { standing } = record;
    stopTimer(standing);
    record.generation += 1;
    record.standing = { at: 'here' };
    if (standing.at === 'left') this.#count += 1;
    const seen = standing.at === 'here' || standing.at === 'quiet';
    if (!seen) this.#changed({ joined: [listed(record)] });
    // Members who came meanwhile don't know them, and clients introduce themselves only once.
    if (standing.at === 'left') this.#announceProfile(record);
    return standing.at === 'here';
  }

  /** The connection is gone: starts the timers to away and left. */
  detach(record: MemberRecord): void {
    const timer = this.#options.clock.after(AWAY_AFTER_MS, () => this.#goAway(record));
    record.standing = { at: 'quiet', timer };
  }

  /** The pace is another one. */
  endPauses(): void {
    for (const record of this.#byIdentity.values()) record.mayWriteAt = 0;
  }

  leave(record: MemberRecord): void {
    stopTimer(record.standing);
    record.standing = { at: 'left' };
    this.#count -= 1;
    const key = toHex(record.idPk);
    this.#byIdentity.delete(key);
    this.#byIdentity.set(key, record);
    this.#changed({ left: [record.slot] });
    if (this.#count === 0) this.#options.onEmpty();
  }

  /** Stores and announces a profile. In a crowd, returns the frame for its author instead. */
  setProfile(record: MemberRecord, sealed: Uint8Array): Uint8Array | undefined {
    record.profile = encodeProfileFrame(record.slot, record.idPk, sealed);
    if (this.#counted) return record.profile;
    this.#announceProfile(record);
    return undefined;
  }

  /** Everyone present, as a newcomer receives it. */
  snapshot(newcomer?: MemberRecord): Snapshot {
    const there = this.#listFor(newcomer);
    const away = there.filter((record) => record.standing.at === 'away').map((record) => record.slot);
    return {
      presence: this.#presence({ snapshot: true, joined: there.map(listed), away }),
      profiles: there.flatMap((record) => record.profile ?? []),
      ...(there.length > SPELLED_FROM && { listed: there.map(spelled) }),
    };
  }

  /** Stops all timers and overwrites the profiles. */
  wipe(): void {
    this.#counts[Symbol.dispose]();
    for (const record of this.#byIdentity.values()) {
      stopTimer(record.standing);
      record.profile?.fill(0);
    }
    this.#byIdentity.clear();
    this.#bySlot.clear();
    this.#bySlotBytes = new WeakMap();
    this.#barred.clear();
    this.#count = 0;
  }

  #bar(key: string): void {
    // Whoever is removed again is the last.
    this.#barred.delete(key);
    this.#barred.add(key);
    const [first] = this.#barred;
    if (this.#barred.size > BARRED_MAX && first !== undefined) this.#barred.delete(first);
  }

  #announceProfile({ profile }: MemberRecord): void {
    if (profile !== undefined && !this.#counted) this.#options.notify({ type: 'profile', frame: profile });
  }

  #goAway(record: MemberRecord): void {
    const timer = this.#options.clock.after(GRACE_MS - AWAY_AFTER_MS, () => this.leave(record));
    record.standing = { at: 'away', timer };
    this.#changed({ away: [record.slot] });
  }

  #changed(change: Change): void {
    if (this.#count > this.#listedMax) this.#counted = true;
    if (this.#counted) return this.#counts.due();
    this.#version += 1;
    this.#options.notify({ type: 'presence', presence: this.#presence(change) });
  }

  // A crowd that has shrunk gets names and profiles again.
  #announceCount(): void {
    this.#version += 1;
    this.#counted = this.#count > this.#listedMax * LISTED_AGAIN;
    if (this.#counted) return this.#options.notify({ type: 'presence', presence: this.#presence({}) });
    const { presence, profiles } = this.snapshot();
    const frames = profiles.map((frame): StoreNotice => ({ type: 'profile', frame }));
    this.#options.notify({ type: 'presence', presence }, ...frames);
  }

  #presence(change: Change): Presence {
    return {
      type: 'presence',
      version: this.#version,
      snapshot: false,
      joined: [],
      away: [],
      left: [],
      ...change,
      count: this.#count,
    };
  }

  #listFor(newcomer: MemberRecord | undefined): readonly MemberRecord[] {
    const list = newcomer === undefined ? [] : [newcomer];
    for (const record of this.#byIdentity.values()) {
      if (list.length >= this.#listedMax) break;
      if (record !== newcomer && record.standing.at !== 'left') list.push(record);
    }
    return list;
  }

  #dropOldestLeft(): void {
    for (const [key, record] of this.#byIdentity) {
      if (record.standing.at !== 'left') continue;
      this.#byIdentity.delete(key);
      this.#bySlot.delete(toHex(record.slot));
      return;
    }
  }

  #unusedSlot(): Uint8Array {
    const slot = this.#options.random(SLOT_BYTES);
    return this.#bySlot.has(toHex(slot)) ? this.#unusedSlot() : slot;
  }
}

function recordView({ slot, idPk, profile }: MemberRecord): RecordsPage['records'][number] {
  return { slot, idPk, profile: profile && profileIn(profile) };
}

/** What its author sealed. */
function profileIn(frame: Uint8Array): Uint8Array {
  return frame.subarray(1 + SLOT_BYTES + PUBLIC_KEY_BYTES);
}

function spelled(record: MemberRecord): string {
  record.spelled ??= spellMember(record);
  return record.spelled;
}

function listed(record: MemberRecord): { readonly slot: Uint8Array; readonly idPk: Uint8Array } {
  return { slot: record.slot, idPk: record.idPk };
}

function stopTimer(standing: Standing): void {
  if ('timer' in standing) standing.timer[Symbol.dispose]();
}
