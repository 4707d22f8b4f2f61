// Rules about members that every store follows.

/** A member without a connection counts as away after this time (PRESENCE-2). */
export const AWAY_AFTER_MS = 5_000;

/** A full room has this many more seats for its owner (JOIN-5). */
export const OWNERS_SEAT = 1;

/** A room keeps this many records per member it may hold, so people who left can return as themselves. */
export const RECORDS_PER_MEMBER = 4;
