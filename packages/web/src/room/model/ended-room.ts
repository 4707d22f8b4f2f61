// A room that is over for this page.

import type { RoomEnd, RoomLink } from '@mayfly/client';

/** What the page shows about a room that is over. */
export type RoomSummary = {
  readonly id: string;
  /** How many messages and people this page saw. */
  readonly messages: number;
  readonly names: number;
  /** Milliseconds since 1970: when this page came in, and when the room ended. */
  readonly openedAt: number;
  readonly endedAt: number;
  readonly lifeMs: number;
  /** The server let us in, and its charter fits the link. */
  readonly wasIn: boolean;
};

/** A room that is over for this page. */
export type EndedRoom = {
  readonly end: RoomEnd;
  readonly summary: RoomSummary;
  /** The link was opened here, so the browser's history may have it, with the key. */
  readonly linkInHistory: boolean;
  /** Only if the same link can still be used. */
  readonly link?: RoomLink;
};
