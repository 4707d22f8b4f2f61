// Guards, budgets and rules for tests that are about something else: nothing is refused unless a test sets a limit.

import type { RandomBytes } from '../net/clock.ts';
import type { OriginRules } from '../guard/origins.ts';
import { Bucket } from '../guard/bucket.ts';
import { ConnectionBudget } from '../guard/connection-budget.ts';
import { Guard } from '../guard/guard.ts';
import { type Limits, limitsAt } from '../guard/limits.ts';
import { TestClock } from './clock.ts';

const OFF = limitsAt('off');

/** For sessions without a guard. */
export const UNLIMITED = new ConnectionBudget({
  limits: OFF.socket,
  now: () => 0,
  roomBucket: () => new Bucket(OFF.room.messages),
  mayJoin: () => undefined,
  joinFailed: () => {},
  passphrases: { mayTry: () => undefined, wrong: () => {} },
  gone: () => {},
  files: { place: () => 'new', gone: () => {}, roomEnded: () => {} },
});

/** No time passes for it. */
export function calmGuard(
  random: RandomBytes,
  { files = {}, ...address }: Partial<Limits['address']> & { readonly files?: Partial<Limits['files']> } = {},
): Guard {
  return new Guard({
    limits: { ...OFF, address: { ...OFF.address, ...address }, files: { ...OFF.files, ...files } },
    clock: new TestClock(),
    random,
    vitals: () => ({ memoryShare: 0, loopP99Ms: 0 }),
    shed: () => {},
    onTrouble: () => {},
    report: { overloaded: () => {}, relieved: () => {} },
  });
}

export const OPEN_RULES: OriginRules = {
  publicOrigin: undefined,
  allowedOrigins: [],
  allowedHosts: [],
  requireOrigin: false,
  trustProxy: 0,
  tls: false,
};
