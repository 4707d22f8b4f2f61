// What we chose in polls, from the press until it is in the log.

import type { PendingEffect, Poll } from '@mayfly/client';
import { effect, signal } from '@preact/signals';
import type { RoomView } from '../model/room-view.ts';

/** Options by their places, rising. */
export type Choice = readonly number[];

type Voting = Pick<RoomView, 'pending' | 'polls'>;

const CLOSE = 'x';

export class Ballots {
  readonly #view: Voting;
  // By poll: not in the outbox yet, which takes one vote a second.
  readonly #pressed = signal<ReadonlyMap<string, Choice>>(new Map());

  constructor(view: Voting) {
    this.#view = view;
    effect(() => this.#handOver(view.pending.value));
  }

  /** What we chose last. */
  choiceIn(key: string, poll: Poll): Choice {
    const sending = this.#sendingIn(key);
    return this.#pressed.value.get(key) ?? (sending === undefined ? ownIn(poll) : choiceOf(sending));
  }

  /** Our last choice isn't in the log yet. */
  isPending(key: string, poll: Poll): boolean {
    return this.#sendingIn(key) !== undefined || !isSame(this.choiceIn(key, poll), ownIn(poll));
  }

  /** We have closed it, which isn't in the log yet. */
  isClosing(key: string): boolean {
    return this.#votesIn(key).some(({ body }) => body === CLOSE);
  }

  vote(key: string, choice: Choice): void {
    this.#press(key, choice);
    if (!this.#view.polls.vote(key, choice).ok) this.#press(key, undefined);
  }

  #votesIn(key: string): readonly PendingEffect[] {
    return this.#view.pending.value.filter((one) => isVoteIn(key, one) && one.state !== 'failed');
  }

  #sendingIn(key: string): PendingEffect | undefined {
    return this.#votesIn(key).findLast(({ body }) => body !== CLOSE);
  }

  /** The outbox knows from here on. */
  #handOver(pending: readonly PendingEffect[]): void {
    for (const [key, choice] of this.#pressed.peek())
      if (pending.some((one) => isVoteIn(key, one) && isSame(choiceOf(one), choice)))
        this.#press(key, undefined);
  }

  #press(key: string, choice: Choice | undefined): void {
    const others = [...this.#pressed.peek()].filter(([other]) => other !== key);
    this.#pressed.value = new Map(choice === undefined ? others : [...others, [key, choice]]);
  }
}

function isVoteIn(key: string, { what, target }: PendingEffect): boolean {
  return what === 'vote' && target === key;
}

function choiceOf({ body }: PendingEffect): Choice {
  return Array.from(body, Number);
}

function ownIn({ options }: Poll): Choice {
  return options.flatMap(({ own }, index) => (own ? [index] : []));
}

function isSame(a: Choice, b: Choice): boolean {
  return a.join() === b.join();
}

const ballots = new WeakMap<RoomView, Ballots>();

/** Those of this room. */
export function ballotsOf(view: RoomView): Ballots {
  const known = ballots.get(view) ?? new Ballots(view);
  ballots.set(view, known);
  return known;
}
