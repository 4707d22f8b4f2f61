// Who may do what how often: by address, by room, and by how much the process can still take. It holds no address in
// clear (address-keys.ts), and forgets what no longer matters.

import type { RoomId } from '@mayfly/protocol';
import type { Clock, RandomBytes } from '../net/clock.ts';
import { AddressKeys, type Hold } from './address-keys.ts';
import { Bucket } from './bucket.ts';
import { ADDRESSES_MAX, type Limits, PAUSE_MS, SALT_MS } from './limits.ts';
import { LOAD_TROUBLES, type LoadTrouble, Pressure, type Vitals } from './pressure.ts';
import { Incident, type OngoingIncident } from './incident.ts';
import { siteOf } from './network.ts';
import { type Slowed, ConnectionBudget } from './connection-budget.ts';

/** What is told to the log. */
export interface LoadReport {
  /** From now on less is taken in, or still less. */
  overloaded(trouble: LoadTrouble): void;
  relieved(lastedMs: number): void;
}

/** For /healthz. */
export type LoadIncident = OngoingIncident<LoadTrouble>;

export type GuardOptions = {
  readonly limits: Limits;
  readonly clock: Clock;
  readonly random: RandomBytes;
  /** Read once a second. */
  readonly vitals: () => Vitals;
  readonly report: LoadReport;
  /** A reading failed; the last one holds on. */
  readonly onTrouble: (error: unknown) => void;
  /** Memory is short: give back what can be had again. Called once a second while it is. */
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

export class Guard implements Disposable {
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
    const { limits, clock, random } = options;
    this.#options = options;
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

  /** A TCP connection, before it says a word; dispose of it when it is gone. Undefined: its address has too many. */
  arrive(address: string): Disposable | undefined {
    const hold = this.#addresses.hold(address);
    if (hold.record.arrivals >= this.#options.limits.address.arrivals) {
      hold[Symbol.dispose]();
      return undefined;
    }
    return counted(hold, 'arrivals');
  }

  /** Undefined: come in, and it counts. An address over its own rate takes nothing from what is there for all. */
  connect(address: string): Slowed | undefined {
    const now = this.#now();
    // Before anything is computed for a herd.
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

  /** A connection that is open now; dispose of it when it is gone. */
  budgetFor(address: string): ConnectionBudget {
    const hold = this.#addresses.hold(address);
    const counting = counted(hold, 'sockets');
    return new ConnectionBudget({
      limits: this.#options.limits.socket,
      now: () => this.#now(),
      roomBucket: (room) => this.#roomBucket(room),
      mayJoin: (isNew) => this.#mayJoin(hold.record, isNew),
      joinFailed: () => this.#joinFailed(hold.record),
      gone: () => counting[Symbol.dispose](),
    });
  }

  /** Undefined: make a room, and it counts. */
  create(address: string): Slowed | undefined {
    const [own, shared] = [this.#addresses.find(address), this.#sites.find(address)];
    return takeOneOfBoth(own.creates, shared.creates, this.#now());
  }

  /** Undefined: the charter may be verified, and it counts. */
  charter(address: string): Slowed | undefined {
    const [own, shared] = [this.#addresses.find(address), this.#sites.find(address)];
    return takeOneOfBoth(own.charters, shared.charters, this.#now());
  }

  /** How many rooms have had messages in the last moments. */
  get busyRooms(): number {
    return this.#rooms.size;
  }

  /** What is short now. With any of it no rooms are made. */
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

  // The last one that fits is the last one for a while.
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

  // What guards the process must not end it.
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
    if (now < this.#saltUntil) return;
    this.#saltUntil = now + SALT_MS;
    this.#addresses.rotate();
    this.#sites.rotate();
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

/** One more of them, until it is disposed of, with its hold. */
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

/** Who is refused by one takes nothing from the other. */
function takeOneOfBoth(own: Bucket, shared: Bucket, now: number): Slowed | undefined {
  const retryAfterMs = Math.max(own.waitFor(1, now), shared.waitFor(1, now));
  if (retryAfterMs > 0) return { code: 'rate', retryAfterMs };
  for (const bucket of [own, shared]) bucket.take(1, now);
  return undefined;
}
