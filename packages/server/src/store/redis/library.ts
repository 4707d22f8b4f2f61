// The functions that Redis runs for the rooms, under a name that changes with their text: two versions of a server
// can work on the same Redis at the same time.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

export type FunctionName =
  | 'adopt'
  | 'append'
  | 'create'
  | 'expire'
  | 'step_departure'
  | 'flush_counts'
  | 'give_way'
  | 'heads'
  | 'reclaim'
  | 'join'
  | 'keys'
  | 'lately'
  | 'lease'
  | 'look'
  | 'missed'
  | 'open'
  | 'present'
  | 'profile'
  | 'rejoin'
  | 'renew'
  | 'reap'
  | 'rooms'
  | 'withdraw';

export type Library = {
  /** What `FUNCTION LOAD` takes. */
  readonly code: string;
  readonly nameOf: (name: FunctionName) => string;
};

const PLAIN_NAME = 'mayfly_v1';

export function readLibrary(): Library {
  // The same place seen from `src` and from `dist`.
  return makeLibrary(readFileSync(new URL('../../../redis/mayfly.lua', import.meta.url), 'utf8'));
}

export function makeLibrary(source: string): Library {
  const name = `${PLAIN_NAME}_${createHash('sha256').update(source).digest('hex').slice(0, 8)}`;
  return { code: source.replaceAll(PLAIN_NAME, name), nameOf: (wanted) => `${name}_${wanted}` };
}
