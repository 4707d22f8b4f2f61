// All chains of a room: which messages are accepted, what is missing between them (RECV-7), and how many are not verified.
// Opening, epochs and what is shown are the receiver's.

import { toHex } from '@mayfly/protocol';
import type { OpenedMessage } from '../crypto/envelope.ts';
import { type Arrival, type Candidate, Chain, chainOf, stretches } from './chain.ts';
import { keepNewest } from './horizon.ts';
import { SLICE_SIGNATURES, type Sliced, inSlices } from './sliced.ts';

/** What new events, or an erasure, did to the messages: by index. */
export type Changes = {
  /** To show, or to update. */
  readonly changed: readonly Candidate[];
  /** Erased, or no longer accepted without those that were. */
  readonly gone: readonly Candidate[];
};

/** So many headers of counted messages are remembered, in case such a message is erased. */
const FORGOTTEN_MAX = 2_000;
/** Of so many chains something is kept, even when all their messages are forgotten. */
const CHAINS_MAX = 2_000;
/** Places of erased messages that are kept. */
const ERASED_MAX = 20_000;

export class Chains {
  readonly #verify: (message: OpenedMessage) => boolean;
  readonly #chains = new Map<string, Chain>();
  readonly #withWaiting = new Set<Chain>();
  // Indices of erased messages, rising.
  readonly #erased: number[] = [];
  // Older places are forgotten.
  #erasedFrom = 0;
  // With messages missing before them.
  readonly #gaps = new Set<Candidate>();
  // Outside the chains.
  #counted = 0;
  // Of them, by header, those whose chains are forgotten; the oldest first.
  readonly #forgotten = new Map<string, number>();

  /** `verify`: whether the author named in a message signed it. */
  constructor(verify: (message: OpenedMessage) => boolean) {
    this.#verify = verify;
  }

  /** Messages not verified so far. A waiting one may still be. */
  get unverified(): number {
    let sum = this.#counted;
    for (const chain of this.#chains.values()) sum += chain.unverified;
    return sum;
  }

  /** One more that didn't open, was in the wrong epoch, or is a stub that proves nothing. */
  countUnverified(): void {
    this.#counted += 1;
  }

  /**
   * Takes messages by index; `head` is the index of the last event of any kind. The result equals taking them one by one.
   */
  *accept(arrivals: readonly Arrival[], head: number): Sliced<Changes> {
    const touched = new Set<Chain>();
    for (const stretch of stretches(arrivals)) {
      if (touched.size > 0) yield [];
      const groups = [...groupByChain(stretch)].map(([name, group]) => ({ chain: this.#chain(name), group }));
      yield* this.#verifyAll(groups.flatMap(({ chain, group }) => chain.unvouched(group)));
      for (const { chain, group } of groups) {
        chain.take(group);
        touched.add(chain);
      }
    }
    const changed = new Set<Candidate>();
    for (const chain of touched) this.#collect(chain, changed);
    for (const chain of [...touched, ...this.#withWaiting]) this.#giveUp(chain, head);
    return { changed: byIndex(changed), gone: [] };
  }

  // Ahead of their need: only here can it take its time.
  *#verifyAll(candidates: readonly Candidate[]): Sliced<void> {
    if (candidates.length === 0) return;
    const signed = yield candidates.map(({ opened }) => opened);
    for (const candidate of candidates) if (signed?.has(candidate.opened)) candidate.signed = true;
    const others = candidates.filter((candidate) => candidate.signed === undefined);
    yield* inSlices(others, (slice) => this.#verifySlice(slice), SLICE_SIGNATURES);
  }

  #verifySlice(candidates: readonly Candidate[]): void {
    for (const candidate of candidates) candidate.signed = this.#verify(candidate.opened);
  }

  /** A message stands here as a stub, or did before it was erased. */
  noteErased(index: number): void {
    this.#erased.splice(
      lowerBound(this.#erased, index, (other) => other),
      0,
      index,
    );
  }

  /** All messages with these headers are erased. The result equals never having had them. */
  erase(headers: ReadonlySet<string>, head: number): Changes {
    for (const header of headers) this.#uncount(header);
    const gone: Candidate[] = [];
    const changed = new Set<Candidate>();
    for (const chain of [...this.#chains.values()].filter((other) => other.has(headers))) {
      gone.push(...chain.erase(headers, head));
      for (const candidate of chain.accepted) this.#countMissing(chain, candidate, changed);
      this.#collect(chain, changed);
      this.#giveUp(chain, head);
    }
    for (const candidate of gone) this.#gaps.delete(candidate);
    for (const candidate of this.#gaps) this.#countMissing(this.#chainOf(candidate), candidate, changed);
    return { changed: byIndex(changed), gone: byIndex(gone) };
  }

  /** Keeps of the messages before this index only what later ones depend on. */
  forget(index: number): void {
    for (const chain of this.#chains.values()) {
      chain.forget(index);
      if (this.#chains.size > CHAINS_MAX && chain.isOver(index)) this.#retire(chain);
    }
    for (const candidate of this.#gaps) if (candidate.index < index) this.#gaps.delete(candidate);
    this.#erasedFrom = this.#erased.splice(0, this.#erased.length - ERASED_MAX).at(-1) ?? this.#erasedFrom;
  }

  #chain(name: string): Chain {
    const known = this.#chains.get(name);
    if (known !== undefined) return known;
    const chain = new Chain(name, this.#verify);
    this.#chains.set(name, chain);
    return chain;
  }

  #chainOf({ opened }: Candidate): Chain {
    return this.#chain(chainOf(opened));
  }

  #collect(chain: Chain, changed: Set<Candidate>): void {
    for (const candidate of chain.takeChanged()) {
      if (candidate.missingBefore === undefined) this.#countMissing(chain, candidate, changed);
      changed.add(candidate);
    }
  }

  #giveUp(chain: Chain, head: number): void {
    chain.giveUp(head);
    if (chain.isWaiting) this.#withWaiting.add(chain);
    else this.#withWaiting.delete(chain);
    if (chain.isDone) this.#retire(chain);
  }

  #retire(chain: Chain): void {
    if (this.#chains.delete(chain.name)) this.#forget(chain);
  }

  #forget({ unverified, counted }: Chain): void {
    this.#counted += unverified;
    for (const { header } of counted) this.#forgotten.set(header, (this.#forgotten.get(header) ?? 0) + 1);
    keepNewest(this.#forgotten, FORGOTTEN_MAX);
  }

  #uncount(header: string): void {
    this.#counted -= this.#forgotten.get(header) ?? 0;
    this.#forgotten.delete(header);
  }

  #countMissing(chain: Chain, candidate: Candidate, changed: Set<Candidate>): void {
    const missing = this.#missingBefore(chain, candidate);
    if (missing === candidate.missingBefore) return;
    candidate.missingBefore = missing;
    changed.add(candidate);
    if (missing > 0) this.#gaps.add(candidate);
    else this.#gaps.delete(candidate);
  }

  // RECV-7: only what events lost to this page, or erased ones, can't explain.
  #missingBefore({ accepted }: Chain, { opened, index, heldFrom, fromStart }: Candidate): number {
    const previous = accepted[lowerBound(accepted, index, (other) => other.index) - 1];
    if (previous === undefined ? !fromStart : previous.index <= heldFrom) return 0;
    const missing = opened.count - (previous?.opened.count ?? 0) - 1;
    if (missing === 0 || (previous?.index ?? heldFrom) < this.#erasedFrom) return 0;
    return missing > this.#erasedBetween(previous?.index ?? heldFrom, index) ? missing : 0;
  }

  #erasedBetween(after: number, before: number): number {
    const indexOf = (index: number) => lowerBound(this.#erased, index, (other) => other);
    return indexOf(before) - indexOf(after + 1);
  }
}

// How many of them are below `index`; they rise.
function lowerBound<T>(rising: readonly T[], index: number, indexOf: (one: T) => number): number {
  let [low, high] = [0, rising.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const one = rising[middle];
    if (one !== undefined && indexOf(one) < index) low = middle + 1;
    else high = middle;
  }
  return low;
}

function groupByChain(arrivals: readonly Arrival[]): Map<string, Candidate[]> {
  const groups = new Map<string, Candidate[]>();
  for (const arrival of arrivals) {
    const name = chainOf(arrival.opened);
    const group = groups.get(name) ?? [];
    group.push({ ...arrival, mid: toHex(arrival.opened.mid), conflicting: false });
    groups.set(name, group);
  }
  return groups;
}

function byIndex(candidates: Iterable<Candidate>): readonly Candidate[] {
  return [...candidates].sort((a, b) => a.index - b.index);
}
