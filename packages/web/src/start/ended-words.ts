// Texts for a room that is over. What the page can't verify is reported as the server's claim.

import type { EndedRoom } from '../room/model/ended-room.ts';
import { endedTexts } from '../words/ended.ts';

type Words = { readonly heading: string; readonly lead: string };

/** For a room that is gone for everyone, according to the server. */
export function wordsOfGone({ end, summary }: Pick<EndedRoom, 'end' | 'summary'>): Words {
  const { expired, byOwner, byServer, restarted, endedByOwner, endedByYou } = endedTexts;
  if (end.why === 'expired') return { heading: expired.heading, lead: expired.lead(summary.lifeMs) };
  if (end.why === 'vanished') return restarted;
  if (end.why === 'ended_by_owner') return endedByOwner;
  if (end.why === 'ended_by_you') return endedByYou;
  return end.why === 'owner' ? byOwner : byServer;
}

/** For a charter that doesn't match the key: a newcomer sees this, or someone who was already in the room. */
export function wordsOfFalseRoom({ summary }: Pick<EndedRoom, 'summary'>): Words {
  const { heading, lead, leadInside } = endedTexts.falseRoom;
  return { heading, lead: summary.wasIn ? leadInside : lead };
}
