// Which opened messages are accepted, and as whose: RECV-2 to RECV-4 and RECV-7 of docs/crypto.md.
// Opening, epochs and what is shown are the receiver's.

import { equalBytes, toHex } from '@mayfly/protocol';
import type { OpenedMessage } from '../crypto/envelope.ts';

/** A message that opened, with its index among all events this page ever received. */
export type Arrival = {
  readonly index: number;
  readonly opened: OpenedMessage;
  /** Milliseconds since 1970. */
  readonly arrivedAt: number;
  /** It arrived when it was sent, not from the history. */
  readonly live: boolean;
  /** There are other messages between what its sender had seen and itself; undefined if it doesn't say. */
  readonly overtaken: boolean | undefined;
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

/** One sender's messages of one `sess`. */
type Chain = {
  readonly name: string;
  /** Counts and indices both rise. */
  readonly accepted: Candidate[];
  /** Not verified yet; indices rise. */
  waiting: Candidate[];
};

/** A signature vouches for messages at most this many events before it (RECV-3). */
export const VOUCHING_REACH = 512;

export class Chains {
  readonly #verify: (message: OpenedMessage) => boolean;
  readonly #chains = new Map<string, Chain>();
  readonly #acceptedMids = new Set<string>();
  readonly #withWaiting = new Set<Chain>();
  // Indices of erased messages, rising.
  readonly #erased: number[] = [];
  #counted = 0;
  // Accepted or found conflicting in this call of `accept`.
  #changed = new Map<Candidate, Chain>();

  /** `verify`: whether the author named in a message signed it. */
  constructor(verify: (message: OpenedMessage) => boolean) {
    this.#verify = verify;
  }

  /** Messages not verified so far. A waiting one may still be. */
  get unverified(): number {
    let sum = this.#counted;
    for (const { waiting } of this.#withWaiting) sum += waiting.length;
    return sum;
  }

  /** One more that didn't open, was in the wrong epoch, or is a stub that proves nothing. */
  countUnverified(): void {
    this.#counted += 1;
  }

  /** A message was erased here. Called before the messages after it are accepted. */
  noteErased(index: number): void {
    this.#erased.push(index);
  }

  /**
   * Takes messages by index; `head` is the index of the last event of any kind. The result equals taking them one by one.
   * Returns those to show or to update, by index.
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
    return [...this.#changed.keys()].sort((a, b) => a.index - b.index);
  }

  #chain(name: string): Chain {
    const known = this.#chains.get(name);
    if (known !== undefined) return known;
    const chain: Chain = { name, accepted: [], waiting: [] };
    this.#chains.set(name, chain);
    return chain;
  }

  // If counts rise with the indices and nothing waits, no message is a repeat or a rival, so the order of acceptance
  // makes no difference.
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

  // RECV-3 in log order, each by its own signature, as a page that was present did it.
  #acceptOne(chain: Chain, candidate: Candidate): void {
    this.#giveUp(chain, candidate.index);
    // RECV-2: even if it was sealed again, with any signature.
    if (this.#acceptedMids.has(candidate.mid)) return;
    if (!this.#holds(candidate)) this.#wait(chain, candidate);
    else if (this.#insertInOrder(chain, candidate)) this.#acceptWaitingBefore(chain, candidate);
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

  // RECV-4: two signed messages with one count are the sender's doing; anything else is a replay.
  #refuse(chain: Chain, candidate: Candidate): void {
    const twin = chain.accepted.find(({ opened }) => opened.count === candidate.opened.count);
    if (twin === undefined || !this.#holds(twin)) {
      this.#counted += 1;
    } else if (!twin.conflicting) {
      twin.conflicting = true;
      this.#changed.set(twin, chain);
    }
  }

  // A signature vouches for the message before, which vouches for the one before that.
  #acceptWaitingBefore(chain: Chain, signed: Candidate): void {
    let successor = signed;
    for (;;) {
      const found = takeWaiting(chain, successor);
      if (found === undefined) return;
      if (this.#insertInOrder(chain, found)) successor = found;
      else this.#counted += 1;
    }
  }

  // RECV-4: false if counts would no longer rise with the indices.
  #insertInOrder(chain: Chain, candidate: Candidate): boolean {
    const at = chain.accepted.findLastIndex(({ index }) => index < candidate.index) + 1;
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

  // Nothing from this index on can vouch for them.
  #giveUp(chain: Chain, index: number): void {
    const kept = chain.waiting.filter((candidate) => index - candidate.index <= VOUCHING_REACH);
    this.#counted += chain.waiting.length - kept.length;
    chain.waiting = kept;
  }

  #forgetIfDone(chain: Chain): void {
    if (chain.waiting.length > 0) return;
    this.#withWaiting.delete(chain);
    if (chain.accepted.length === 0) this.#chains.delete(chain.name);
  }

  // RECV-7: only what events lost to this page, or erased ones, can't explain.
  #missingBefore({ accepted }: Chain, { opened, index, heldFrom, fromStart }: Candidate): number {
    const previous = accepted.findLast((candidate) => candidate.index < index);
    if (previous === undefined ? !fromStart : previous.index <= heldFrom) return 0;
    const missing = opened.count - (previous?.opened.count ?? 0) - 1;
    return missing > this.#erasedBetween(previous?.index ?? heldFrom, index) ? missing : 0;
  }

  #erasedBetween(after: number, before: number): number {
    return this.#erased.filter((index) => index > after && index < before).length;
  }
}

/** Within a stretch, any signature reaches any message before it. */
function stretches(arrivals: readonly Arrival[]): readonly (readonly Arrival[])[] {
  const all: Arrival[][] = [];
  for (const arrival of arrivals) {
    const [first] = all.at(-1) ?? [];
    if (first !== undefined && arrival.index - first.index <= VOUCHING_REACH) all.at(-1)?.push(arrival);
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

// If so, none of the group was accepted before either: `mid` binds the count.
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

// Both belong to one chain.
function isBefore(earlier: Candidate, later: Candidate): boolean {
  return earlier.opened.count === later.opened.count - 1 && equalBytes(earlier.opened.mid, later.opened.prev);
}
