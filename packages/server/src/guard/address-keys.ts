// Records by address, without the addresses: keys are salted hashes, irreversible once the salt is gone. Salts and their keys
// live in memory for at most twice `SALT_MS`. The network of an open connection is known anyway, so its record moves to each
// new salt.

import { createHmac } from 'node:crypto';
import type { RandomBytes } from '../net/clock.ts';
import { networkOf } from './network.ts';

type Generation<T> = { readonly salt: Uint8Array; readonly records: Map<string, T> };

/** A record in use. Dispose of it when its connection closes. */
export type Hold<T> = Disposable & { readonly record: T };

const SALT_BYTES = 32;
const KEY_BYTES = 8;

export class AddressKeys<T> {
  readonly #random: RandomBytes;
  readonly #max: number;
  readonly #make: () => T;
  readonly #partOf: (address: string) => Uint8Array;
  readonly #held = new Map<T, { readonly network: Uint8Array; holders: number }>();
  #current: Generation<T>;
  #previous: Generation<T> | undefined;

  /** Keeps at most `max` records per salt, plus those in use. Addresses with the same `partOf` share a record. */
  constructor(random: RandomBytes, max: number, make: () => T, partOf = networkOf) {
    this.#random = random;
    this.#max = max;
    this.#make = make;
    this.#partOf = partOf;
    this.#current = { salt: random(SALT_BYTES), records: new Map() };
  }

  /** The record of this address: a new one if it was not seen under the last two salts. */
  find(address: string): T {
    const network = this.#partOf(address);
    const { salt, records } = this.#current;
    const key = keyOf(salt, network);
    const known = records.get(key);
    if (known !== undefined) return known;
    const record = this.#takeOver(network) ?? this.#make();
    if (records.size >= this.#max) this.#dropOldest(records);
    records.set(key, record);
    return record;
  }

  /** The same, kept until the hold is disposed of. */
  hold(address: string): Hold<T> {
    const record = this.find(address);
    const held = this.#held.get(record) ?? { network: this.#partOf(address), holders: 0 };
    held.holders += 1;
    this.#held.set(record, held);
    return { record, [Symbol.dispose]: () => this.#release(record) };
  }

  /** Draws a new salt, and forgets records that are not in use and were not looked up since the last call. */
  rotate(): void {
    this.#previous?.salt.fill(0);
    this.#previous = this.#current;
    this.#current = { salt: this.#random(SALT_BYTES), records: new Map() };
    for (const [record, { network }] of this.#held) {
      this.#takeOver(network);
      this.#current.records.set(keyOf(this.#current.salt, network), record);
    }
  }

  /** Everything kept about addresses: 16 hex digits each. */
  get keys(): readonly string[] {
    return [...this.#current.records.keys(), ...(this.#previous?.records.keys() ?? [])];
  }

  #release(record: T): void {
    const held = this.#held.get(record);
    if (held !== undefined && --held.holders === 0) this.#held.delete(record);
  }

  // Held records move to the end, so each is visited once.
  #dropOldest(records: Map<string, T>): void {
    for (let left = records.size; left > 0; left--) {
      const [[key, record] = []] = records;
      if (key === undefined || record === undefined) return;
      records.delete(key);
      if (!this.#held.has(record)) return;
      records.set(key, record);
    }
  }

  #takeOver(network: Uint8Array): T | undefined {
    if (this.#previous === undefined) return undefined;
    const { salt, records } = this.#previous;
    const key = keyOf(salt, network);
    const record = records.get(key);
    records.delete(key);
    return record;
  }
}

function keyOf(salt: Uint8Array, network: Uint8Array): string {
  return createHmac('sha256', salt).update(network).digest().toString('hex', 0, KEY_BYTES);
}
