// The lifetimes the create card offers, within what this server allows.

import type { ServerLimits } from '@mayfly/protocol';

const USUAL_LIVES = [5 * 60, 30 * 60, 2 * 3600, 24 * 3600];

/** In seconds, shortest first. Always includes the server's suggestion. */
export function lifeChoices({ life, lifeMax }: ServerLimits): readonly number[] {
  const lives = new Set([...USUAL_LIVES.filter((usual) => usual <= lifeMax), life]);
  return [...lives].sort((a, b) => a - b);
}
