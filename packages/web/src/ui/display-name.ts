// What a display name may be, as the SDK counts it.

import { nameFits } from '@mayfly/client';
import { NAME_BYTES_MAX, NAME_POINTS_MAX } from '@mayfly/protocol';

/** Spaces around a name do not count. */
export function isNameTooLong(name: string): boolean {
  return !nameFits(name.trim());
}

/** Below this many, the field says how many are left. */
const NEAR_LIMIT = 10;

/** About how many characters still fit, when few do. */
export function nameRoomLeft(name: string): number | undefined {
  const left = nameRoom(name) - Array.from(name.trim()).length;
  return left <= NEAR_LIMIT ? Math.max(left, 0) : undefined;
}

/** How many characters of this kind a name has room for: two limits, and the tighter one counts. */
export function nameRoom(name: string): number {
  return Math.min(NAME_POINTS_MAX, Math.floor(NAME_BYTES_MAX / averageBytes(name.trim())));
}

/** Names go on in the script they began in. */
function averageBytes(name: string): number {
  const points = Array.from(name).length;
  return points === 0 ? 1 : new TextEncoder().encode(name).length / points;
}
