// The pinned messages, the one pinned last first.

import type { Message, Person, RoomNotice } from '@mayfly/client';
import type { ShownBlock } from '../model/blocks.ts';
import { type ReadonlySignal, signal } from '@preact/signals';

export type Pin = {
  readonly key: string;
  /** Undefined where the notice of it is gone. */
  readonly by: Person | undefined;
  readonly byYou: boolean;
};

/** The oldest make room. */
export const PINS_MAX = 100;

type Placed = Pin & { readonly seq: number };

export class Pins {
  readonly #shown = signal<readonly Pin[]>([]);
  /** By the key of what was pinned last by it. */
  readonly #notices = new Map<string, Placed>();
  readonly #pinned = new Map<string, number>();

  get shown(): ReadonlySignal<readonly Pin[]> {
    return this.#shown;
  }

  takeMessages(messages: readonly Message[]): void {
    let isOther = false;
    for (const { key, seq, pinned } of messages) {
      if (pinned === this.#pinned.has(key)) continue;
      isOther = true;
      if (pinned) this.#pinned.set(key, seq);
      else this.#pinned.delete(key);
    }
    if (isOther) this.#show();
  }

  takeNotices(notices: readonly RoomNotice[]): void {
    for (const { what, target, seq, from, own } of notices) {
      if (target === undefined) continue;
      const known = this.#notices.get(target);
      if (known !== undefined && known.seq > seq) continue;
      if (what === 'pinned') this.#notices.set(target, { key: target, by: from, byYou: own, seq });
      else this.#notices.delete(target);
    }
    this.#show();
  }

  #show(): void {
    const placed = [...this.#pinned].map(
      ([key, seq]): Placed => this.#notices.get(key) ?? { key, by: undefined, byYou: false, seq },
    );
    placed.sort((a, b) => b.seq - a.seq);
    for (const { key } of placed.splice(PINS_MAX)) {
      this.#pinned.delete(key);
      this.#notices.delete(key);
    }
    this.#shown.value = placed;
  }
}

/** Those of a timeline. */
export function pinsIn(blocks: readonly ShownBlock[]): readonly Pin[] {
  const items = blocks.flatMap((block) => block.items.peek());
  const bubbles = items.flatMap((item) => (item.type === 'turn' ? item.bubbles : []));
  const pins = new Pins();
  pins.takeMessages(bubbles.flatMap((bubble) => (bubble.type === 'message' ? bubble.message : [])));
  pins.takeNotices(items.flatMap((item) => (item.type === 'talk' ? item.notice : [])));
  return pins.shown.peek();
}
