// Reads what a function answered, field by field. Another form than expected is a bug, and throws.

export class Reply {
  readonly #fields: readonly unknown[];
  #at = 0;

  constructor(answer: unknown) {
    if (!Array.isArray(answer)) throw new Error('Redis answered without a list');
    this.#fields = answer;
  }

  get isOver(): boolean {
    return this.#at >= this.#fields.length;
  }

  bytes(): Uint8Array {
    return bytesOf(this.#fields[this.#at++]);
  }

  bytesIfAny(): Uint8Array | undefined {
    const value = this.#fields[this.#at++];
    return value === null ? undefined : bytesOf(value);
  }

  text(): string {
    return textOf(this.#fields[this.#at++]);
  }

  number(): number {
    const value = this.#fields[this.#at++];
    if (typeof value !== 'number') throw new Error('Redis answered without a number');
    return value;
  }

  listOrNumber(): Reply | number {
    return typeof this.#fields[this.#at] === 'number' ? this.number() : this.list();
  }

  list(): Reply {
    return new Reply(this.#fields[this.#at++]);
  }

  /** What `read` makes of all that is left. */
  all<T>(read: (reply: Reply) => T): readonly T[] {
    const rows: T[] = [];
    while (!this.isOver) rows.push(read(this));
    return rows;
  }
}

export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return new TextDecoder().decode(bytesOf(value));
}

export function bytesOf(value: unknown): Uint8Array {
  // Copied: what the connection hands out holds on to everything that came with it.
  if (value instanceof Uint8Array) return new Uint8Array(value);
  throw new Error('Redis answered without bytes');
}
