// Who is here, who was, and how they are called.

import type { Member, Person } from '@mayfly/client';
import { type ReadonlySignal, computed, signal } from '@preact/signals';
import { Hues } from './hues.ts';
import { SharedNames } from './shared-names.ts';

/** Someone under their current name; `introduced` is false while it is not known. */
export type KnownPerson = { readonly person: Person; readonly introduced: boolean };

/** People whose current name is remembered for the lines they are named in. */
const KNOWN_MAX = 1_000;
/** So many different people are counted. */
const SEEN_MAX = 10_000;

export class People {
  readonly #members = signal<readonly Member[]>([]);
  readonly #count = signal(0);
  readonly #listIsWhole = signal(true);
  readonly #known = signal<ReadonlyMap<string, KnownPerson>>(new Map());
  readonly #names = new SharedNames();
  readonly #hues = new Hues();
  readonly #seen = new Set<string>();

  readonly you = computed(() => this.#members.value.find((member) => member.you));

  /** Those who are here, and those who were. */
  readonly everyone = computed((): readonly Person[] =>
    Array.from(this.#known.value.values(), ({ person }) => person),
  );

  get members(): ReadonlySignal<readonly Member[]> {
    return this.#members;
  }

  get count(): ReadonlySignal<number> {
    return this.#count;
  }

  /** False in a room that is too large for a list: `members` are some who were seen here. */
  get listIsWhole(): ReadonlySignal<boolean> {
    return this.#listIsWhole;
  }

  /** How many different people this page saw. */
  get seenCount(): number {
    return this.#seen.size;
  }

  /** Somebody else's name could be taken for this person's. */
  isTagged({ name }: Person): boolean {
    return this.#names.isShared(name);
  }

  /** 1 to 8: the color of their name. */
  hueOf(person: Person): number {
    return this.#hues.of(person);
  }

  /** Under the name they have now. */
  known(person: Person): KnownPerson {
    return this.#known.value.get(person.idPk) ?? { person, introduced: true };
  }

  update(members: readonly Member[], count: number, whole: boolean): void {
    for (const member of members) {
      this.see(member);
      this.#names.add(member);
    }
    for (const member of this.#members.peek()) this.#names.remove(member);
    this.#recognize(members);
    this.#members.value = members;
    this.#count.value = count;
    this.#listIsWhole.value = whole;
  }

  /** Past the limit, one more or less says nothing. */
  see(person: Person): void {
    if (this.#seen.size < SEEN_MAX) this.#seen.add(person.idPk);
    // Colors go by the order of arrival.
    this.#hues.of(person);
  }

  /** Someone whose name stands at a message. */
  addAuthor(person: Person): void {
    this.see(person);
    this.#names.add(person);
  }

  /** Their name no longer stands at a message of theirs. */
  dropAuthor(person: Person): void {
    this.#names.remove(person);
  }

  // People who left keep their name; the oldest make room.
  #recognize(members: readonly Member[]): void {
    const known = new Map(this.#known.peek());
    for (const member of members) {
      known.delete(member.idPk);
      known.set(member.idPk, { person: member, introduced: member.introduced });
    }
    const surplus = Math.max(0, known.size - KNOWN_MAX);
    for (const idPk of [...known.keys()].slice(0, surplus)) known.delete(idPk);
    this.#known.value = known;
  }
}
