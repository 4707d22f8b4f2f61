// Time that a simulation owns: a queue of what is due, run one by one. It fits server and SDK as their clock.

type Timer = { readonly at: number; readonly order: number; action: (() => void) | undefined };

export class FakeTime {
  #now: number;
  #order = 0;
  #pending = 0;
  // A binary heap, the next one first. What was disposed of stays in it without an action until its turn.
  readonly #heap: Timer[] = [];

  constructor(now = Date.UTC(2026, 0, 1)) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  /** How many timers wait. */
  get pending(): number {
    return this.#pending;
  }

  after(ms: number, action: () => void): Disposable {
    const timer: Timer = { at: this.#now + Math.max(0, ms), order: this.#order++, action };
    this.#pending += 1;
    this.#push(timer);
    return {
      [Symbol.dispose]: () => {
        if (timer.action !== undefined) this.#pending -= 1;
        timer.action = undefined;
      },
    };
  }

  /** The next task comes in this time, too. */
  nextTask(run: () => void): void {
    this.after(0, run);
  }

  /** Runs everything due within `ms`, each at its moment and with all that follows from it before the next. */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settled();
    for (let next = this.#heap[0]; next !== undefined && next.at <= end; next = this.#heap[0]) {
      this.#pop();
      const { action } = next;
      if (action === undefined) continue;
      next.action = undefined;
      this.#pending -= 1;
      this.#now = next.at;
      action();
      await settled();
    }
    this.#now = end;
  }

  #push(timer: Timer): void {
    const heap = this.#heap;
    let at = heap.length;
    for (let above = (at - 1) >> 1; at > 0 && isBefore(timer, heap[above]); above = (at - 1) >> 1) {
      heap[at] = heap[above] ?? timer;
      at = above;
    }
    heap[at] = timer;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      const below = isBefore(heap[left + 1], heap[left]) ? left + 1 : left;
      const child = heap[below];
      if (child === undefined || !isBefore(child, last)) break;
      heap[at] = child;
      at = below;
    }
    heap[at] = last;
  }
}

function isBefore(a: Timer | undefined, b: Timer | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

/** When all that waits for no timer is done. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
