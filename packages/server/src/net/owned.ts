// Disposes of a value on every way out of a block except one.

/** With `using`, disposes of its value at the end of the block, unless `release` has handed it on. */
export class Owned<T extends Disposable> implements Disposable {
  readonly #value: T;
  #released = false;

  constructor(value: T) {
    this.#value = value;
  }

  release(): T {
    this.#released = true;
    return this.#value;
  }

  [Symbol.dispose](): void {
    if (!this.#released) this.#value[Symbol.dispose]();
  }
}
