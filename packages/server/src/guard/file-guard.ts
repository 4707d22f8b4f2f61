// Limits on files by address: bytes up and down, transfers at a time, and what an address has stored here (rule LIMIT-11).

import type { RoomId } from '@mayfly/protocol';
import type { RandomBytes } from '../net/clock.ts';
import { AddressKeys, type Hold } from './address-keys.ts';
import { Bucket } from './bucket.ts';
import type { Slowed } from './connection-budget.ts';
import { ADDRESSES_MAX, type Limits, PAUSE_MS } from './limits.ts';
import { siteOf } from './network.ts';

/** What one address, and an IPv6 /48, may have stored: bytes. */
export type PlaceLimits = {
  /** In files that are not whole yet. */
  readonly openBytes: number;
  /** In all. */
  readonly heldBytes: number;
  /** Of all addresses together, where the store itself sets no such bound. */
  readonly allBytes: number;
};

export type FileGuardOptions = {
  readonly limits: Limits['files'];
  readonly places: PlaceLimits;
  readonly random: RandomBytes;
  readonly now: () => number;
};

/** One request for a part or a file. Dispose of it when it is over. */
export type Transfer = Disposable & {
  /** Undefined: it fits, and counts. */
  readonly charge: (bytes: number) => Slowed | undefined;
  /** Bytes that were charged and not sent. */
  readonly refund: (bytes: number) => void;
};

type AddressRecord = {
  transfers: number;
  openBytes: number;
  heldBytes: number;
  readonly up: Bucket;
  readonly down: Bucket;
};

type SiteRecord = { heldBytes: number };

type Place = {
  readonly bytes: number;
  readonly address: Hold<AddressRecord>;
  readonly site: Hold<SiteRecord>;
  isOpen: boolean;
  /** By then the file is gone. */
  until: number;
};

export class FileGuard {
  readonly #options: FileGuardOptions;
  readonly #addresses: AddressKeys<AddressRecord>;
  readonly #sites: AddressKeys<SiteRecord>;
  readonly #places = new Map<RoomId, Map<string, Place>>();
  #transfers = 0;
  #heldBytes = 0;

  constructor(options: FileGuardOptions) {
    const { limits, random } = options;
    this.#options = options;
    this.#addresses = new AddressKeys(random, ADDRESSES_MAX, () => newRecord(limits));
    this.#sites = new AddressKeys(random, ADDRESSES_MAX, () => ({ heldBytes: 0 }), siteOf);
  }

  /** Bytes of all files that count. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Counts a request until it is disposed of. */
  begin(address: string, direction: 'up' | 'down'): Transfer | Slowed {
    const { limits, now } = this.#options;
    const hold = this.#addresses.hold(address);
    const { record } = hold;
    const isTooMany = record.transfers >= limits.transfers || this.#transfers >= limits.transfersInAll;
    if (isTooMany) {
      hold[Symbol.dispose]();
      return { code: 'rate', retryAfterMs: PAUSE_MS.transfers };
    }
    record.transfers += 1;
    this.#transfers += 1;
    const bucket = record[direction];
    return {
      charge: (bytes) => {
        const retryAfterMs = bucket.waitFor(bytes, now());
        if (retryAfterMs > 0) return { code: 'rate', retryAfterMs };
        bucket.take(bytes, now());
        return undefined;
      },
      refund: (bytes) => bucket.take(-bytes, now()),
      [Symbol.dispose]: () => {
        record.transfers -= 1;
        this.#transfers -= 1;
        hold[Symbol.dispose]();
      },
    };
  }

  /** Counts a file that is asked for until it is gone, or `forMs` are over. `known`: it counts already. `short`: no space. */
  place(
    address: string,
    room: RoomId,
    fid: string,
    bytes: number,
    forMs: number,
  ): 'new' | 'known' | 'short' | Slowed {
    if (this.#places.get(room)?.has(fid) === true) return 'known';
    if (!this.#hasSpace(bytes)) this.#forgetOver();
    if (!this.#hasSpace(bytes)) return 'short';
    const own = this.#addresses.hold(address);
    const site = this.#sites.hold(address);
    if (!this.#fits(own.record, site.record, bytes)) this.#forgetOver();
    if (!this.#fits(own.record, site.record, bytes)) {
      for (const hold of [own, site]) hold[Symbol.dispose]();
      return { code: 'rate', retryAfterMs: PAUSE_MS.files };
    }
    const until = this.#options.now() + forMs;
    const places = this.#places.get(room) ?? new Map<string, Place>();
    this.#places.set(room, places.set(fid, { bytes, address: own, site, isOpen: true, until }));
    this.#heldBytes += bytes;
    own.record.openBytes += bytes;
    own.record.heldBytes += bytes;
    site.record.heldBytes += bytes;
    return 'new';
  }

  /** The file lasts this much longer, if it counts here. */
  lasts(room: RoomId, fid: string, forMs: number, isWhole: boolean): void {
    const place = this.#places.get(room)?.get(fid);
    if (place === undefined) return;
    place.until = this.#options.now() + forMs;
    if (!isWhole || !place.isOpen) return;
    place.isOpen = false;
    place.address.record.openBytes -= place.bytes;
  }

  gone(room: RoomId, fid: string): void {
    const places = this.#places.get(room);
    const place = places?.get(fid);
    if (places === undefined || place === undefined) return;
    places.delete(fid);
    if (places.size === 0) this.#places.delete(room);
    const { bytes, isOpen, address, site } = place;
    this.#heldBytes -= bytes;
    if (isOpen) address.record.openBytes -= bytes;
    address.record.heldBytes -= bytes;
    site.record.heldBytes -= bytes;
    for (const hold of [address, site]) hold[Symbol.dispose]();
  }

  roomEnded(room: RoomId): void {
    for (const fid of this.#places.get(room)?.keys() ?? []) this.gone(room, fid);
  }

  /** Everything kept about addresses. */
  get keys(): readonly string[] {
    return [...this.#addresses.keys, ...this.#sites.keys];
  }

  /** Draws new salts; records that hold nothing are forgotten. */
  rotate(): void {
    this.#forgetOver();
    this.#addresses.rotate();
    this.#sites.rotate();
  }

  #hasSpace(bytes: number): boolean {
    return this.#heldBytes + bytes <= this.#options.places.allBytes;
  }

  #fits(own: AddressRecord, site: SiteRecord, bytes: number): boolean {
    const { places, limits } = this.#options;
    const [openBytes, heldBytes] = [places.openBytes * limits.held, places.heldBytes * limits.held];
    if (own.openBytes + bytes > openBytes) return false;
    return own.heldBytes + bytes <= heldBytes && site.heldBytes + bytes <= heldBytes;
  }

  #forgetOver(): void {
    const now = this.#options.now();
    for (const [room, places] of this.#places) {
      for (const [fid, { until }] of places) if (until <= now) this.gone(room, fid);
    }
  }
}

function newRecord({ up, down }: Limits['files']): AddressRecord {
  return { transfers: 0, openBytes: 0, heldBytes: 0, up: new Bucket(up), down: new Bucket(down) };
}
