// What the page says of a room that is over: what it knows itself as such, all else as the server's word.

import type { EndedRoom } from '../room/model/ended-room.ts';
import { texts } from '../words/start.ts';

type Words = { readonly heading: string; readonly lead: string };

/** Of a room that is gone for everyone, as far as the server says. */
export function wordsOfGone({ end, summary }: Pick<EndedRoom, 'end' | 'summary'>): Words {
  const { expired, byOwner, byServer, restarted } = texts.ended;
  if (end.why === 'expired') return { heading: expired.heading, lead: expired.lead(summary.lifeMs) };
  if (end.why === 'vanished') return restarted;
  return end.why === 'owner' ? byOwner : byServer;
}

/** A charter that does not fit the key: shown to a newcomer, or after a while to someone who was in. */
export function wordsOfFalseRoom({ summary }: Pick<EndedRoom, 'summary'>): Words {
  const { heading, lead, leadInside } = texts.ended.falseRoom;
  return { heading, lead: summary.wasIn ? leadInside : lead };
}
