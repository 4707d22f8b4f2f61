// The people here, as the server lists them, with the names they signed themselves (PRESENCE-1 to PRESENCE-6).

import {
  LISTED_MAX,
  type MemberProfile,
  type Moderator,
  POWER,
  type Presence,
  type RoomId,
  equalBytes,
  toBase64url,
  toHex,
} from '@mayfly/protocol';
import type { Clock } from '../clock.ts';
import { personOf } from '../crypto/person.ts';
import type { Profile } from '../crypto/profile.ts';
import { CLOCK_TOLERANCE_MS } from '../clock.ts';
import type { Member, Person, RoomUpdate } from '../room-updates.ts';

export type RosterOptions = {
  readonly id: RoomId;
  /** Our own key. */
  readonly idPk: Uint8Array;
  readonly clock: Clock;
  notify(update: Extract<RoomUpdate, { type: 'members' | 'joined' | 'left' | 'renamed' }>): void;
};

/** A newcomer's profile follows right after them: wait this long, to announce them by name. */
export const NAME_PATIENCE_MS = 2_000;
/** Keys to remember: those listed, then the most recently seen. */
export const KNOWN_KEYS_MAX = 1_000;
/** Names come in bursts: one update for all that arrive within this time. */
export const LIST_PAUSE_MS = 50;

/** A member on the list, by slot. */
type Listed = {
  readonly known: KnownKey;
  /** When they lost their connection; undefined while they have one. */
  awaySince: number | undefined;
  /** Set until their joining is announced. */
  unannounced: Disposable | undefined;
};

/** What we know of a key. Outlives the listing, so a name isn't lost when its member leaves. */
type KnownKey = {
  readonly idPk: Uint8Array;
  person: Person;
  /** The sender's clock when they gave this name, as far as we trust it; undefined before they gave one. */
  namedAt: number | undefined;
  xPk: Uint8Array | undefined;
};

export class Roster {
  readonly #options: RosterOptions;
  readonly #self: string;
  // Most recently seen last.
  readonly #knownKeys = new Map<string, KnownKey>();
  #listed = new Map<string, Listed>();
  // By the charter in force.
  #powers: ReadonlyMap<string, number> = new Map();
  /** By a command, so already reported: they don’t also leave. In base64url. */
  readonly removed = new Set<string>();
  #version = 0;
  // Undefined before the server's first presence frame: until then there is nothing to report.
  #count: number | undefined;
  // False in a room known by counts only: the list then holds people seen here.
  #whole = true;
  #listDue: Disposable | undefined;

  constructor(options: RosterOptions) {
    this.#options = options;
    this.#self = toBase64url(options.idPk);
  }

  /** By the charter. */
  setPowers(moderators: readonly Moderator[]): void {
    this.#powers = new Map(moderators.map(({ idPk, mask }) => [toBase64url(idPk), mask]));
    this.#notifyMembers();
  }

  /** Under the newest name we know. */
  person(idPk: Uint8Array): Person {
    const known = this.#knownKeys.get(toBase64url(idPk));
    return known?.person ?? personOf(this.#options.id, idPk, '');
  }

  /** Of someone who is listed; undefined if they aren't, or gave none. */
  exchangeKeyOf(idPk: string): Uint8Array | undefined {
    return [...this.#listed.values()].find(({ known }) => known.person.idPk === idPk)?.known.xPk;
  }

  /** A command removed them: their leaving needs no line. */
  remove(idPk: Uint8Array): void {
    this.removed.add(toBase64url(idPk));
  }

  presence(frame: Presence): void {
    if (!frame.snapshot && frame.version <= this.#version) return;
    this.#version = frame.version;
    this.#count = frame.count;
    if (frame.snapshot) this.#takeSnapshot(frame);
    else if (namesNoOne(frame)) this.#takeCount();
    else this.#takeChange(frame);
    this.#dropOldest();
    this.#forgetOldest();
    this.#notifyMembers();
  }

  /** Our own name; echoes are older and must not override it. */
  nameSelf(name: string): void {
    this.#name(this.#known(this.#options.idPk), name, Number.POSITIVE_INFINITY);
  }

  /** An opened profile, so its slot, key and signature are right (PROFILE-2). The newest counts (PROFILE-3). */
  profile({ idPk }: Pick<MemberProfile, 'idPk'>, { xPk, at, name }: Profile): void {
    const known = this.#known(idPk);
    if (known.xPk !== undefined && !equalBytes(known.xPk, xPk)) return;
    // The first one counts, whatever messages said before.
    if (known.xPk === undefined && !this.#isOwn(known)) known.namedAt = undefined;
    const before = known.xPk === undefined ? undefined : known.person.name;
    known.xPk = Uint8Array.from(xPk);
    this.#name(known, name, this.#believed(at));
    if (before !== undefined && before !== known.person.name) this.#announceName(known, before);
    this.#forgetOldest();
  }

  /** A verified message carried this name, which counts for people without a profile. */
  nameByMessage(idPk: Uint8Array, name: string, at: number): void {
    const known = this.#known(idPk);
    if (known.xPk === undefined) this.#name(known, name, this.#believed(at));
    this.#forgetOldest();
  }

  /** The server's number; 0 before it said one. */
  get count(): number {
    return this.#count ?? 0;
  }

  /** Someone else on the list, by the slot in hex. */
  otherAt(slot: string): Person | undefined {
    const listed = this.#listed.get(slot);
    return listed === undefined || this.#isSelf(listed) ? undefined : listed.known.person;
  }

  /** They wrote just now: in a room too large for a list, those are the ones worth listing. */
  wrote(idPk: Uint8Array): void {
    if (this.#whole) return;
    const known = this.#known(idPk);
    const [key] = [...this.#listed].find(([, listed]) => listed.known === known) ?? [toBase64url(idPk)];
    this.#listed.delete(key);
    this.#listed.set(key, { known, awaySince: undefined, unannounced: undefined });
    this.#dropOldest();
    this.#notifySoon();
  }

  /** Forgets everyone; no more updates. */
  close(): void {
    this.#listDue?.[Symbol.dispose]();
    for (const listed of this.#listed.values()) listed.unannounced?.[Symbol.dispose]();
    this.#listed.clear();
    this.#knownKeys.clear();
  }

  // Its members may have been here all along, so a snapshot announces no one.
  #takeSnapshot({ joined, away, count }: Presence): void {
    const before = this.#listed;
    this.#listed = new Map();
    this.#whole = joined.length >= count;
    for (const { slot, idPk } of joined) {
      const key = toHex(slot);
      const listed = before.get(key) ?? {
        known: this.#known(idPk),
        awaySince: undefined,
        unannounced: undefined,
      };
      this.#listed.set(key, { ...listed, awaySince: undefined });
      before.delete(key);
    }
    for (const listed of before.values()) listed.unannounced?.[Symbol.dispose]();
    this.#setAway(away);
  }

  // From here on the server doesn't report departures: all we know is that they were here.
  #takeCount(): void {
    this.#whole = false;
    for (const listed of this.#listed.values()) {
      listed.awaySince = undefined;
      listed.unannounced?.[Symbol.dispose]();
      listed.unannounced = undefined;
    }
  }

  // With more members than a list holds it isn't complete, whatever the server says (PRESENCE-1).
  #dropOldest(): void {
    for (const [key, listed] of this.#listed) {
      if (this.#listed.size <= LISTED_MAX) return;
      if (this.#isSelf(listed)) continue;
      this.#whole = false;
      listed.unannounced?.[Symbol.dispose]();
      this.#listed.delete(key);
    }
  }

  #takeChange({ joined, away, left }: Presence): void {
    for (const { slot, idPk } of joined) this.#join(toHex(slot), idPk);
    this.#setAway(away);
    for (const slot of left) this.#leave(toHex(slot));
  }

  #join(key: string, idPk: Uint8Array): void {
    const present = this.#listed.get(key);
    if (present !== undefined) {
      present.awaySince = undefined;
      return;
    }
    const listed: Listed = { known: this.#known(idPk), awaySince: undefined, unannounced: undefined };
    this.#listed.set(key, listed);
    if (this.#isSelf(listed)) return;
    if (listed.known.namedAt !== undefined) this.#announce('joined', listed);
    else
      listed.unannounced = this.#options.clock.after(NAME_PATIENCE_MS, () =>
        this.#announce('joined', listed),
      );
  }

  #leave(key: string): void {
    const listed = this.#listed.get(key);
    if (listed === undefined) return;
    this.#listed.delete(key);
    const isSaid = this.#isSelf(listed) || this.removed.has(listed.known.person.idPk);
    if (listed.unannounced !== undefined) listed.unannounced[Symbol.dispose]();
    else if (!isSaid) this.#announce('left', listed);
  }

  #setAway(slots: readonly Uint8Array[]): void {
    for (const slot of slots) {
      const listed = this.#listed.get(toHex(slot));
      if (listed !== undefined) listed.awaySince = this.#options.clock.now();
    }
  }

  #announce(type: 'joined' | 'left', listed: Listed): void {
    listed.unannounced?.[Symbol.dispose]();
    listed.unannounced = undefined;
    const { known, awaySince } = listed;
    const update = { person: known.person, at: this.#options.clock.now() };
    if (type === 'joined') this.#options.notify({ type, ...update });
    else this.#options.notify({ type, ...update, ...(awaySince !== undefined && { awaySince }) });
  }

  #announceName(known: KnownKey, before: string): void {
    const isListed = [...this.#listed.values()].some(
      (listed) => listed.known === known && !this.#isSelf(listed),
    );
    const { person } = known;
    if (isListed) this.#options.notify({ type: 'renamed', person, before, at: this.#options.clock.now() });
  }

  #name(known: KnownKey, name: string, at: number): void {
    if (known.namedAt !== undefined && known.namedAt >= at && at !== Number.POSITIVE_INFINITY) return;
    known.namedAt = at;
    known.person = personOf(this.#options.id, known.idPk, name);
    for (const listed of this.#listed.values()) {
      if (listed.known === known && listed.unannounced !== undefined) this.#announce('joined', listed);
    }
    this.#notifySoon();
  }

  #notifySoon(): void {
    this.#listDue ??= this.#options.clock.after(LIST_PAUSE_MS, () => this.#notifyMembers());
  }

  #known(idPk: Uint8Array): KnownKey {
    const key = toBase64url(idPk);
    const known = this.#knownKeys.get(key) ?? this.#newKey(idPk);
    this.#knownKeys.delete(key);
    this.#knownKeys.set(key, known);
    return known;
  }

  #newKey(idPk: Uint8Array): KnownKey {
    const own = Uint8Array.from(idPk);
    return { idPk: own, person: personOf(this.#options.id, own, ''), namedAt: undefined, xPk: undefined };
  }

  #forgetOldest(): void {
    if (this.#knownKeys.size <= KNOWN_KEYS_MAX) return;
    const listed = new Set(Array.from(this.#listed.values(), ({ known }) => known.person.idPk));
    for (const key of this.#knownKeys.keys()) {
      if (this.#knownKeys.size <= KNOWN_KEYS_MAX) return;
      if (key !== this.#self && !listed.has(key)) this.#knownKeys.delete(key);
    }
  }

  #powersOf({ known }: Listed): number {
    return this.#powers.get(known.person.idPk) ?? 0;
  }

  #isSelf({ known }: Listed): boolean {
    return this.#isOwn(known);
  }

  #isOwn({ person }: KnownKey): boolean {
    return person.idPk === this.#self;
  }

  // A name given by a clock that is ahead must not outlast later ones, once that clock is right.
  #believed(at: number): number {
    return Math.min(at, this.#options.clock.now() + CLOCK_TOLERANCE_MS);
  }

  #notifyMembers(): void {
    this.#listDue?.[Symbol.dispose]();
    this.#listDue = undefined;
    if (this.#count === undefined) return;
    const members = Array.from(this.#listed.values(), (listed): Member => ({
      ...listed.known.person,
      you: this.#isSelf(listed),
      owner: (this.#powersOf(listed) & POWER.owner) !== 0,
      powers: this.#powersOf(listed),
      away: listed.awaySince !== undefined,
      introduced: listed.known.namedAt !== undefined,
    }));
    const ordered = this.#whole ? members : latestFirst(members);
    this.#options.notify({ type: 'members', members: ordered, count: this.#count, whole: this.#whole });
  }
}

function latestFirst(members: readonly Member[]): readonly Member[] {
  return [...members.filter(({ you }) => you), ...members.filter(({ you }) => !you).reverse()];
}

function namesNoOne({ joined, away, left }: Presence): boolean {
  return joined.length + away.length + left.length === 0;
}
