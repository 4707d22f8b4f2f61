// A guard that refuses nothing, but for the limits a test sets; for it, no time goes by. And rules that any page may pass.

import type { RandomBytes } from '../net/clock.ts';
import type { OriginRules } from '../guard/origins.ts';
import { Guard } from '../guard/guard.ts';
import { type Limits, limitsAt } from '../guard/limits.ts';
import { TestClock } from './clock.ts';

export function calmGuard(random: RandomBytes, address: Partial<Limits['address']> = {}): Guard {
  const off = limitsAt('off');
  return new Guard({
    limits: { ...off, address: { ...off.address, ...address } },
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
