// A room's member records: who is here, in grace, or gone; which session speaks for whom; presence and its versions.

import { GRACE_MS, type Presence, SLOT_BYTES, encodeProfileFrame, toHex } from '@mayfly/protocol';
import type { Clock, RandomBytes } from '../clock.ts';
import type { MemberSession } from './room-store.ts';

/** A member without a connection is told to be away after this time (rule PRESENCE-2). */
export const AWAY_AFTER_MS = 5_000;
/** Larger rooms are told as a number, and this many of their members by name. */
export const LISTED_MAX = 200;
/** For each member a room may hold, it keeps this many records, so that those who left can come back as themselves. */
export const RECORDS_PER_MEMBER = 4;

export type MemberRecord = {
  readonly idPk: Uint8Array;
  readonly slot: Uint8Array;
  /** Events up to this seq are not for this member (rule RESUME-3). */
  readonly from: number;
  generation: number;
  lastN: number;
  profile: Uint8Array | undefined;
  standing: Standing;
};

type Standing =
  | { readonly at: 'here' }
  /** Without a connection, and nobody was told. */
  | { readonly at: 'quiet'; readonly timer: Disposable }
  | { readonly at: 'away'; readonly timer: Disposable }
  | { readonly at: 'left' };

type Change = Partial<Pick<Presence, 'joined' | 'away' | 'left'>>;

export type MembersSetup = {
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly maxMembers: number;
  /** Told of what time brings: who was not back soon enough. */
  readonly onChange: (presence: Presence) => void;
};

export class Members {
  readonly #setup: MembersSetup;
  /** Those who left stand in the order in which they went. */
  readonly #byIdentity = new Map<string, MemberRecord>();
  readonly #bySlot = new Map<string, MemberRecord>();
  #count = 0;
  #version = 0;

  constructor(setup: MembersSetup) {
    this.#setup = setup;
  }

  /** Those who are here or in grace. */
  get count(): number {
    return this.#count;
  }

  get full(): boolean {
    return this.#count >= this.#setup.maxMembers;
  }

  find(idPk: Uint8Array): MemberRecord | undefined {
    return this.#byIdentity.get(toHex(idPk));
  }

  /** The record that this session speaks for: none for one that was replaced, has left or lost its connection. */
  speaking(session: MemberSession): MemberRecord | undefined {
    const record = this.#bySlot.get(toHex(session.slot));
    return record?.generation === session.generation && record.standing.at === 'here' ? record : undefined;
  }

  /** A record for somebody who was never here; not yet attached. */
  add(idPk: Uint8Array, from: number): MemberRecord {
    if (this.#byIdentity.size >= this.#setup.maxMembers * RECORDS_PER_MEMBER) this.#dropOldestLeft();
    const record: MemberRecord = {
      idPk: Uint8Array.from(idPk),
      slot: this.#unusedSlot(),
      from,
      generation: 0,
      lastN: 0,
      profile: undefined,
      standing: { at: 'left' },
    };
    this.#byIdentity.set(toHex(idPk), record);
    this.#bySlot.set(toHex(record.slot), record);
    return record;
  }

  /** A new session speaks for this member from now on; the change is undefined where nobody needs to know. */
  attach(record: MemberRecord): { readonly replaced: boolean; readonly presence: Presence | undefined } {
    const { standing } = record;
    stopTimer(standing);
    record.generation += 1;
    record.standing = { at: 'here' };
    if (standing.at === 'left') this.#count += 1;
    const seen = standing.at === 'here' || standing.at === 'quiet';
    const presence = seen ? undefined : this.#change({ joined: [listed(record)] });
    return { replaced: standing.at === 'here', presence };
  }

  /** The connection is gone; the rest comes by time. */
  detach(record: MemberRecord): void {
    const timer = this.#setup.clock.after(AWAY_AFTER_MS, () => this.#goAway(record));
    record.standing = { at: 'quiet', timer };
  }

  leave(record: MemberRecord): Presence {
    stopTimer(record.standing);
    record.standing = { at: 'left' };
    this.#count -= 1;
    const key = toHex(record.idPk);
    this.#byIdentity.delete(key);
    this.#byIdentity.set(key, record);
    return this.#change({ left: [record.slot] });
  }

  /** The frame that tells everybody, now and later, who this member says they are. */
  setProfile(record: MemberRecord, sealed: Uint8Array): Uint8Array {
    record.profile = encodeProfileFrame(record.slot, record.idPk, sealed);
    return record.profile;
  }

  /** Everybody who is there, as `newcomer` is told it. */
  snapshot(newcomer: MemberRecord): {
    readonly presence: Presence;
    readonly profiles: readonly Uint8Array[];
  } {
    const there = this.#listFor(newcomer);
    const presence: Presence = {
      type: 'presence',
      version: this.#version,
      snapshot: true,
      joined: there.map(listed),
      away: there.filter((record) => record.standing.at === 'away').map((record) => record.slot),
      left: [],
      count: this.#count,
    };
    return { presence, profiles: there.flatMap((record) => record.profile ?? []) };
  }

  /** Stops all timers and overwrites the profiles. */
  wipe(): void {
    for (const record of this.#byIdentity.values()) {
      stopTimer(record.standing);
      record.profile?.fill(0);
    }
    this.#byIdentity.clear();
    this.#bySlot.clear();
    this.#count = 0;
  }

  #goAway(record: MemberRecord): void {
    const timer = this.#setup.clock.after(GRACE_MS - AWAY_AFTER_MS, () =>
      this.#setup.onChange(this.leave(record)),
    );
    record.standing = { at: 'away', timer };
    this.#setup.onChange(this.#change({ away: [record.slot] }));
  }

  #change(change: Change): Presence {
    this.#version += 1;
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

  #listFor(newcomer: MemberRecord): readonly MemberRecord[] {
    const list = [newcomer];
    for (const record of this.#byIdentity.values()) {
      if (list.length >= LISTED_MAX) break;
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
    const slot = this.#setup.random(SLOT_BYTES);
    return this.#bySlot.has(toHex(slot)) ? this.#unusedSlot() : slot;
  }
}

function listed(record: MemberRecord): { readonly slot: Uint8Array; readonly idPk: Uint8Array } {
  return { slot: record.slot, idPk: record.idPk };
}

function stopTimer(standing: Standing): void {
  if ('timer' in standing) standing.timer[Symbol.dispose]();
}
