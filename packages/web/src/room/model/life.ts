// How long the room still lives, and keeping it alive.

import type { RoomFacts } from '@mayfly/client';
import { KEEP_EVERY_MS } from '@mayfly/protocol';
import { type ReadonlySignal, computed, signal } from '@preact/signals';
import { isLow, passedMark } from './countdown.ts';
import type { Now } from './now.ts';

export type LifeDeps = {
  readonly now: Now;
  readonly facts: ReadonlySignal<RoomFacts | undefined>;
  readonly isLive: ReadonlySignal<boolean>;
  readonly keepAlive: () => void;
};

export class Life {
  readonly #deps: LifeDeps;
  readonly #endsAt = signal<number | undefined>(undefined);
  readonly #keptAt = signal(-Infinity);
  readonly #spokenMs = signal<number | undefined>(undefined);
  #leftAtLastTick: number | undefined;

  constructor(deps: LifeDeps) {
    this.#deps = deps;
  }

  /** Milliseconds; undefined until the server says. */
  readonly leftMs = computed(() => {
    const endsAt = this.#endsAt.value;
    return endsAt === undefined ? undefined : this.#deps.now.until(endsAt);
  });

  /** From 1 for a whole life to 0; 1 while it is not known. */
  readonly fraction = computed(() => {
    const [left, life] = [this.leftMs.value, this.#deps.facts.value?.lifeMs];
    return left === undefined || life === undefined ? 1 : Math.min(1, left / life);
  });

  readonly isLow = computed(() => {
    const [left, life] = [this.leftMs.value, this.#deps.facts.value?.lifeMs];
    return left !== undefined && life !== undefined && isLow(left, life);
  });

  /** The server accepts one request a minute. */
  readonly canKeepAlive = computed(
    () => this.#deps.isLive.value && this.#deps.now.ms - this.#keptAt.value >= KEEP_EVERY_MS,
  );

  /** What a screen reader says of the countdown; changes only at its marks. */
  get spokenMs(): ReadonlySignal<number | undefined> {
    return this.#spokenMs;
  }

  update(expiresInMs: number): void {
    this.#endsAt.value = this.#deps.now.refresh() + expiresInMs;
    this.#leftAtLastTick = expiresInMs;
    this.#spokenMs.value = undefined;
  }

  keepAlive(): void {
    this.#keptAt.value = this.#deps.now.refresh();
    this.#deps.keepAlive();
  }

  tick(): void {
    const [before, left] = [this.#leftAtLastTick, this.leftMs.value];
    this.#leftAtLastTick = left;
    if (before === undefined || left === undefined) return;
    const mark = passedMark(before, left);
    if (mark !== undefined) this.#spokenMs.value = mark;
  }
}
