// What is remembered of addresses, without the addresses: records under salted keys that nobody can turn back once
// the salt is gone. Salts live in memory for at most twice `SALT_MS`, and so do the keys made with them.

import { createHmac } from 'node:crypto';
import type { RandomBytes } from '../clock.ts';
import { networkOf } from './network.ts';

type Generation<T> = { readonly salt: Uint8Array; readonly records: Map<string, T> };

const SALT_BYTES = 32;
const KEY_BYTES = 8;

export class AddressKeys<T> {
  readonly #random: RandomBytes;
  readonly #max: number;
  readonly #make: () => T;
  readonly #partOf: (address: string) => Uint8Array;
  #current: Generation<T>;
  #previous: Generation<T> | undefined;

  /** At most `max` records for each of the two salts; addresses alike in `partOf` share one. */
  constructor(random: RandomBytes, max: number, make: () => T, partOf = networkOf) {
    this.#random = random;
    this.#max = max;
    this.#make = make;
    this.#partOf = partOf;
    this.#current = { salt: random(SALT_BYTES), records: new Map() };
  }

  /** The record of this address; one that was not seen under the last two salts begins anew. */
  find(address: string): T {
    const network = this.#partOf(address);
    const { salt, records } = this.#current;
    const key = keyOf(salt, network);
    const known = records.get(key);
    if (known !== undefined) return known;
    const record = this.#takeOver(network) ?? this.#make();
    if (records.size >= this.#max) records.delete(records.keys().next().value ?? '');
    records.set(key, record);
    return record;
  }

  /** A new salt; what was not asked for since the last call is forgotten. */
  rotate(): void {
    this.#previous?.salt.fill(0);
    this.#previous = this.#current;
    this.#current = { salt: this.#random(SALT_BYTES), records: new Map() };
  }

  /** All that is held of addresses: 16 hex digits each. */
  get keys(): readonly string[] {
    return [...this.#current.records.keys(), ...(this.#previous?.records.keys() ?? [])];
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
