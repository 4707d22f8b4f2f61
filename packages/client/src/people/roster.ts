// Who is here, as the server says, and under which names, as they say themselves (PRESENCE-1 to PRESENCE-6).

import {
  LISTED_MAX,
  type MemberProfile,
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

export type RosterRoom = {
  readonly id: RoomId;
  readonly idPk: Uint8Array;
  readonly clock: Clock;
  tell(news: Extract<RoomUpdate, { type: 'members' | 'joined' | 'left' | 'renamed' }>): void;
};

/** A newcomer's profile comes right after them; this long it is waited for, so that they arrive with their name. */
export const NAME_PATIENCE_MS = 2_000;
/** So many keys are remembered: those listed, and of the others who were heard of last. */
export const FACES_MAX = 1_000;
/** Names come in crowds; the list is told once for all that came within this time. */
export const LIST_PAUSE_MS = 50;

type Seat = {
  readonly face: Face;
  /** Since when they have no connection; undefined while they have one. */
  awaySince: number | undefined;
  /** Set while the others have not been told that they joined. */
  unannounced: Disposable | undefined;
};

/** What is known of a key; outlives its seat, so that a name is not lost with a departure. */
type Face = {
  readonly idPk: Uint8Array;
  person: Person;
  /** The sender's clock when they gave this name, as far as it is believed; undefined while they gave none. */
  namedAt: number | undefined;
  xPk: Uint8Array | undefined;
};

export class Roster {
  readonly #room: RosterRoom;
  readonly #self: string;
  // Whoever was heard of last stands last.
  readonly #faces = new Map<string, Face>();
  #seats = new Map<string, Seat>();
  #owners: ReadonlySet<string> = new Set();
  #version = 0;
  // Undefined before the server's first word: then there is nothing to tell.
  #count: number | undefined;
  // False in a room that is told as counts: the seats are some who were seen here.
  #whole = true;
  #listDue: Disposable | undefined;

  constructor(room: RosterRoom) {
    this.#room = room;
    this.#self = toBase64url(room.idPk);
  }

  /** By the charter: tabs of the owner. */
  setOwners(owners: readonly Uint8Array[]): void {
    this.#owners = new Set(owners.map(toBase64url));
  }

  presence(frame: Presence): void {
    if (!frame.snapshot && frame.version <= this.#version) return;
    this.#version = frame.version;
    this.#count = frame.count;
    if (frame.snapshot) this.#takeSnapshot(frame);
    else if (namesNobody(frame)) this.#takeCount();
    else this.#takeChange(frame);
    this.#dropOldest();
    this.#forgetOldest();
    this.#tellMembers();
  }

  /** What we call ourselves; what others send back of it is older. */
  nameSelf(name: string): void {
    this.#name(this.#face(this.#room.idPk), name, Number.POSITIVE_INFINITY);
  }

  /** A profile that was opened: its slot, key and signature are right (PROFILE-2). The newest counts (PROFILE-3). */
  profile({ idPk }: Pick<MemberProfile, 'idPk'>, { xPk, at, name }: Profile): void {
    const face = this.#face(idPk);
    if (face.xPk !== undefined && !equalBytes(face.xPk, xPk)) return;
    // The first one counts whatever messages said before.
    if (face.xPk === undefined && !this.#isOwn(face)) face.namedAt = undefined;
    const known = face.xPk === undefined ? undefined : face.person.name;
    face.xPk = Uint8Array.from(xPk);
    this.#name(face, name, this.#believed(at));
    if (known !== undefined && known !== face.person.name) this.#announceName(face, known);
    this.#forgetOldest();
  }

  /** Somebody's verified message carried this name: good for people without a profile. */
  heardFrom(idPk: Uint8Array, name: string, at: number): void {
    const face = this.#face(idPk);
    if (face.xPk === undefined) this.#name(face, name, this.#believed(at));
    this.#forgetOldest();
  }

  /** They wrote just now: in a room too large for a list, those are the ones worth listing. */
  wrote(idPk: Uint8Array): void {
    if (this.#whole) return;
    const face = this.#face(idPk);
    const [key] = [...this.#seats].find(([, seat]) => seat.face === face) ?? [toBase64url(idPk)];
    this.#seats.delete(key);
    this.#seats.set(key, { face, awaySince: undefined, unannounced: undefined });
    this.#dropOldest();
    this.#tellSoon();
  }

  /** Forgets everybody, and tells nothing any more. */
  close(): void {
    this.#listDue?.[Symbol.dispose]();
    for (const seat of this.#seats.values()) seat.unannounced?.[Symbol.dispose]();
    this.#seats.clear();
    this.#faces.clear();
  }

  // Whoever is in it may have been here all along: nobody joins or leaves by a snapshot.
  #takeSnapshot({ joined, away, count }: Presence): void {
    const before = this.#seats;
    this.#seats = new Map();
    this.#whole = joined.length >= count;
    for (const { slot, idPk } of joined) {
      const key = toHex(slot);
      const seat = before.get(key) ?? {
        face: this.#face(idPk),
        awaySince: undefined,
        unannounced: undefined,
      };
      this.#seats.set(key, { ...seat, awaySince: undefined });
      before.delete(key);
    }
    for (const seat of before.values()) seat.unannounced?.[Symbol.dispose]();
    this.#setAway(away);
  }

  // From now on nobody says who of them goes: no more is known than that they were here.
  #takeCount(): void {
    this.#whole = false;
    for (const seat of this.#seats.values()) {
      seat.awaySince = undefined;
      seat.unannounced?.[Symbol.dispose]();
      seat.unannounced = undefined;
    }
  }

  // More than a list holds is no whole list, whatever the server says (PRESENCE-1).
  #dropOldest(): void {
    for (const [key, seat] of this.#seats) {
      if (this.#seats.size <= LISTED_MAX) return;
      if (this.#isSelf(seat)) continue;
      this.#whole = false;
      seat.unannounced?.[Symbol.dispose]();
      this.#seats.delete(key);
    }
  }

  #takeChange({ joined, away, left }: Presence): void {
    for (const { slot, idPk } of joined) this.#join(toHex(slot), idPk);
    this.#setAway(away);
    for (const slot of left) this.#leave(toHex(slot));
  }

  #join(key: string, idPk: Uint8Array): void {
    const known = this.#seats.get(key);
    if (known !== undefined) {
      known.awaySince = undefined;
      return;
    }
    const seat: Seat = { face: this.#face(idPk), awaySince: undefined, unannounced: undefined };
    this.#seats.set(key, seat);
    if (this.#isSelf(seat)) return;
    if (seat.face.namedAt !== undefined) this.#announce('joined', seat);
    else seat.unannounced = this.#room.clock.after(NAME_PATIENCE_MS, () => this.#announce('joined', seat));
  }

  #leave(key: string): void {
    const seat = this.#seats.get(key);
    if (seat === undefined) return;
    this.#seats.delete(key);
    if (seat.unannounced !== undefined) seat.unannounced[Symbol.dispose]();
    else if (!this.#isSelf(seat)) this.#announce('left', seat);
  }

  #setAway(slots: readonly Uint8Array[]): void {
    for (const slot of slots) {
      const seat = this.#seats.get(toHex(slot));
      if (seat !== undefined) seat.awaySince = this.#room.clock.now();
    }
  }

  #announce(type: 'joined' | 'left', seat: Seat): void {
    seat.unannounced?.[Symbol.dispose]();
    seat.unannounced = undefined;
    const { face, awaySince } = seat;
    const news = { person: face.person, at: this.#room.clock.now() };
    if (type === 'joined') this.#room.tell({ type, ...news });
    else this.#room.tell({ type, ...news, ...(awaySince !== undefined && { awaySince }) });
  }

  #announceName(face: Face, before: string): void {
    const isListed = [...this.#seats.values()].some((seat) => seat.face === face && !this.#isSelf(seat));
    const { person } = face;
    if (isListed) this.#room.tell({ type: 'renamed', person, before, at: this.#room.clock.now() });
  }

  #name(face: Face, name: string, at: number): void {
    if (face.namedAt !== undefined && face.namedAt >= at && at !== Number.POSITIVE_INFINITY) return;
    face.namedAt = at;
    face.person = personOf(this.#room.id, face.idPk, name);
    for (const seat of this.#seats.values()) {
      if (seat.face === face && seat.unannounced !== undefined) this.#announce('joined', seat);
    }
    this.#tellSoon();
  }

  #tellSoon(): void {
    this.#listDue ??= this.#room.clock.after(LIST_PAUSE_MS, () => this.#tellMembers());
  }

  #face(idPk: Uint8Array): Face {
    const key = toBase64url(idPk);
    const face = this.#faces.get(key) ?? this.#newFace(idPk);
    this.#faces.delete(key);
    this.#faces.set(key, face);
    return face;
  }

  #newFace(idPk: Uint8Array): Face {
    const own = Uint8Array.from(idPk);
    return { idPk: own, person: personOf(this.#room.id, own, ''), namedAt: undefined, xPk: undefined };
  }

  #forgetOldest(): void {
    if (this.#faces.size <= FACES_MAX) return;
    const listed = new Set(Array.from(this.#seats.values(), ({ face }) => face.person.idPk));
    for (const key of this.#faces.keys()) {
      if (this.#faces.size <= FACES_MAX) return;
      if (key !== this.#self && !listed.has(key)) this.#faces.delete(key);
    }
  }

  #isSelf({ face }: Seat): boolean {
    return this.#isOwn(face);
  }

  #isOwn({ person }: Face): boolean {
    return person.idPk === this.#self;
  }

  // A clock that is ahead must not outlast the names that come after it is set right.
  #believed(at: number): number {
    return Math.min(at, this.#room.clock.now() + CLOCK_TOLERANCE_MS);
  }

  #tellMembers(): void {
    this.#listDue?.[Symbol.dispose]();
    this.#listDue = undefined;
    if (this.#count === undefined) return;
    const members = Array.from(this.#seats.values(), (seat): Member => ({
      ...seat.face.person,
      you: this.#isSelf(seat),
      owner: this.#owners.has(seat.face.person.idPk),
      away: seat.awaySince !== undefined,
      introduced: seat.face.namedAt !== undefined,
    }));
    const ordered = this.#whole ? members : latestFirst(members);
    this.#room.tell({ type: 'members', members: ordered, count: this.#count, whole: this.#whole });
  }
}

function latestFirst(members: readonly Member[]): readonly Member[] {
  return [...members.filter(({ you }) => you), ...members.filter(({ you }) => !you).reverse()];
}

function namesNobody({ joined, away, left }: Presence): boolean {
  return joined.length + away.length + left.length === 0;
}
