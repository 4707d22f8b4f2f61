// One chain: which of its messages are accepted (RECV-2 to RECV-4). Erasing one of them asks that anew of all the others.

import { equalBytes, toHex } from '@mayfly/protocol';
import type { OpenedMessage } from '../crypto/envelope.ts';

/** A message that opened, with its index among all events this page ever received. */
export type Arrival = {
  readonly index: number;
  readonly opened: OpenedMessage;
  /** Of its envelope, hex: copies of a message have the same one. */
  readonly header: string;
  /** Of the event. */
  readonly hash: Uint8Array;
  /** Milliseconds since 1970. */
  readonly arrivedAt: number;
  /** When its time is over, if it has a ttl. */
  readonly endsAt?: number;
  /** It arrived when it was sent, not from the history. */
  readonly live: boolean;
  /** There are other messages between what its sender had seen and itself; undefined if it doesn't say. */
  readonly overtaken: boolean | undefined;
  /** What its sender states of the log, beside what this page holds (RECV-5); undefined if they can't be compared. */
  readonly stated: 'same' | 'other' | 'foreign' | undefined;
  /** This page holds every event after this index, up to the message. */
  readonly heldFrom: number;
  /** Everything ever logged of its chain would be here. */
  readonly fromStart: boolean;
};

/** An arrival on its way to being accepted. */
export type Candidate = Arrival & {
  readonly mid: string;
  /** Whether its own signature holds; verified when first needed. */
  signed?: boolean;
  conflicting: boolean;
  /** How many messages of the chain are missing before it; set when it is accepted. */
  missingBefore?: number;
  /** Written long before it was delivered; set when that is judged. */
  late?: boolean;
};

/** A signature vouches for messages at most this many events before it (RECV-3). */
export const VOUCHING_REACH = 512;

/** Of a chain's messages that are neither accepted nor wait, so many are kept, in case an erasure changes that. */
const SPARES_MAX = 128;

export class Chain {
  readonly name: string;
  readonly #verify: (message: OpenedMessage) => boolean;
  readonly #mids = new Set<string>();
  /** Everything that arrived; indices rise. */
  #all: Candidate[] = [];
  /** Counts and indices both rise. */
  #accepted: Candidate[] = [];
  /** Not verified yet; indices rise. */
  #waiting: Candidate[] = [];
  readonly #counted = new Set<Candidate>();
  // Counted messages that are no longer kept.
  #lost = 0;
  // Accepted or found conflicting since `takeChanged`.
  #changed = new Set<Candidate>();

  /** `verify`: whether the author named in a message signed it. */
  constructor(name: string, verify: (message: OpenedMessage) => boolean) {
    this.name = name;
    this.#verify = verify;
  }

  get accepted(): readonly Candidate[] {
    return this.#accepted;
  }

  get isWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  /** Nothing that could come would depend on it. */
  get isDone(): boolean {
    return this.#accepted.length === 0 && this.#waiting.length === 0;
  }

  /** All of it stands before this index. */
  isOver(index: number): boolean {
    return this.#all.every((candidate) => candidate.index < index);
  }

  /** Messages counted permanently. */
  get counted(): ReadonlySet<Candidate> {
    return this.#counted;
  }

  /** Those, and the ones that wait. */
  get unverified(): number {
    return this.#lost + this.#counted.size + this.#waiting.length;
  }

  /** Of a group, those that need a signature of their own if all signatures hold (RECV-3). */
  unvouched(group: readonly Candidate[]): readonly Candidate[] {
    const seen = new Set<string>();
    const fresh = group.filter(({ mid }) => !this.#mids.has(mid) && !seen.has(mid) && seen.add(mid));
    return fresh.filter((candidate, i) => {
      const next = fresh[i + 1];
      return next === undefined || !isBefore(candidate, next);
    });
  }

  /** Takes messages that are all within the reach of one signature. */
  take(group: readonly Candidate[]): void {
    this.#all.push(...group);
    this.#acceptGroup(group);
    this.#dropSpares();
  }

  /** The messages that are accepted or in conflict since the last call. */
  takeChanged(): Iterable<Candidate> {
    const changed = this.#changed;
    if (changed.size > 0) this.#changed = new Set();
    return changed;
  }

  has(headers: ReadonlySet<string>): boolean {
    return this.#all.some(({ header }) => headers.has(header));
  }

  /** Forgets the messages with these headers as if they had never come. Returns those that were accepted before and aren't now. */
  erase(headers: ReadonlySet<string>, head: number): readonly Candidate[] {
    const before = new Map(this.#accepted.map((candidate) => [candidate, candidate.conflicting]));
    this.#all = this.#all.filter(({ header }) => !headers.has(header));
    this.#acceptAnew(head);
    for (const candidate of this.#accepted)
      if (before.get(candidate) === candidate.conflicting) this.#changed.delete(candidate);
    const accepted = new Set(this.#accepted);
    return [...before.keys()].filter((candidate) => !accepted.has(candidate));
  }

  /** Counts what no signature from this index on can vouch for. */
  giveUp(index: number): void {
    const isOver = (candidate: Candidate) => index - candidate.index > VOUCHING_REACH;
    if (!this.#waiting.some(isOver)) return;
    for (const candidate of this.#waiting.filter(isOver)) this.#counted.add(candidate);
    this.#waiting = this.#waiting.filter((candidate) => !isOver(candidate));
  }

  /**
   * Keeps, of the messages before this index, only the newest accepted one, for its count (RECV-4). None of them waits.
   */
  forget(index: number): void {
    const newest = this.#accepted.findLast((candidate) => candidate.index < index);
    const isKept = (candidate: Candidate) => candidate === newest || candidate.index >= index;
    this.#all = this.#all.filter(isKept);
    this.#accepted = this.#accepted.filter(isKept);
    this.#mids.clear();
    for (const { mid } of this.#accepted) this.#mids.add(mid);
    for (const candidate of this.#counted) if (!isKept(candidate)) this.#lose(candidate);
  }

  #lose(candidate: Candidate): void {
    if (this.#counted.delete(candidate)) this.#lost += 1;
  }

  #acceptAnew(head: number): void {
    this.#mids.clear();
    this.#counted.clear();
    [this.#accepted, this.#waiting] = [[], []];
    for (const candidate of this.#all) candidate.conflicting = false;
    for (const group of stretches(this.#all)) this.#acceptGroup(group);
    this.giveUp(head);
  }

  // If counts rise with the indices and nothing waits, no message is a repeat or a rival, so the order of acceptance
  // makes no difference.
  #acceptGroup(group: readonly Candidate[]): void {
    if (this.#waiting.length === 0 && this.#rises(group)) this.#acceptRun(group);
    else for (const candidate of group) this.#acceptOne(candidate);
  }

  // If so, none of the group was accepted before either: `mid` binds the count.
  #rises(group: readonly Candidate[]): boolean {
    let highest = this.#accepted.at(-1)?.opened.count ?? 0;
    for (const { opened } of group) {
      if (opened.count <= highest) return false;
      highest = opened.count;
    }
    return true;
  }

  // RECV-3, the quick way: the newest signature first, then along the chain. A group is shorter than the reach.
  #acceptRun(group: readonly Candidate[]): void {
    const accepted = new Set<Candidate>();
    let successor: Candidate | undefined;
    for (const candidate of [...group].reverse()) {
      const vouched = successor !== undefined && isBefore(candidate, successor);
      if (!vouched && !this.#holds(candidate)) continue;
      accepted.add(candidate);
      successor = candidate;
    }
    for (const candidate of group) {
      if (accepted.has(candidate)) this.#insert(candidate, this.#accepted.length);
      else this.#waiting.push(candidate);
    }
  }

  // RECV-3 in log order, each by its own signature, as a page that was present did it.
  #acceptOne(candidate: Candidate): void {
    this.giveUp(candidate.index);
    // RECV-2: even if it was sealed again, with any signature.
    if (this.#mids.has(candidate.mid)) return;
    if (!this.#holds(candidate)) this.#waiting.push(candidate);
    else if (this.#insertInOrder(candidate)) this.#acceptWaitingBefore(candidate);
    else this.#refuse(candidate);
  }

  #holds(candidate: Candidate): boolean {
    candidate.signed ??= this.#verify(candidate.opened);
    return candidate.signed;
  }

  // RECV-4: two signed messages with one count are the sender's doing; anything else is a replay.
  #refuse(candidate: Candidate): void {
    const twin = this.#accepted.find(({ opened }) => opened.count === candidate.opened.count);
    if (twin === undefined || !this.#holds(twin)) {
      this.#counted.add(candidate);
    } else if (!twin.conflicting) {
      twin.conflicting = true;
      this.#changed.add(twin);
    }
  }

  // A signature vouches for the message before, which vouches for the one before that.
  #acceptWaitingBefore(signed: Candidate): void {
    let successor = signed;
    for (;;) {
      const found = this.#takeWaiting(successor);
      if (found === undefined) return;
      if (this.#insertInOrder(found)) successor = found;
      else this.#counted.add(found);
    }
  }

  #takeWaiting(successor: Candidate): Candidate | undefined {
    const index = this.#waiting.findIndex((candidate) => isBefore(candidate, successor));
    return index === -1 ? undefined : this.#waiting.splice(index, 1)[0];
  }

  // RECV-4: false if counts would no longer rise with the indices.
  #insertInOrder(candidate: Candidate): boolean {
    const at = this.#accepted.findLastIndex(({ index }) => index < candidate.index) + 1;
    const { count } = candidate.opened;
    const before = this.#accepted[at - 1]?.opened.count ?? 0;
    const after = this.#accepted[at]?.opened.count ?? Number.POSITIVE_INFINITY;
    if (count <= before || count >= after) return false;
    this.#insert(candidate, at);
    this.#waiting = this.#waiting.filter(({ mid }) => mid !== candidate.mid);
    return true;
  }

  #insert(candidate: Candidate, at: number): void {
    this.#accepted.splice(at, 0, candidate);
    this.#mids.add(candidate.mid);
    this.#changed.add(candidate);
  }

  // Half of them at once, so that each costs little.
  #dropSpares(): void {
    let excess = this.#all.length - this.#accepted.length - this.#waiting.length - SPARES_MAX;
    if (excess <= SPARES_MAX) return;
    const used = new Set([...this.#accepted, ...this.#waiting]);
    this.#all = this.#all.filter((candidate) => {
      if (used.has(candidate) || excess === 0) return true;
      excess -= 1;
      this.#lose(candidate);
      return false;
    });
  }
}

/** Within a stretch, any signature reaches any message before it. */
export function stretches<T extends Arrival>(arrivals: readonly T[]): readonly (readonly T[])[] {
  const all: T[][] = [];
  for (const arrival of arrivals) {
    const [first] = all.at(-1) ?? [];
    if (first !== undefined && arrival.index - first.index <= VOUCHING_REACH) all.at(-1)?.push(arrival);
    else all.push([arrival]);
  }
  return all;
}

/** The chain that a message belongs to. */
export function chainOf({ pk, sess }: OpenedMessage): string {
  return toHex(pk) + toHex(sess);
}

// Both belong to one chain.
function isBefore(earlier: Candidate, later: Candidate): boolean {
  return earlier.opened.count === later.opened.count - 1 && equalBytes(earlier.opened.mid, later.opened.prev);
}
