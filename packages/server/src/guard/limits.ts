// Every number of the limiter, in one table (docs/protocol.md, LIMIT rules). The files beside it do the counting.

import type { Rate } from './bucket.ts';

export const RATE_LEVELS = ['off', 'default', 'strict'] as const;
export type RateLevel = (typeof RATE_LEVELS)[number];

export type Limits = ReturnType<typeof limitsAt>;

const SHARE: Record<RateLevel, number> = { off: Infinity, default: 1, strict: 0.5 };
const KIB = 1024;
const MIB = 1024 * KIB;

/** `off` counts but never refuses; `strict` halves every rate. */
export function limitsAt(level: RateLevel) {
  const share = SHARE[level];
  const perSecond = (often: number, burst: number): Rate => ({
    perSecond: often * share,
    burst: share < 1 ? Math.ceil(burst * share) : burst,
  });
  const perMinute = (often: number, burst: number) => perSecond(often / 60, burst);
  return {
    socket: {
      messages: perSecond(5, 15),
      messageBytes: perSecond(32 * KIB, 64 * KIB),
      profiles: perMinute(6, 6),
      commands: perSecond(1, 5),
      /** Pages of records asked for. */
      records: perSecond(4, 20),
      /** Slices staged. */
      slices: perSecond(1_000, 4_600),
      ephemerals: perSecond(2, 4),
      /** Places asked for and files erased. */
      files: perSecond(2, 20),
      /** Frames of any kind, pings included: ten times the limit of messages. Beyond that it is a flood. */
      frames: perSecond(50, 150),
      frameBytes: perSecond(320 * KIB, 640 * KIB),
    },
    /** All members of a room together. */
    room: { messages: perSecond(100, 100) },
    address: {
      /** Open at the same time. */
      sockets: 1_000 * share,
      /** TCP connections, sockets included, even if they send nothing. */
      arrivals: 1_200 * share,
      connects: perSecond(10, 40),
      creates: perMinute(6, 10),
      charters: perMinute(6, 10),
      failedJoins: perMinute(10, 10),
    },
    /** Wrong ones, of people who have the room's link. */
    passphrases: {
      /** Of one address in one room. */
      address: { minute: perMinute(5, 5), hour: perMinute(20 / 60, 20) },
      /** Of all addresses in one room. */
      room: { minute: perMinute(30, 30), hour: perMinute(300 / 60, 300) },
    },
    /** All addresses of an IPv6 /48 together: five times as much as one of them. */
    site: {
      creates: perMinute(30, 50),
      charters: perMinute(30, 50),
    },
    /** Of one address, if nothing else is said (rule LIMIT-11). */
    files: {
      up: perMinute(64 * MIB, 64 * MIB),
      down: perMinute(256 * MIB, 256 * MIB),
      /** Requests at the same time. */
      transfers: 8 * share,
      /** The same, of all addresses. */
      transfersInAll: level === 'off' ? Infinity : 256,
      /** Of what is stored, an address may have this many times as much. */
      held: Math.max(1, share),
    },
    process: {
      handshakes: perSecond(1_500, 1_500),
      /** With a slower event loop newcomers are refused. */
      loopP99Ms: level === 'off' ? Infinity : 200,
    },
  };
}

/** How long to wait, in milliseconds, if no bucket says so. */
export const PAUSE_MS = {
  /** After too many failed joins. */
  failedJoins: 60_000,
  /** Too many sockets of one address. It is not known when one closes. */
  sockets: 10_000,
  flood: 5_000,
  busy: 5_000,
  /** No rooms while memory is short. It is not known when that ends. */
  noMemory: 30_000,
  /** Too many files on their way. */
  transfers: 1_000,
  /** Too many files of one address, or no space for them. It is not known when one ends. */
  files: 60_000,
} as const;

/** Shares of the memory limit at which the process starts to do less. */
export const MEMORY_SHARE = { noRooms: 0.7, noNewcomers: 0.8, shed: 0.88 } as const;

/** The share of its history that a room keeps while memory is short. */
export const SHORT_HISTORY = 0.25;

/** Address records per salt; beyond that the oldest are dropped. */
export const ADDRESSES_MAX = 100_000;

/** How long a salt is used for new keys. It is overwritten after twice as long. */
export const SALT_MS = 10 * 60_000;
