// The one home of room state. Every method is one atomic step: callers never read, change and write back.

import type {
  Command,
  EndedReason,
  HistoryPolicy,
  CharterArgs,
  Door,
  Join,
  Position,
  Presence,
  ResetReason,
  RoomId,
  Sight,
  Welcome,
} from '@mayfly/protocol';

export type RoomSpec = {
  readonly ownerPk: Uint8Array;
  readonly lifeMs: number;
  readonly history: HistoryPolicy;
};

/** What became of a wish to make a room (rule LIMIT-3). */
export type Creation =
  | 'created'
  /** In the place of a room that nobody used. */
  | 'created_instead'
  | 'taken'
  /** There is no place, and may be one then; nobody knows of any sooner. */
  | { readonly freeInMs: number };

/** Nobody is sent away for less, however soon something changes. */
export const SOON_MS = 1_000;

/** Command 1, already verified by the caller against the owner's key: layout, number, signature, blob hash. */
export type VerifiedCharter = {
  readonly bytes: Uint8Array;
  readonly command: Command;
  readonly args: CharterArgs;
  readonly blob: Uint8Array;
};

/** What proofs are checked against: public keys only. */
export type RoomKeys = {
  readonly ownerPk: Uint8Array;
  readonly accessPk: Uint8Array;
  /** Absent at door 1. */
  readonly linkPk?: Uint8Array;
  readonly epoch: number;
  readonly door: Door;
};

/** What the caller's verdict rested on: the store answers `denied` if it has changed meanwhile. */
export type VerifiedWith = { readonly accessPk: Uint8Array; readonly epoch: number };

export type JoinRequest = {
  readonly idPk: Uint8Array;
  readonly as: Join['as'];
  readonly verifiedWith: VerifiedWith;
  readonly position?: Position;
};

/** One entry of the log as the frame that every member gets, built once. */
export type StoredEvent = { readonly seq: number; readonly frame: Uint8Array };

/** Which session speaks for a member: a newer one of the same identity fences the older off. */
export type MemberSession = { readonly slot: Uint8Array; readonly generation: number };

/** What a room is, apart from who is in it. Carried whole from the store to the welcome. */
export type RoomTerms = Pick<
  Welcome,
  'epoch' | 'c' | 'charter' | 'blob' | 'closed' | 'slow' | 'history' | 'lifeMs'
>;

export type Joined = {
  readonly outcome: 'joined';
  readonly session: MemberSession;
  readonly logId: string;
  /** The newest event's seq; `missed` ends there, or is empty. */
  readonly seq: number;
  readonly mode: 'resume' | 'reset';
  readonly reason?: ResetReason;
  readonly missed: readonly StoredEvent[];
  readonly terms: RoomTerms;
  readonly lastN: number;
  readonly expiresInMs: number;
  /** Everybody who is there, as a snapshot; it includes the newcomer. */
  readonly presence: Presence;
  /** Profile frames of those who are there, ready to send. */
  readonly profiles: readonly Uint8Array[];
};

export type JoinRefused = { readonly outcome: 'denied' | 'full' };

export type Appended =
  | { readonly outcome: 'appended'; readonly seq: number }
  /** `n` was logged before: nothing changed. */
  | { readonly outcome: 'repeated' }
  | { readonly outcome: 'refused'; readonly code: 'gap' | 'epoch' | 'server_full' }
  /** A newer session of this identity has taken over. */
  | { readonly outcome: 'replaced' }
  | { readonly outcome: 'gone' };

/** What followers of a room hear, in order. */
export type StoreNotice =
  | { readonly type: 'event'; readonly logId: string; readonly event: StoredEvent }
  | { readonly type: 'presence'; readonly presence: Presence }
  | { readonly type: 'profile'; readonly frame: Uint8Array }
  | { readonly type: 'life'; readonly expiresInMs: number }
  /** Sessions of this member older than `generation` must go. */
  | { readonly type: 'replaced'; readonly session: MemberSession }
  /** Something is missing that cannot be told any more: everybody has to resume. */
  | { readonly type: 'hole' }
  /** The last thing a follower hears. */
  | { readonly type: 'ended'; readonly reason: EndedReason };

export type RoomListener = (news: StoreNotice) => void;

export type StoreLimits = {
  readonly maxRooms: number;
  readonly maxMembers: number;
  readonly historyMessages: number;
  readonly historyBytes: number;
};

/** A store whose memory is elsewhere may throw `StoreUnavailable` from any method: the outcome is unknown then. */
export interface RoomStore extends AsyncDisposable {
  /**
   * Reserves the id for `RESERVATION_MS`; nobody can join before `open`. At the bound of rooms, the one that has been
   * unused longest gives way: nobody is there, nobody wrote, and at most one identity ever came (rule LIMIT-3).
   */
  create(room: RoomId, spec: RoomSpec): Promise<Creation>;

  /** Opens a reserved room with its charter as event 1. Again with the same charter changes nothing. */
  open(room: RoomId, charter: VerifiedCharter): Promise<'opened' | 'not_reserved'>;

  /** Undefined for a room that does not exist, is not open yet, or has ended. */
  keys(room: RoomId): Promise<RoomKeys | undefined>;

  /** `as: 'member'` only where the room has a record of `idPk`; a resume is a join with a position. */
  join(room: RoomId, request: JoinRequest): Promise<Joined | JoinRefused>;

  /** What a room is, for someone who is not in it (rule LOOK-2); changes nothing. Undefined: `denied`. */
  look(room: RoomId, verifiedWith: VerifiedWith): Promise<Sight | undefined>;

  /** Appends only that member's next `n`, only for its newest session, only in the current epoch. */
  append(room: RoomId, session: MemberSession, n: number, envelope: Uint8Array): Promise<Appended>;

  /**
   * Keeps and announces a member's sealed profile; ignored for a session that was replaced. In a room that is told as
   * counts it is not announced: the frame comes back, for its author (rules PRESENCE-5 and PRESENCE-6).
   */
  publishProfile(room: RoomId, session: MemberSession, sealed: Uint8Array): Promise<Uint8Array | undefined>;

  /** The connection is gone: the member stays for `GRACE_MS`, then has left. */
  detach(room: RoomId, session: MemberSession): Promise<void>;

  /** The member said goodbye: gone at once; the room lives on. */
  leave(room: RoomId, session: MemberSession): Promise<void>;

  /** Starts the room's life anew. */
  renew(room: RoomId, session: MemberSession): Promise<void>;

  /** Everything new from now on, in order, until `ended` or disposal. Never calls back before it has returned. */
  follow(room: RoomId, listener: RoomListener): Disposable;

  /**
   * This process is short of memory: of what it holds itself of each room's bounded history it keeps at most that share
   * (0 to 1), the newest. Nobody is told.
   */
  shorten(share: number): Promise<void>;

  /** How many rooms are open or reserved. */
  size(): Promise<number>;
}
