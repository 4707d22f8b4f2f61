// Notices between messages, merged: a phone that locks for a minute leaves no line, and a group that joins leaves one.

import type { ResetReason } from '@mayfly/protocol';
import type { LieKind, Person, RoomChange } from '@mayfly/client';

/** A notice stands after the message that was the newest when it happened. */
export type LogPosition = { readonly log: number; readonly seq: number };

export type NoticeContent =
  | { readonly type: 'joined' | 'left'; readonly people: readonly Person[] }
  /** `person` is called something else now. */
  | { readonly type: 'renamed'; readonly person: Person; readonly before: string }
  /** `by` removed them: unset for the owner's own key. */
  | {
      readonly type: 'removed';
      readonly person: Person;
      readonly by?: Person;
      readonly own: boolean;
    }
  | {
      readonly type: 'ordered';
      readonly change: RoomChange;
      readonly by?: Person;
      readonly own: boolean;
    }
  /** The room has a new link, by the owner's own key. */
  | { readonly type: 'relinked'; readonly by?: undefined; readonly own: boolean }
  | { readonly type: 'reset'; readonly reason: Exclude<ResetReason, 'fresh'> }
  /** This person's page has another history, or the server was caught in a lie. */
  | { readonly type: 'trouble'; readonly person?: Person; readonly lie?: LieKind }
  /** A message of our own that was logged, and left the history before its echo came. */
  | { readonly type: 'trimmed'; readonly text: string };

export type TroubleNotice = Extract<NoticeContent, { type: 'trouble' }>;

export type OrderNotice = Extract<NoticeContent, { type: 'removed' | 'ordered' | 'relinked' }>;

export type Notice = NoticeContent & {
  readonly key: string;
  readonly after: LogPosition;
  /** 0 for what has no time: commands of a history. */
  readonly at: number;
};

/** A departure after a lost connection is shown this long after the loss. */
export const HELD_MS = 2 * 60_000;
/** Past this many the oldest are dropped, except messages of our own. */
export const NOTICES_MAX = 200;
/** People on one line; more begin another one. */
export const PEOPLE_MAX = 200;

type HeldDeparture = { readonly person: Person; readonly drawnAt: number };

export class Notices {
  readonly #held = new Map<string, HeldDeparture>();
  #list: readonly Notice[] = [];
  #made = 0;

  /** Oldest first; another array after each change. */
  get list(): readonly Notice[] {
    return this.#list;
  }

  /** A return with nothing in between needs no line, and takes back that of the departure. */
  joined(person: Person, at: number, after: LogPosition): void {
    if (this.#held.delete(person.idPk)) return;
    if (!this.#takeBack(person, after)) this.#together('joined', person, at, after);
  }

  /** `awaySince`: when they lost their connection; they may be back soon. */
  left(person: Person, at: number, after: LogPosition, awaySince?: number): void {
    // Held departures are bounded, too.
    if (awaySince === undefined || this.#held.size >= PEOPLE_MAX) this.#together('left', person, at, after);
    else this.#held.set(person.idPk, { person, drawnAt: awaySince + HELD_MS });
  }

  add(content: Exclude<NoticeContent, { type: 'joined' | 'left' }>, at: number, after: LogPosition): void {
    this.#push(content, at, after);
  }

  clear(): void {
    if (this.#list.length > 0) this.#list = [];
  }

  /** Shows the departures that are due. */
  pass(now: number, after: LogPosition): void {
    for (const [idPk, { person, drawnAt }] of this.#held) {
      if (drawnAt > now) continue;
      this.#held.delete(idPk);
      this.#together('left', person, now, after);
    }
  }

  // They left and are back with nothing in between: neither line says anything new.
  #takeBack({ idPk }: Person, after: LogPosition): boolean {
    const index = this.#list.findLastIndex(
      (notice) => notice.type === 'left' && isSamePosition(notice.after, after) && has(notice.people, idPk),
    );
    const notice = this.#list[index];
    if (notice?.type !== 'left') return false;
    const people = notice.people.filter((person) => person.idPk !== idPk);
    const kept = people.length > 0 ? [{ ...notice, people }] : [];
    this.#list = [...this.#list.slice(0, index), ...kept, ...this.#list.slice(index + 1)];
    return true;
  }

  #together(type: 'joined' | 'left', person: Person, at: number, after: LogPosition): void {
    const last = this.#list.at(-1);
    const joins =
      last?.type === type && isSamePosition(last.after, after) && last.people.length < PEOPLE_MAX
        ? last
        : undefined;
    if (joins === undefined) return this.#push({ type, people: [person] }, at, after);
    const people = has(joins.people, person.idPk) ? joins.people : [...joins.people, person];
    this.#list = [...this.#list.slice(0, -1), { ...joins, people, at }];
  }

  #push(content: NoticeContent, at: number, after: LogPosition): void {
    const notice = { ...content, key: `notice-${this.#made}`, at, after };
    this.#made += 1;
    this.#list = newest([...this.#list, notice]);
  }
}

function newest(notices: readonly Notice[]): readonly Notice[] {
  let surplus = notices.length - NOTICES_MAX;
  return notices.filter(({ type }) => type === 'trimmed' || surplus-- <= 0);
}

function has(people: readonly Person[], idPk: string): boolean {
  return people.some((person) => person.idPk === idPk);
}

function isSamePosition(a: LogPosition, b: LogPosition): boolean {
  return a.log === b.log && a.seq === b.seq;
}
