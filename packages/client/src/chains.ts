// Which opened messages are accepted, and as whose: RECV-2 to RECV-4 and RECV-7 of docs/crypto.md.
// Opening, epochs and what is shown are the receiver's.

import { equalBytes, toHex } from '@mayfly/protocol';
import { type OpenedMessage, verifyMessage } from './crypto/envelope.ts';

/** A message that opened, at its place among all events this page was ever given. */
export type Arrival = {
  readonly place: number;
  readonly opened: OpenedMessage;
  /** Milliseconds since 1970. */
  readonly arrivedAt: number;
  /** It arrived when it was sent, not from the history. */
  readonly live: boolean;
};

export type Accepted = Candidate & { readonly missingBefore: number };

type Candidate = Arrival & {
  readonly mid: string;
  /** Whether its own signature holds, once somebody had to know. */
  signed?: boolean;
  conflicting: boolean;
};

/** One sender's accepted messages of one `sess`: counts and places both rise. */
type Chain = Candidate[];

/** This many messages wait for a successor that vouches for them. */
export const WAITING_MAX = 64;

export class Chains {
  readonly #chains = new Map<string, Chain>();
  readonly #accepted = new Set<string>();
  #waiting: Candidate[] = [];
  #counted = 0;
  #holeAfter = -1;
  // Accepted, or found to be conflicting, since `accept` was called.
  #changed = new Set<Candidate>();

  /** Messages that could not be verified so far. A waiting one may still be. */
  get unverified(): number {
    return this.#counted + this.#waiting.length;
  }

  /** One more that did not even open, or stood in the wrong epoch. */
  countUnverified(): void {
    this.#counted += 1;
  }

  /** Events after this place were lost to us: what is missing there is nobody's fault. */
  markHole(place: number): void {
    this.#holeAfter = place;
  }

  /** Takes messages in order of their places. Returns those to show, or to show anew, in that order. */
  accept(arrivals: readonly Arrival[]): readonly Accepted[] {
    this.#changed = new Set();
    for (const [name, group] of groupByChain(arrivals)) {
      const chain = this.#chains.get(name) ?? [];
      this.#chains.set(name, chain);
      if (rises(chain, group)) this.#acceptRun(chain, group);
      else for (const candidate of group) this.#acceptOne(chain, candidate);
    }
    this.#trimWaiting();
    return [...this.#changed]
      .toSorted((a, b) => a.place - b.place)
      .map((candidate) => ({ ...candidate, missingBefore: this.#missingBefore(candidate) }));
  }

  // RECV-3, the quick way: the newest signature first, then along the chain. Where counts rise with the places,
  // no message was accepted before or takes another's place: the order of acceptance makes no difference.
  #acceptRun(chain: Chain, group: readonly Candidate[]): void {
    let successor: Candidate | undefined;
    for (const candidate of group.toReversed()) {
      const vouched = successor !== undefined && isBefore(candidate, successor);
      if (!vouched && !signatureHolds(candidate)) {
        this.#waiting.push(candidate);
        continue;
      }
      this.#insert(chain, candidate);
      this.#acceptWaitingBefore(chain, candidate);
      successor = candidate;
    }
  }

  // RECV-3 in the order of the log, each by its own signature: what a page that was there did.
  #acceptOne(chain: Chain, candidate: Candidate): void {
    // RECV-2: whoever sealed it anew, and whatever the signature is now.
    if (this.#accepted.has(candidate.mid)) return;
    if (!signatureHolds(candidate)) {
      this.#waiting.push(candidate);
    } else if (this.#insert(chain, candidate)) {
      this.#acceptWaitingBefore(chain, candidate);
    } else {
      this.#refuse(chain, candidate);
    }
  }

  // RECV-4: two signed messages under one number are the sender's doing; anything else is a replay.
  #refuse(chain: Chain, candidate: Candidate): void {
    const twin = chain.find(({ opened }) => opened.count === candidate.opened.count);
    if (twin === undefined || !signatureHolds(twin)) {
      this.#counted += 1;
    } else if (!twin.conflicting) {
      twin.conflicting = true;
      this.#changed.add(twin);
    }
  }

  // An accepted message vouches for the one it follows, and that one for the one before.
  #acceptWaitingBefore(chain: Chain, accepted: Candidate): void {
    let successor = accepted;
    for (;;) {
      const index = this.#waiting.findIndex((candidate) => isBefore(candidate, successor));
      const [found] = index === -1 ? [] : this.#waiting.splice(index, 1);
      if (found === undefined) return;
      if (!this.#insert(chain, found)) {
        this.#counted += 1;
        return;
      }
      successor = found;
    }
  }

  // RECV-4: false where counts would not rise with the places any more.
  #insert(chain: Chain, candidate: Candidate): boolean {
    const at = chain.findLastIndex(({ place }) => place < candidate.place) + 1;
    const { count } = candidate.opened;
    const before = chain[at - 1]?.opened.count ?? 0;
    const after = chain[at]?.opened.count ?? Number.POSITIVE_INFINITY;
    if (count <= before || count >= after) return false;
    chain.splice(at, 0, candidate);
    this.#accepted.add(candidate.mid);
    this.#waiting = this.#waiting.filter(({ mid }) => mid !== candidate.mid);
    this.#changed.add(candidate);
    return true;
  }

  #trimWaiting(): void {
    const surplus = this.#waiting.length - WAITING_MAX;
    if (surplus <= 0) return;
    this.#waiting = this.#waiting.toSorted((a, b) => a.place - b.place).slice(surplus);
    this.#counted += surplus;
  }

  // RECV-7: told only between two messages this page holds, with no hole of ours between them.
  #missingBefore({ opened, place, mid }: Candidate): number {
    const chain = this.#chains.get(chainName(opened)) ?? [];
    const previous = chain[chain.findIndex((candidate) => candidate.mid === mid) - 1];
    if (previous === undefined) return 0;
    const holeBetween = previous.place <= this.#holeAfter && this.#holeAfter < place;
    return holeBetween ? 0 : opened.count - previous.opened.count - 1;
  }
}

function chainName({ pk, sess }: OpenedMessage): string {
  return toHex(pk) + toHex(sess);
}

function groupByChain(arrivals: readonly Arrival[]): Map<string, Candidate[]> {
  const groups = new Map<string, Candidate[]>();
  for (const arrival of arrivals) {
    const name = chainName(arrival.opened);
    const group = groups.get(name) ?? [];
    group.push({ ...arrival, mid: toHex(arrival.opened.mid), conflicting: false });
    groups.set(name, group);
  }
  return groups;
}

// Then none of the group was accepted before either: `mid` binds the count.
function rises(chain: Chain, group: readonly Candidate[]): boolean {
  let highest = chain.at(-1)?.opened.count ?? 0;
  for (const { opened } of group) {
    if (opened.count <= highest) return false;
    highest = opened.count;
  }
  return true;
}

// Only ever asked of an earlier place: messages are accepted in the order of the log, or back along a rising run.
function isBefore(earlier: Candidate, later: Candidate): boolean {
  return (
    earlier.opened.count === later.opened.count - 1 &&
    equalBytes(earlier.opened.mid, later.opened.prev) &&
    chainName(earlier.opened) === chainName(later.opened)
  );
}

function signatureHolds(candidate: Candidate): boolean {
  candidate.signed ??= verifyMessage(candidate.opened);
  return candidate.signed;
}
