// Why a connection ends, and whether the client comes back: one table for both sides (rules CLOSE-1 to CLOSE-3).

/** By name; the name is also the reason that a close frame carries. */
export type CloseReason = keyof typeof CLOSE;

/** What a client does after a close. */
export type Comeback =
  /** Connect again after a random pause that grows. */
  | 'backoff'
  /** Do not connect again unless a person asks. */
  | 'never';

type CloseEntry = { readonly code: number; readonly comeback: Comeback };

/** Codes below 4000 mean what they mean to every WebSocket. */
export const CLOSE = {
  left: { code: 1000, comeback: 'never' },
  goingAway: { code: 1001, comeback: 'backoff' },
  protocolError: { code: 1002, comeback: 'never' },
  badText: { code: 1007, comeback: 'never' },
  tooManyParts: { code: 1008, comeback: 'backoff' },
  tooBig: { code: 1009, comeback: 'never' },
  serverError: { code: 1011, comeback: 'backoff' },
  drain: { code: 1012, comeback: 'backoff' },
  busy: { code: 1013, comeback: 'backoff' },
  badFrame: { code: 4000, comeback: 'never' },
  denied: { code: 4001, comeback: 'never' },
  ended: { code: 4002, comeback: 'never' },
  kicked: { code: 4003, comeback: 'never' },
  full: { code: 4004, comeback: 'never' },
  silent: { code: 4005, comeback: 'backoff' },
  tooSlow: { code: 4008, comeback: 'backoff' },
  replaced: { code: 4009, comeback: 'never' },
  tooFast: { code: 4029, comeback: 'backoff' },
} as const satisfies Record<string, CloseEntry>;

/** Codes that later versions may add for an end after which clients must not come back. */
const TERMINAL = { first: 4500, last: 4999 } as const;

/**
 * A code outside the table goes by its range (rule CLOSE-2). Below the terminal range it is a broken connection: 1005 and
 * 1006 above all, and codes that proxies send.
 */
export function comebackAfter(code: number): Comeback {
  const known = Object.values(CLOSE).find((entry) => entry.code === code);
  if (known !== undefined) return known.comeback;
  return code >= TERMINAL.first && code <= TERMINAL.last ? 'never' : 'backoff';
}
