// Which opened messages are accepted, and as whose: RECV-2 to RECV-4 and RECV-7 of docs/crypto.md.
// Opening, epochs and what is shown are the receiver's.

import { equalBytes, toHex } from '@mayfly/protocol';
import type { OpenedMessage } from '../crypto/envelope.ts';

/** A message that opened, at its place among all events this page was ever given. */
export type Arrival = {
  readonly place: number;
  readonly opened: OpenedMessage;
  /** Milliseconds since 1970. */
  readonly arrivedAt: number;
  /** It arrived when it was sent, not from the history. */
  readonly live: boolean;
  /** Other messages stand between what its sender had seen and itself; undefined where it doesn't say. */
  readonly overtaken: boolean | undefined;
  /** This page holds every event behind this place, up to the message. */
  readonly heldFrom: number;
  /** All of its chain that was ever logged would be here. */
  readonly fromStart: boolean;
};

/** What becomes of an arrival. */
export type Candidate = Arrival & {
  readonly mid: string;
  /** Whether its own signature holds, once somebody had to know. */
  signed?: boolean;
  conflicting: boolean;
  /** How many messages of the chain are missing before it, from when it was accepted. */
  missingBefore?: number;
  /** Written long before it was delivered, from when that was judged. */
  late?: boolean;
};

/** One sender's messages of one `sess`. */
type Chain = {
  readonly name: string;
  /** Counts and places both rise. */
  readonly accepted: Candidate[];
  /** Not verified yet; places rise. */
  waiting: Candidate[];
};

/** A signature vouches for messages at most this many places before it (RECV-3). */
export const VOUCHING_REACH = 512;

export class Chains {
  readonly #verify: (message: OpenedMessage) => boolean;
  readonly #chains = new Map<string, Chain>();
  readonly #acceptedMids = new Set<string>();
  readonly #withWaiting = new Set<Chain>();
  #counted = 0;
  // Accepted, or found to be conflicting, since `accept` was called.
  #changed = new Map<Candidate, Chain>();

  /** `verify`: whether the author that a message names signed it. */
  constructor(verify: (message: OpenedMessage) => boolean) {
    this.#verify = verify;
  }

  /** Messages that could not be verified so far. A waiting one may still be. */
  get unverified(): number {
    let sum = this.#counted;
    for (const { waiting } of this.#withWaiting) sum += waiting.length;
    return sum;
  }

  /** One more that did not even open, or stood in the wrong epoch. */
  countUnverified(): void {
    this.#counted += 1;
  }

  /**
   * Takes messages in order of their places; `head` is the place of the last event of any kind. The result is that of
   * taking them one by one. Returns those to show, or to show anew, in that order.
   */
  accept(arrivals: readonly Arrival[], head: number): readonly Candidate[] {
    this.#changed = new Map();
    for (const stretch of stretches(arrivals)) {
      for (const [name, group] of groupByChain(stretch)) this.#acceptGroup(this.#chain(name), group);
    }
    for (const chain of this.#withWaiting) {
      this.#giveUp(chain, head);
      this.#forgetIfDone(chain);
    }
    for (const [candidate, chain] of this.#changed)
      candidate.missingBefore ??= this.#missingBefore(chain, candidate);
    return [...this.#changed.keys()].sort((a, b) => a.place - b.place);
  }

  #chain(name: string): Chain {
    const known = this.#chains.get(name);
    if (known !== undefined) return known;
    const chain: Chain = { name, accepted: [], waiting: [] };
    this.#chains.set(name, chain);
    return chain;
  }

  // Where counts rise with the places and nothing waits, no message was accepted before or takes another's place:
  // the order of acceptance makes no difference.
  #acceptGroup(chain: Chain, group: readonly Candidate[]): void {
    if (chain.waiting.length === 0 && rises(chain, group)) this.#acceptRun(chain, group);
    else for (const candidate of group) this.#acceptOne(chain, candidate);
  }

  // RECV-3, the quick way: the newest signature first, then along the chain. A group is shorter than the reach.
  #acceptRun(chain: Chain, group: readonly Candidate[]): void {
    const accepted = new Set<Candidate>();
    let successor: Candidate | undefined;
    for (const candidate of [...group].reverse()) {
      const vouched = successor !== undefined && isBefore(candidate, successor);
      if (!vouched && !this.#holds(candidate)) continue;
      accepted.add(candidate);
      successor = candidate;
    }
    for (const candidate of group) {
      if (accepted.has(candidate)) this.#insert(chain, candidate, chain.accepted.length);
      else this.#wait(chain, candidate);
    }
  }

  // RECV-3 in the order of the log, each by its own signature: what a page that was there did.
  #acceptOne(chain: Chain, candidate: Candidate): void {
    this.#giveUp(chain, candidate.place);
    // RECV-2: whoever sealed it anew, and whatever the signature is now.
    if (this.#acceptedMids.has(candidate.mid)) return;
    if (!this.#holds(candidate)) this.#wait(chain, candidate);
    else if (this.#takePlace(chain, candidate)) this.#acceptWaitingBefore(chain, candidate);
    else this.#refuse(chain, candidate);
  }

  #holds(candidate: Candidate): boolean {
    candidate.signed ??= this.#verify(candidate.opened);
    return candidate.signed;
  }

  #wait(chain: Chain, candidate: Candidate): void {
    chain.waiting.push(candidate);
    this.#withWaiting.add(chain);
  }

  // RECV-4: two signed messages under one number are the sender's doing; anything else is a replay.
  #refuse(chain: Chain, candidate: Candidate): void {
    const twin = chain.accepted.find(({ opened }) => opened.count === candidate.opened.count);
    if (twin === undefined || !this.#holds(twin)) {
      this.#counted += 1;
    } else if (!twin.conflicting) {
      twin.conflicting = true;
      this.#changed.set(twin, chain);
    }
  }

  // A signature vouches for the message before it, and so for the one before that.
  #acceptWaitingBefore(chain: Chain, signed: Candidate): void {
    let successor = signed;
    for (;;) {
      const found = takeWaiting(chain, successor);
      if (found === undefined) return;
      if (this.#takePlace(chain, found)) successor = found;
      else this.#counted += 1;
    }
  }

  // RECV-4: false where counts would not rise with the places any more.
  #takePlace(chain: Chain, candidate: Candidate): boolean {
    const at = chain.accepted.findLastIndex(({ place }) => place < candidate.place) + 1;
    const { count } = candidate.opened;
    const before = chain.accepted[at - 1]?.opened.count ?? 0;
    const after = chain.accepted[at]?.opened.count ?? Number.POSITIVE_INFINITY;
    if (count <= before || count >= after) return false;
    this.#insert(chain, candidate, at);
    chain.waiting = chain.waiting.filter(({ mid }) => mid !== candidate.mid);
    return true;
  }

  #insert(chain: Chain, candidate: Candidate, at: number): void {
    chain.accepted.splice(at, 0, candidate);
    this.#acceptedMids.add(candidate.mid);
    this.#changed.set(candidate, chain);
  }

  // Nothing that comes from this place on can vouch for them.
  #giveUp(chain: Chain, place: number): void {
    const kept = chain.waiting.filter((candidate) => place - candidate.place <= VOUCHING_REACH);
    this.#counted += chain.waiting.length - kept.length;
    chain.waiting = kept;
  }

  #forgetIfDone(chain: Chain): void {
    if (chain.waiting.length > 0) return;
    this.#withWaiting.delete(chain);
    if (chain.accepted.length === 0) this.#chains.delete(chain.name);
  }

  // RECV-7: told only where events that this page never got can't explain it.
  #missingBefore({ accepted }: Chain, { opened, place, heldFrom, fromStart }: Candidate): number {
    const previous = accepted[accepted.findLastIndex((candidate) => candidate.place < place)];
    if (previous === undefined) return fromStart ? opened.count - 1 : 0;
    return previous.place <= heldFrom ? 0 : opened.count - previous.opened.count - 1;
  }
}

/** Cut so that in each of them any signature reaches any message before it. */
function stretches(arrivals: readonly Arrival[]): readonly (readonly Arrival[])[] {
  const all: Arrival[][] = [];
  for (const arrival of arrivals) {
    const [first] = all.at(-1) ?? [];
    if (first !== undefined && arrival.place - first.place <= VOUCHING_REACH) all.at(-1)?.push(arrival);
    else all.push([arrival]);
  }
  return all;
}

function groupByChain(arrivals: readonly Arrival[]): Map<string, Candidate[]> {
  const groups = new Map<string, Candidate[]>();
  for (const arrival of arrivals) {
    const { pk, sess, mid } = arrival.opened;
    const name = toHex(pk) + toHex(sess);
    const group = groups.get(name) ?? [];
    group.push({ ...arrival, mid: toHex(mid), conflicting: false });
    groups.set(name, group);
  }
  return groups;
}

// Then none of the group was accepted before either: `mid` binds the count.
function rises(chain: Chain, group: readonly Candidate[]): boolean {
  let highest = chain.accepted.at(-1)?.opened.count ?? 0;
  for (const { opened } of group) {
    if (opened.count <= highest) return false;
    highest = opened.count;
  }
  return true;
}

function takeWaiting(chain: Chain, successor: Candidate): Candidate | undefined {
  const index = chain.waiting.findIndex((candidate) => isBefore(candidate, successor));
  return index === -1 ? undefined : chain.waiting.splice(index, 1)[0];
}

// Both are of one chain.
function isBefore(earlier: Candidate, later: Candidate): boolean {
  return earlier.opened.count === later.opened.count - 1 && equalBytes(earlier.opened.mid, later.opened.prev);
}
