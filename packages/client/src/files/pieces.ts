// Bytes that arrive in any portions, cut into pieces of given lengths.

export class Pieces {
  readonly #lengthOf: (index: number) => number;
  #piece: Uint8Array<ArrayBuffer>;
  #index = 0;
  #filled = 0;

  /** `lengthOf`: of each piece, by its index; 0 after the last one. */
  constructor(lengthOf: (index: number) => number) {
    this.#lengthOf = lengthOf;
    this.#piece = new Uint8Array(lengthOf(0));
  }

  /** The pieces that these bytes complete. What comes after the last piece is ignored. */
  *add(bytes: Uint8Array): Generator<Uint8Array<ArrayBuffer>, void> {
    for (let at = 0; at < bytes.length && this.#piece.length > 0;) {
      const taken = bytes.subarray(at, at + this.#piece.length - this.#filled);
      this.#piece.set(taken, this.#filled);
      this.#filled += taken.length;
      at += taken.length;
      if (this.#filled === this.#piece.length) yield this.#next();
    }
  }

  #next(): Uint8Array<ArrayBuffer> {
    const whole = this.#piece;
    this.#index += 1;
    this.#filled = 0;
    this.#piece = new Uint8Array(this.#lengthOf(this.#index));
    return whole;
  }
}

/** Lengths of the pieces of `total` bytes: all `most` but the last. */
export function evenLengths(total: number, most: number): (index: number) => number {
  return (index) => Math.max(0, Math.min(most, total - index * most));
}
