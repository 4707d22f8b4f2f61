// The limits of a display name and of a room's topic, as the SDK counts them.

import { nameFits, topicFits } from '@mayfly/client';
import { NAME_BYTES_MAX, NAME_POINTS_MAX } from '@mayfly/protocol';

/** Surrounding spaces don't count. */
export function isNameTooLong(name: string): boolean {
  return !nameFits(name.trim());
}

/** Surrounding spaces don't count. */
export function isTopicTooLong(topic: string): boolean {
  return !topicFits(topic.trim());
}

/** Below this many, the field says how many are left. */
const NEAR_LIMIT = 10;

/** About how many characters still fit, when few do. */
export function nameRoomLeft(name: string): number | undefined {
  const left = nameRoom(name) - Array.from(name.trim()).length;
  return left <= NEAR_LIMIT ? Math.max(left, 0) : undefined;
}

/** How many characters like these fit into a name: of two limits the tighter one counts. */
export function nameRoom(name: string): number {
  return Math.min(NAME_POINTS_MAX, Math.floor(NAME_BYTES_MAX / averageBytes(name.trim())));
}

/** Assumes that the rest of a name is in the script of its beginning. */
function averageBytes(name: string): number {
  const points = Array.from(name).length;
  return points === 0 ? 1 : new TextEncoder().encode(name).length / points;
}
