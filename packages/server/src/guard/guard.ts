// Rate limits by address and room, and load shedding. Keeps no address in the clear (address-keys.ts) and forgets what no
// longer matters.

import type { RoomId } from '@mayfly/protocol';
import type { Clock, RandomBytes } from '../net/clock.ts';
import { AddressKeys, type Hold } from './address-keys.ts';
import { Bucket } from './bucket.ts';
import { FileGuard, type PlaceLimits } from './file-guard.ts';
import { ADDRESSES_MAX, type Limits, PAUSE_MS, SALT_MS } from './limits.ts';
import { LOAD_TROUBLES, type LoadTrouble, Pressure, type Vitals } from './pressure.ts';
import { Incident, type OngoingIncident } from './incident.ts';
import { siteOf } from './network.ts';
import { PassphraseGuard } from './passphrase-guard.ts';
import { type Slowed, ConnectionBudget } from './connection-budget.ts';

/** For the log. */
export interface LoadReport {
  /** Load shedding starts, or gets stricter. */
  overloaded(trouble: LoadTrouble): void;
  relieved(lastedMs: number): void;
}

/** For /healthz. */
export type LoadIncident = OngoingIncident<LoadTrouble>;

export type GuardOptions = {
  readonly limits: Limits;
  /** What an address may have stored. */
  readonly places?: PlaceLimits;
  readonly clock: Clock;
  readonly random: RandomBytes;
  /** Read once a second. */
  readonly vitals: () => Vitals;
  readonly report: LoadReport;
  /** A reading failed; the last one stays in effect. */
  readonly onTrouble: (error: unknown) => void;
  /** Memory is short: release what can be fetched again. Called once a second meanwhile. */
  readonly shed: () => void;
};

type AddressRecord = {
  arrivals: number;
  sockets: number;
  barredUntil: number;
  readonly connects: Bucket;
  readonly creates: Bucket;
  readonly charters: Bucket;
  readonly failedJoins: Bucket;
};

type SiteRecord = { readonly creates: Bucket; readonly charters: Bucket };

const TICK_MS = 1_000;

const NO_PLACES: PlaceLimits = { openBytes: 0, heldBytes: 0, allBytes: 0 };

export class Guard implements Disposable {
  readonly files: FileGuard;
  readonly passphrases: PassphraseGuard;
  /** The operator wants no new rooms on this server. */
  refusesRooms = false;
  readonly #options: GuardOptions;
  readonly #addresses: AddressKeys<AddressRecord>;
  readonly #sites: AddressKeys<SiteRecord>;
  readonly #rooms = new Map<RoomId, Bucket>();
  readonly #handshakes: Bucket;
  readonly #pressure: Pressure;
  readonly #incident: Incident<LoadTrouble>;
  #saltUntil: number;
  #tick: Disposable;

  constructor(options: GuardOptions) {
    const { limits, clock, random, places = NO_PLACES } = options;
    this.#options = options;
    this.files = new FileGuard({ limits: limits.files, places, random, now: () => clock.now() });
    this.passphrases = new PassphraseGuard(limits.passphrases, () => clock.now());
    this.#addresses = new AddressKeys(random, ADDRESSES_MAX, () => newRecord(limits.address));
    this.#sites = new AddressKeys(random, ADDRESSES_MAX, () => newSite(limits.site), siteOf);
    this.#handshakes = new Bucket(limits.process.handshakes);
    this.#pressure = new Pressure(limits.process.loopP99Ms);
    this.#incident = new Incident({
      now: () => clock.now(),
      troubles: LOAD_TROUBLES,
      onWorse: (trouble) => options.report.overloaded(trouble),
      onOver: (lastedMs) => options.report.relieved(lastedMs),
    });
    this.#saltUntil = clock.now() + SALT_MS;
    this.#tick = this.#tickLater();
  }

  /** Counts a new TCP connection until it is disposed of. Undefined: its address has too many. */
  arrive(address: string): Disposable | undefined {
    const hold = this.#addresses.hold(address);
    if (hold.record.arrivals >= this.#options.limits.address.arrivals) {
      hold[Symbol.dispose]();
      return undefined;
    }
    return counted(hold, 'arrivals');
  }

  /** Undefined: may connect, and counts. An address over its own rate takes nothing from the shared one. */
  connect(address: string): Slowed | undefined {
    const now = this.#now();
    // First, because a thundering herd must cost next to nothing.
    const herd = this.#handshakes.waitFor(1, now);
    if (herd > 0) return { code: 'busy', retryAfterMs: Math.max(herd, PAUSE_MS.busy) };
    const record = this.#addresses.find(address);
    const barred = this.#barredFor(record);
    if (barred > 0) return { code: 'rate', retryAfterMs: barred };
    if (record.sockets >= this.#options.limits.address.sockets) {
      return { code: 'rate', retryAfterMs: PAUSE_MS.sockets };
    }
    const slowed = takeOne(record.connects, now);
    if (slowed === undefined) this.#handshakes.take(1, now);
    return slowed;
  }

  /** Counts an open connection until it is disposed of. */
  budgetFor(address: string): ConnectionBudget {
    const hold = this.#addresses.hold(address);
    const counting = counted(hold, 'sockets');
    return new ConnectionBudget({
      limits: this.#options.limits.socket,
      now: () => this.#now(),
      roomBucket: (room) => this.#roomBucket(room),
      mayJoin: (isNew) => this.#mayJoin(hold.record, isNew),
      joinFailed: () => this.#joinFailed(hold.record),
      passphrases: this.passphrases.budgetFor(hold.record),
      gone: () => counting[Symbol.dispose](),
      files: {
        place: (...file) => (this.trouble === undefined ? this.files.place(address, ...file) : 'short'),
        gone: (...file) => this.files.gone(...file),
        roomEnded: (room) => this.files.roomEnded(room),
      },
    });
  }

  /** Undefined: may create a room, and counts. */
  create(address: string): Slowed | undefined {
    const [own, shared] = [this.#addresses.find(address), this.#sites.find(address)];
    return takeOneOfBoth(own.creates, shared.creates, this.#now());
  }

  /** Undefined: the charter may be verified, and counts. */
  charter(address: string): Slowed | undefined {
    const [own, shared] = [this.#addresses.find(address), this.#sites.find(address)];
    return takeOneOfBoth(own.charters, shared.charters, this.#now());
  }

  /** Rooms whose bucket has not refilled yet. */
  get busyRooms(): number {
    return this.#rooms.size;
  }

  /** What is short now. No rooms are created meanwhile. */
  get trouble(): LoadTrouble | undefined {
    return this.#pressure.trouble;
  }

  /** For /healthz. */
  get incident(): LoadIncident | undefined {
    return this.#incident.now;
  }

  [Symbol.dispose](): void {
    this.#tick[Symbol.dispose]();
  }

  #mayJoin(record: AddressRecord, isNew: boolean): Slowed | undefined {
    const barred = this.#barredFor(record);
    if (barred > 0) return { code: 'rate', retryAfterMs: barred };
    const mayCome = this.trouble === undefined || this.trouble === 'rooms';
    return isNew && !mayCome ? { code: 'busy', retryAfterMs: PAUSE_MS.busy } : undefined;
  }

  // The attempt that uses up the burst bars the address.
  #joinFailed(record: AddressRecord): void {
    const now = this.#now();
    takeOne(record.failedJoins, now);
    if (record.failedJoins.waitFor(1, now) > 0) record.barredUntil = now + PAUSE_MS.failedJoins;
  }

  #barredFor({ barredUntil }: AddressRecord): number {
    return Math.ceil(Math.max(0, barredUntil - this.#now()));
  }

  #roomBucket(room: RoomId): Bucket {
    const known = this.#rooms.get(room);
    if (known !== undefined) return known;
    const bucket = new Bucket(this.#options.limits.room.messages);
    this.#rooms.set(room, bucket);
    return bucket;
  }

  #now(): number {
    return this.#options.clock.now();
  }

  #tickLater(): Disposable {
    return this.#options.clock.after(TICK_MS, () => {
      this.#tick = this.#tickLater();
      this.#readVitals();
      this.#incident.note(this.trouble);
      if (this.trouble === 'shedding') this.#options.shed();
      this.#forget();
    });
  }

  // A failing guard must not crash the process.
  #readVitals(): void {
    try {
      this.#pressure.read(this.#options.vitals());
    } catch (error) {
      this.#options.onTrouble(error);
    }
  }

  #forget(): void {
    const now = this.#now();
    for (const [room, bucket] of this.#rooms) if (bucket.isFull(now)) this.#rooms.delete(room);
    this.passphrases.forget();
    if (now < this.#saltUntil) return;
    this.#saltUntil = now + SALT_MS;
    this.#addresses.rotate();
    this.#sites.rotate();
    this.files.rotate();
  }
}

function newRecord({ connects, creates, charters, failedJoins }: Limits['address']): AddressRecord {
  return {
    arrivals: 0,
    sockets: 0,
    barredUntil: -Infinity,
    connects: new Bucket(connects),
    creates: new Bucket(creates),
    charters: new Bucket(charters),
    failedJoins: new Bucket(failedJoins),
  };
}

function newSite({ creates, charters }: Limits['site']): SiteRecord {
  return { creates: new Bucket(creates), charters: new Bucket(charters) };
}

/** Adds one to the counter until disposed of, together with its hold. */
function counted(hold: Hold<AddressRecord>, what: 'arrivals' | 'sockets'): Disposable {
  const { record } = hold;
  record[what]++;
  return {
    [Symbol.dispose]: () => {
      record[what]--;
      hold[Symbol.dispose]();
    },
  };
}

function takeOne(bucket: Bucket, now: number): Slowed | undefined {
  const retryAfterMs = bucket.waitFor(1, now);
  if (retryAfterMs > 0) return { code: 'rate', retryAfterMs };
  bucket.take(1, now);
  return undefined;
}

/** A refusal by one takes nothing from the other. */
function takeOneOfBoth(own: Bucket, shared: Bucket, now: number): Slowed | undefined {
  const retryAfterMs = Math.max(own.waitFor(1, now), shared.waitFor(1, now));
  if (retryAfterMs > 0) return { code: 'rate', retryAfterMs };
  for (const bucket of [own, shared]) bucket.take(1, now);
  return undefined;
}
