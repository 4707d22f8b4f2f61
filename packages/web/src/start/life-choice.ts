// Which lifetimes the create card offers, from what this server allows.

import type { ServerLimits } from '@mayfly/protocol';

/** Until the server has said what it suggests and allows. */
export const USUAL_LIMITS: ServerLimits = { life: 30 * 60, lifeMax: 24 * 3600 };

const USUAL_LIVES = [5 * 60, 30 * 60, 2 * 3600, 24 * 3600];

/** Seconds, shortest first; the server's own suggestion is always among them. */
export function lifeChoices({ life, lifeMax }: ServerLimits): readonly number[] {
  const lives = new Set([...USUAL_LIVES.filter((usual) => usual <= lifeMax), life]);
  return [...lives].sort((a, b) => a - b);
}
