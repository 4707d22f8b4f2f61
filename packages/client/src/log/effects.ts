// What others do to one message: edits, reactions, pins, votes and replies, each at its own place in the log (EFFECT-1
// to EFFECT-6). Effects come in any order; the result depends on their places alone.

import { equalBytes, toHex } from '@mayfly/protocol';
import type { Content, Edit, Effect, Pin, Reaction, Voting } from '../content/content.ts';
import { CTYPE } from '../content/ctype.ts';
import { suits } from '../content/vote.ts';
import type { Candidate } from './chain.ts';
import { REACH_EVENTS } from './horizon.ts';

/** An accepted message whose content is an effect. */
export type Placed<E extends Effect = Effect> = { readonly message: Candidate; readonly effect: E };

/** An accepted message that effects are about. */
export type Target = { readonly message: Candidate; readonly content: Content };

/** The one vote of each person that counts, by place. It may be empty: withdrawn. */
export type CountedVotes = { readonly votes: readonly Placed<Voting>[]; readonly closed: boolean };

/** The newest by place, of each person. */
type NewestOf<E extends Effect> = Map<string, Placed<E>>;

export class Effects {
  readonly #edits: Placed<Edit>[] = [];
  readonly #reactions: NewestOf<Reaction> = new Map();
  readonly #pins: NewestOf<Pin> = new Map();
  readonly #votes = new Map<string, Placed<Voting>[]>();

  /** False if it changes nothing. */
  add(placed: Placed, target: Target | undefined, settledTo: number): boolean {
    if (target !== undefined && !suitsTarget(placed, target)) return false;
    if (isOf(placed, 'edit')) return insert(this.#edits, placed);
    if (isOf(placed, 'reaction')) return replaceOlder(this.#reactions, placed);
    if (isOf(placed, 'pin')) return replaceOlder(this.#pins, placed);
    return isOf(placed, 'vote') && this.#addVote(placed, target, settledTo);
  }

  /** EFFECT-2: the author's own, after their message, by place. */
  editsOf(target: Target): readonly Placed<Edit>[] {
    return this.#edits.filter((edit) => counts(edit, target));
  }

  /** EFFECT-3, by place. */
  reactionsTo(target: Target): readonly Placed<Reaction>[] {
    return [...this.#reactions.values()]
      .filter((reaction) => counts(reaction, target) && reaction.effect.emoji !== '')
      .sort(byPlace);
  }

  /** EFFECT-4: by the newest notice of someone who may pin. */
  isPinned(target: Target, mayPin: (pk: Uint8Array) => boolean): boolean {
    const pins = [...this.#pins.values()].filter(
      (pin) => counts(pin, target) && mayPin(pin.message.opened.pk),
    );
    return pins.sort(byPlace).at(-1)?.effect.pinned ?? false;
  }

  /** EFFECT-5. */
  votesOn(target: Target): CountedVotes {
    const closedAt = this.#closedAt(target);
    const votes = [...this.#votes.values()].flatMap(
      (ofOne) => ofOne.findLast((vote) => countsBefore(vote, target, closedAt)) ?? [],
    );
    return { votes: votes.sort(byPlace), closed: closedAt < Infinity };
  }

  #addVote(placed: Placed<Voting>, target: Target | undefined, settledTo: number): boolean {
    const voter = authorOf(placed.message);
    const votes = this.#votes.get(voter) ?? [];
    insert(votes, placed);
    this.#votes.set(voter, votes);
    if (target !== undefined) this.#votes.set(voter, this.#withoutSuperseded(votes, target, settledTo));
    return true;
  }

  // An earlier close may still be accepted, and bring back what it makes the last vote before it, but not a settled one.
  #withoutSuperseded(votes: readonly Placed<Voting>[], target: Target, settledTo: number): Placed<Voting>[] {
    const closedAt = this.#closedAt(target);
    const last = votes.findLast(
      (vote) => vote.message.index <= settledTo && countsBefore(vote, target, closedAt),
    );
    return votes.filter(
      (vote) => vote.message.index > settledTo || vote === last || vote.message.index === closedAt,
    );
  }

  // Infinite while it is open.
  #closedAt(target: Target): number {
    const byAuthor = this.#votes.get(authorOf(target.message)) ?? [];
    const close = byAuthor.find((vote) => vote.effect.vote === 'close' && counts(vote, target));
    return close?.message.index ?? Infinity;
  }
}

function suitsTarget({ effect, message }: Placed, target: Target): boolean {
  if (effect.kind === 'edit') return hasWording(target) && isBySame(message, target.message);
  if (effect.kind === 'vote') return target.content.kind === 'poll';
  return target.content.kind === 'text' || target.content.kind === 'poll' || isFile(target);
}

function hasWording({ content }: Target): boolean {
  return content.kind === 'text' || content.kind === 'file';
}

// Also one that this version can't show.
function isFile({ message }: Target): boolean {
  return message.opened.ctype === CTYPE.file;
}

/** EFFECT-9. */
export function isInReach({ message }: Placed, target: Target): boolean {
  return message.index - target.message.index <= REACH_EVENTS;
}

/** EFFECT-1: whether it stands after this message, and is for it. */
export function counts(placed: Placed, target: Target): boolean {
  const isAfter = placed.message.index > target.message.index;
  return isAfter && isInReach(placed, target) && suitsTarget(placed, target);
}

function countsBefore(placed: Placed<Voting>, target: Target, closedAt: number): boolean {
  const { vote } = placed.effect;
  if (vote === 'close' || placed.message.index > closedAt || !counts(placed, target)) return false;
  return target.content.kind === 'poll' && suits(vote.chosen, target.content.poll);
}

function byPlace(a: Placed, b: Placed): number {
  return a.message.index - b.message.index;
}

function authorOf({ opened }: Candidate): string {
  return toHex(opened.pk);
}

function isBySame(a: Candidate, b: Candidate): boolean {
  return equalBytes(a.opened.pk, b.opened.pk);
}

/** Narrows a placed effect to its kind. */
export function isOf<Kind extends Effect['kind']>(
  placed: Placed,
  kind: Kind,
): placed is Placed<Extract<Effect, { kind: Kind }>> {
  return placed.effect.kind === kind;
}

function insert<E extends Effect>(sorted: Placed<E>[], placed: Placed<E>): boolean {
  const at = sorted.findLastIndex((other) => byPlace(other, placed) < 0) + 1;
  sorted.splice(at, 0, placed);
  return true;
}

function replaceOlder<E extends Effect>(newest: NewestOf<E>, placed: Placed<E>): boolean {
  const author = authorOf(placed.message);
  const known = newest.get(author);
  if (known !== undefined && byPlace(known, placed) > 0) return false;
  newest.set(author, placed);
  return true;
}
