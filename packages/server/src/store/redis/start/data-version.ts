// Whether this Redis holds data that this version reads: two data versions never share one.

import { type VersionConflict, readClaim } from '../answers.ts';
import { NODE_KEYS } from '../keyspace.ts';
import type { Link } from '../link.ts';
import { VERSION_MS } from '../recovery.ts';

/** The message is a sentence for the operator. */
export class DataVersionConflict extends Error {}

/** Throws `DataVersionConflict` if another version has nodes or rooms there, or `StoreUnavailable`. */
export async function claimDataVersion(
  link: Pick<Link, 'call'>,
  countRooms: () => Promise<number>,
): Promise<void> {
  const claim = async (how: 'ask' | 'take') =>
    readClaim(await link.call('claim', NODE_KEYS, [VERSION_MS, how]));
  const conflict = await claim('ask');
  if (conflict === undefined) return;
  const isFree = conflict.nodes === 0 && (await countRooms()) === 0;
  const remaining = isFree ? await claim('take') : conflict;
  if (remaining !== undefined) throw new DataVersionConflict(explain(remaining));
}

function explain({ held, ours, nodes }: VersionConflict): string {
  const what = nodes > 0 ? 'servers of that version are running' : 'rooms of that version are still open';
  return (
    `Redis holds data of another version of Mayfly (data version ${held}; this one is ${ours}), and ${what}. ` +
    'Use another Redis for this version, or start it when they are gone.'
  );
}
