// Every number of the limiter, in one table (docs/protocol.md, LIMIT rules). The files beside it do the counting.

import type { Rate } from './bucket.ts';

export const RATE_LEVELS = ['off', 'default', 'strict'] as const;
export type RateLevel = (typeof RATE_LEVELS)[number];

export type Limits = ReturnType<typeof limitsAt>;

const SHARE: Record<RateLevel, number> = { off: Infinity, default: 1, strict: 0.5 };
const KIB = 1024;

/** `off` still counts, and never finds too much; `strict` halves every rate. */
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
      /** Frames of any kind, pings among them: ten times what messages may come to. Beyond it is a flood. */
      frames: perSecond(50, 150),
      frameBytes: perSecond(320 * KIB, 640 * KIB),
    },
    /** Over all members of a room. */
    room: { messages: perSecond(100, 100) },
    address: {
      /** Open at the same time. */
      sockets: 1_000 * share,
      /** TCP connections, those sockets among them, whatever they say or do not say. */
      arrivals: 1_200 * share,
      connects: perSecond(10, 40),
      creates: perMinute(6, 10),
      charters: perMinute(6, 10),
      failedJoins: perMinute(10, 10),
    },
    /** All addresses of one /48 of IPv6 together: five times what one of them may. */
    site: {
      creates: perMinute(30, 50),
      charters: perMinute(30, 50),
    },
    process: {
      handshakes: perSecond(1_500, 1_500),
      /** A slower event loop takes no newcomers. */
      loopP99Ms: level === 'off' ? Infinity : 200,
    },
  };
}

/** How long to stay away, in milliseconds, where no bucket says it. */
export const PAUSE_MS = {
  /** After too many failed joins. */
  failedJoins: 60_000,
  /** Too many sockets of one address: nobody knows when one of them closes. */
  sockets: 10_000,
  flood: 5_000,
  busy: 5_000,
  /** No rooms are made while memory is short: nobody knows when some comes back. */
  noMemory: 30_000,
} as const;

/** Shares of the memory this process may have, from which on it does less. */
export const MEMORY_SHARE = { noRooms: 0.7, noNewcomers: 0.8, shed: 0.88 } as const;

/** What a room keeps of its history while memory is short. */
export const SHORT_HISTORY = 0.25;

/** Address records kept at most, per salt; the oldest give way. */
export const ADDRESSES_MAX = 100_000;

/** How long a salt makes new keys; it is forgotten after as long again. */
export const SALT_MS = 10 * 60_000;
