// Every array of bytes that is made, also by libraries: to see where in memory a secret is left.

import { vi } from 'vitest';

/** Remembers arrays until it is disposed. */
export class MadeBytes implements Disposable {
  // Each memory, by whoever made the first array of it.
  readonly #made = new Map<ArrayBufferLike, readonly string[]>();
  readonly #encoded = vi.spyOn(TextEncoder.prototype, 'encode');
  readonly #Bytes = Uint8Array;

  constructor() {
    const keep = (bytes: unknown): void => {
      if (!(bytes instanceof this.#Bytes) || this.#made.has(bytes.buffer)) return;
      this.#made.set(bytes.buffer, callers());
    };
    const watched = new Proxy(this.#Bytes, {
      construct(target, args, made) {
        const bytes = Reflect.construct(target, args, made);
        keep(bytes);
        return bytes;
      },
    });
    this.#stand(watched);
  }

  /**
   * Which arrays hold the secret, by the code that made them. Copies that a library makes for itself while it works are
   * out of reach, and left out.
   */
  holding(secret: Uint8Array): readonly string[] {
    const sought = Buffer.from(secret);
    const holds = (memory: ArrayBufferLike) => memory.byteLength > 0 && Buffer.from(memory).includes(sought);
    const found = [...this.#made].filter(([memory, by]) => holds(memory) && !isOutOfReach(by));
    return found.map(([, by]) => by.join('\n'));
  }

  [Symbol.dispose](): void {
    for (const { value } of this.#encoded.mock.results) this.#made.set(value.buffer, ['a text as bytes']);
    this.#encoded.mockRestore();
    this.#stand(this.#Bytes);
  }

  // `slice` makes what `constructor` says.
  #stand(value: typeof Uint8Array): void {
    globalThis.Uint8Array = value;
    const property = { value, configurable: true, writable: true };
    Object.defineProperty(this.#Bytes.prototype, 'constructor', property);
  }
}

function callers(): readonly string[] {
  const lines = new Error('made').stack?.split('\n') ?? [];
  return lines
    .filter((line) => /node_modules|\/src\//.test(line) && !line.includes('made-bytes'))
    .slice(0, 5);
}

function isOutOfReach([maker = '']: readonly string[]): boolean {
  return /(?:copyBytes|concatBytes) .*node_modules/.test(maker);
}
