// What a display name may be, as the SDK counts it.

import { nameFits } from '@mayfly/client';
import { NAME_BYTES_MAX, NAME_POINTS_MAX } from '@mayfly/protocol';

/** Spaces around a name do not count. */
export function isNameTooLong(name: string): boolean {
  return !nameFits(name.trim());
}

/** Below this many, the field says how many are left. */
const NEAR_LIMIT = 10;

/** About how many characters still fit, when few do: two limits, and the tighter one counts. */
export function nameRoomLeft(name: string): number | undefined {
  const trimmed = name.trim();
  const points = NAME_POINTS_MAX - Array.from(trimmed).length;
  const bytes = NAME_BYTES_MAX - new TextEncoder().encode(trimmed).length;
  const left = Math.min(points, Math.floor(bytes / averageBytes(trimmed)));
  return left <= NEAR_LIMIT ? Math.max(left, 0) : undefined;
}

/** Names go on in the script they began in. */
function averageBytes(name: string): number {
  const points = Array.from(name).length;
  return points === 0 ? 1 : new TextEncoder().encode(name).length / points;
}
