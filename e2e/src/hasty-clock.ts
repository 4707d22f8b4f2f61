// Real time that a test can put forward: what is due meanwhile happens, each at its moment.

type Timer = { readonly at: number; readonly run: () => void };

export class HastyClock {
  #ahead = 0;
  readonly #timers = new Set<Timer>();

  now(): number {
    return performance.now() + this.#ahead;
  }

  after(ms: number, action: () => void): Disposable {
    const forget = () => {
      clearTimeout(timeout);
      this.#timers.delete(timer);
    };
    const timer: Timer = {
      at: this.now() + ms,
      run: () => {
        forget();
        action();
      },
    };
    const timeout = setTimeout(timer.run, ms);
    this.#timers.add(timer);
    return { [Symbol.dispose]: forget };
  }

  forward(ms: number): void {
    const end = this.now() + ms;
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#ahead += Math.max(0, next.at - this.now());
      next.run();
    }
    this.#ahead += Math.max(0, end - this.now());
  }

  #next(end: number): Timer | undefined {
    return [...this.#timers].filter(({ at }) => at <= end).toSorted((a, b) => a.at - b.at)[0];
  }
}
