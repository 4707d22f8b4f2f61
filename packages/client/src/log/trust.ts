// Whether the server shows everyone the same log: what others state about it (RECV-5), and what no honest server does
// (RECV-6).

import { type RoomId, equalBytes } from '@mayfly/protocol';
import { personOf } from '../crypto/person.ts';
import type { LieKind, OtherHistory, Trouble } from '../room-updates.ts';
import type { Candidate } from './chain.ts';
import { shownTime } from './shown-time.ts';

/** So many messages can wait for a connection, and be sent again in another log. */
const RESENT_MAX = 16;
/** More people who differ say nothing new. */
const PEOPLE_MAX = 50;
/** People whose messages are counted in a row. */
const RUNS_MAX = 1_000;

export class Trust {
  readonly #id: RoomId;
  readonly #idPk: Uint8Array;
  /** By key: the message that showed it. */
  readonly #others = new Map<string, OtherHistory>();
  readonly #lies = new Set<LieKind>();
  /** Messages in a row of one person that state another log. */
  readonly #foreign = new Map<string, number>();
  #isNews = false;

  constructor({ id, idPk }: { readonly id: RoomId; readonly idPk: Uint8Array }) {
    this.#id = id;
    this.#idPk = idPk;
  }

  get size(): number {
    return this.#others.size + this.#foreign.size;
  }

  /** What changed it since the last time; undefined if nothing did. */
  takeNews(): Trouble | undefined {
    if (!this.#isNews) return undefined;
    this.#isNews = false;
    const others = [...this.#others.values()];
    return { server: others.length > 1 || this.#lies.size > 0, others, lies: [...this.#lies] };
  }

  /** Another log begins, in which old messages may be sent again. */
  beginLog(): void {
    this.#foreign.clear();
  }

  /** RECV-6. */
  caught(lie: LieKind): void {
    if (this.#lies.has(lie)) return;
    this.#lies.add(lie);
    this.#isNews = true;
  }

  /** RECV-5: an accepted message. What we ourselves stated before a reload proves nothing. */
  take(message: Candidate): void {
    if (equalBytes(message.opened.pk, this.#idPk)) return;
    const person = personOf(this.#id, message.opened.pk, message.opened.name);
    const isForeign = message.stated === 'foreign';
    const inARow = isForeign ? (this.#foreign.get(person.idPk) ?? 0) + 1 : 0;
    this.#foreign.delete(person.idPk);
    if (isForeign && this.#foreign.size < RUNS_MAX) this.#foreign.set(person.idPk, inARow);
    const differs = message.stated === 'other' || inARow > RESENT_MAX;
    if (!differs || this.#others.has(person.idPk) || this.#others.size >= PEOPLE_MAX) return;
    this.#others.set(person.idPk, { person, key: message.mid, at: shownTime(message) });
    this.#isNews = true;
  }
}
