// Which files load, a few at a time: what the reader asked for, then what is in sight, then the rest of what is drawn.

/** The server takes 8 requests of an address at a time: some are left for what is sent, and for other tabs. */
const LOADS_MAX = 4;

type Waiting = { readonly isAsked: boolean; readonly begin: (isTurn: boolean) => void };

export class LoadQueue {
  readonly #waiting = new Map<string, Waiting>();
  /** Those that are drawn, and whether they are in sight. */
  readonly #drawn = new Map<string, boolean>();
  #running = 0;

  /** True when it may begin, and then `done` must follow. False: it was dropped. */
  turn(key: string, isAsked: boolean): Promise<boolean> {
    this.drop(key);
    const turn = new Promise<boolean>((begin) => this.#waiting.set(key, { isAsked, begin }));
    this.#next();
    return turn;
  }

  done(): void {
    this.#running -= 1;
    this.#next();
  }

  drop(key: string): void {
    const waiting = this.#waiting.get(key);
    this.#waiting.delete(key);
    waiting?.begin(false);
  }

  /** True if it has come: into the list, or into sight. */
  show(key: string, isInSight: boolean): boolean {
    const isNew = !this.#drawn.has(key);
    this.#drawn.set(key, isInSight);
    return isNew || isInSight;
  }

  /** The list draws it no longer: it waits only if the reader asked. */
  hide(key: string): void {
    this.#drawn.delete(key);
    if (this.#waiting.get(key)?.isAsked === false) this.drop(key);
  }

  clear(): void {
    for (const key of this.#waiting.keys()) this.drop(key);
  }

  #next(): void {
    const key = this.#running < LOADS_MAX ? this.#first() : undefined;
    const waiting = key === undefined ? undefined : this.#waiting.get(key);
    if (key === undefined || waiting === undefined) return;
    this.#waiting.delete(key);
    this.#running += 1;
    waiting.begin(true);
  }

  #first(): string | undefined {
    const keys = [...this.#waiting.keys()];
    return (
      keys.find((key) => this.#waiting.get(key)?.isAsked) ??
      keys.find((key) => this.#drawn.get(key)) ??
      keys[0]
    );
  }
}
