// The functions that Redis runs for the rooms, joined from their parts. The library's name changes with its text, so two
// versions of a server can work on one Redis at the same time.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

export type FunctionName =
  | 'adopt'
  | 'append'
  | 'claim'
  | 'command'
  | 'create'
  | 'end_room'
  | 'expire'
  | 'file_erase'
  | 'file_expects'
  | 'file_find'
  | 'file_open'
  | 'file_put'
  | 'file_read'
  | 'final_command'
  | 'flush_counts'
  | 'give_way'
  | 'heads'
  | 'join'
  | 'keys'
  | 'lately'
  | 'law'
  | 'lease'
  | 'look'
  | 'missed'
  | 'open'
  | 'present'
  | 'profile'
  | 'reap'
  | 'reclaim'
  | 'records'
  | 'rejoin'
  | 'relay'
  | 'renew'
  | 'rooms'
  | 'rotate'
  | 'stage'
  | 'step_departure'
  | 'withdraw';

export type Library = {
  readonly name: string;
  /** What `FUNCTION LOAD` takes. */
  readonly code: string;
  readonly nameOf: (name: FunctionName) => string;
};

/** Each part uses the locals of those before it, since Redis permits no globals. */
const PARTS = [
  'keys',
  'files',
  'slices',
  'life',
  'log',
  'members',
  'presence',
  'rooms',
  'sessions',
  'commands',
  'rotation',
  'uploads',
  'nodes',
  'api',
];
const PLAIN_NAME = 'mayfly_v1';
/** Matches the name of every version's library. */
export const LIBRARY_NAMES = `${PLAIN_NAME}_*`;

export function readLibrary(): Library {
  return makeLibrary(readSource());
}

export function readSource(): string {
  return PARTS.map(readPart).join('\n');
}

export function makeLibrary(source: string): Library {
  const name = `${PLAIN_NAME}_${createHash('sha256').update(source).digest('hex').slice(0, 8)}`;
  const code = `#!lua name=${name}\n${source.replaceAll(PLAIN_NAME, name)}`;
  return { name, code, nameOf: (wanted) => `${name}_${wanted}` };
}

// The same path from `src` and from `dist`.
function readPart(name: string): string {
  return readFileSync(new URL(`../../../redis/${name}.lua`, import.meta.url), 'utf8');
}
