// Which names need a tag beside them, because somebody else's looks the same. Kept as people and names come and go.

import type { Person } from '@mayfly/client';
import { type Signal, signal } from '@preact/signals';
import { shownName } from '../../words/room.ts';
import { lookOf } from './name-look.ts';

/** A name's look, and how often each person is counted with it. */
type Look = { readonly times: Map<string, number>; readonly isShared: Signal<boolean> };

/** Past this many, names that are no longer shown anywhere are forgotten. */
const NAMES_MAX = 5_000;

export class SharedNames {
  readonly #looks = new Map<string, Look>();
  readonly #lookOf = new Map<string, string>();
  // Rises when a look comes up: who asked before that has to ask again.
  readonly #lookCount = signal(0);

  /** Whether somebody with another key has a name that could be taken for this one. Signals when that changes. */
  isShared(name: string): boolean {
    const look = this.#looks.get(this.#look(name));
    return look === undefined ? this.#lookCount.value < 0 : look.isShared.value;
  }

  /** Counts a person, once for each place their name stands at. */
  add({ idPk, name }: Person): void {
    const look = this.#looks.get(this.#look(name)) ?? this.#newLook(this.#look(name));
    look.times.set(idPk, (look.times.get(idPk) ?? 0) + 1);
    look.isShared.value = look.times.size > 1;
  }

  remove({ idPk, name }: Person): void {
    const look = this.#looks.get(this.#look(name));
    const times = look?.times.get(idPk);
    if (look === undefined || times === undefined) return;
    if (times > 1) look.times.set(idPk, times - 1);
    else look.times.delete(idPk);
    look.isShared.value = look.times.size > 1;
  }

  #newLook(key: string): Look {
    if (this.#looks.size >= NAMES_MAX) this.#dropUnused();
    const look: Look = { times: new Map(), isShared: signal(false) };
    this.#looks.set(key, look);
    this.#lookCount.value += 1;
    return look;
  }

  // Not earlier: what is drawn may still listen.
  #dropUnused(): void {
    for (const [key, { times }] of this.#looks) if (times.size === 0) this.#looks.delete(key);
  }

  #look(name: string): string {
    const look = this.#lookOf.get(name) ?? lookOf(shownName(name));
    if (this.#lookOf.size >= NAMES_MAX) this.#lookOf.clear();
    this.#lookOf.set(name, look);
    return look;
  }
}
