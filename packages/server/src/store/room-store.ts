// The interface of everything that holds rooms. Every method is one atomic step: callers never read, change and write back.

import type {
  Command,
  EndedReason,
  Erase,
  Feature,
  HistoryPolicy,
  CharterArgs,
  Door,
  Join,
  Position,
  Presence,
  RecordsPage,
  ResetReason,
  RoomId,
  Sight,
  Slice,
  Welcome,
} from '@mayfly/protocol';
import type { FileLimits } from './file-store.ts';

export type RoomSpec = {
  readonly ownerPk: Uint8Array;
  readonly lifeMs: number;
  readonly history: HistoryPolicy;
};

/** The answer to creating a room (rule LIMIT-3). */
export type Creation =
  | 'created'
  /** An unused room made way for it. */
  | 'created_instead'
  | 'taken'
  /** The server is full, and has no room that will end sooner than this. */
  | { readonly freeInMs: number };

/** The shortest time after which a refused caller should retry. */
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

/** What commands are checked against (rule CMD-6). */
export type RoomLaw = {
  readonly ownerPk: Uint8Array;
  readonly epoch: number;
  /** Number of the last command. */
  readonly c: number;
  /** The charter in force, without its blob. */
  readonly charter: Uint8Array;
};

/** Already verified by the caller, for the epoch and the number it names. */
export type VerifiedCommand = {
  readonly bytes: Uint8Array;
  readonly command: Command;
  /** Of a charter; else empty. */
  readonly blob: Uint8Array;
};

/** What the caller checked proofs against. The store answers `denied` if it has changed since. */
export type VerifiedWith = { readonly accessPk: Uint8Array; readonly epoch: number };

export type JoinRequest = {
  readonly idPk: Uint8Array;
  readonly as: Join['as'];
  readonly verifiedWith: VerifiedWith;
  readonly position?: Position;
  /** The newest epoch whose keys they have; undefined if they need no slices. */
  readonly epoch?: number;
};

/** One entry of the log, as the frame that every member gets. */
export type StoredEvent = { readonly seq: number; readonly frame: Uint8Array };

/** Which session speaks for a member. A newer one of the same identity fences off the older. */
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
  /** A snapshot of everyone present, including the newcomer. */
  readonly presence: Presence;
  /** The members that it lists, spelled by `spellMember`, where the store has that ready. */
  readonly listed?: readonly string[];
  /** Profile frames of everyone present, ready to send. */
  readonly profiles: readonly Uint8Array[];
  /** Slice frames for the epochs after the one they know, in order (rule ROTATE-6). */
  readonly slices: readonly Uint8Array[];
};

/** By the slot in hex. */
export type SlicesBySlot = ReadonlyMap<string, Uint8Array>;

export type JoinRefused = { readonly outcome: 'denied' | 'closed' | 'full' };

export type Appended =
  | { readonly outcome: 'appended'; readonly seq: number }
  /** `n` was logged before: nothing changed. */
  | { readonly outcome: 'repeated' }
  | { readonly outcome: 'refused'; readonly code: 'gap' | 'epoch' | 'stale' | 'server_full' | 'not_allowed' }
  /** Slow mode: this member has to wait so long (rule SEND-10). */
  | { readonly outcome: 'slow'; readonly retryAfterMs: number }
  /** A newer session of this identity has taken over. */
  | { readonly outcome: 'replaced' }
  /** The owner or a moderator removed this member. */
  | { readonly outcome: 'removed' }
  | { readonly outcome: 'gone' };

/** As in `Appended`. */
export type Staged =
  | { readonly outcome: 'staged'; readonly count: number }
  | Extract<Appended, { readonly outcome: 'replaced' | 'removed' | 'gone' }>;

/** What followers of a room receive, in order. */
export type StoreNotice =
  | {
      readonly type: 'event';
      readonly logId: string;
      readonly event: StoredEvent;
      /** With a new link: the slice frames that go out before the event. Who has none is no longer a member. */
      readonly slices?: SlicesBySlot;
    }
  /** An event was erased: `event` has its place, and the stub that is left of it. */
  | { readonly type: 'erased'; readonly logId: string; readonly event: StoredEvent }
  | { readonly type: 'presence'; readonly presence: Presence }
  | { readonly type: 'profile'; readonly frame: Uint8Array }
  /** For everyone but its sender. */
  | { readonly type: 'ephemeral'; readonly from: Uint8Array; readonly frame: Uint8Array }
  | { readonly type: 'life'; readonly expiresInMs: number }
  /** Sessions of this member older than `generation` must go. */
  | { readonly type: 'replaced'; readonly session: MemberSession }
  /** Events are missing and can't be recovered: every session has to resume. */
  | { readonly type: 'hole' }
  /** A follower's last notice. */
  | { readonly type: 'ended'; readonly reason: EndedReason };

/** The optional frames this build takes (rule WELCOME-4). */
const FEATURES_TAKEN: readonly Feature[] = ['erase', 'ephemeral', 'commands', 'rotation', 'settings'];

/** The same, and `files` where files are kept. */
export function featuresOf({ files }: Pick<StoreLimits, 'files'>): readonly Feature[] {
  return files === undefined ? FEATURES_TAKEN : [...FEATURES_TAKEN, 'files'];
}

export type RoomListener = (notice: StoreNotice) => void;

export type StoreLimits = {
  readonly maxRooms: number;
  readonly maxMembers: number;
  readonly historyMessages: number;
  readonly historyBytes: number;
  /** Undefined: no files are kept. */
  readonly files?: FileLimits;
};

/** A remote store may throw `StoreUnavailable` from any method; the outcome is then unknown. */
export interface RoomStore extends AsyncDisposable {
  /** The optional frames that every node of this store takes (rule WELCOME-4). */
  readonly features: readonly Feature[];

  /**
   * Reserves the id for `RESERVATION_MS`; joining is possible after `open`. At the bound of rooms, the longest unused one
   * makes way: it is empty, has no messages, and at most one identity ever joined (rule LIMIT-3).
   */
  create(room: RoomId, spec: RoomSpec): Promise<Creation>;

  /** Opens a reserved room with its charter as event 1. Repeating it with the same charter changes nothing. */
  open(room: RoomId, charter: VerifiedCharter): Promise<'opened' | 'not_reserved'>;

  /** Undefined for a room that does not exist, is not open yet, or has ended. */
  keys(room: RoomId): Promise<RoomKeys | undefined>;

  /** As `keys`. */
  law(room: RoomId): Promise<RoomLaw | undefined>;

  /** `as: 'member'` only where the room has a record of `idPk`; a resume is a join with a position. */
  join(room: RoomId, request: JoinRequest): Promise<Joined | JoinRefused>;

  /** Describes a room to someone outside (rule LOOK-2). Changes nothing. Undefined means `denied`. */
  look(room: RoomId, verifiedWith: VerifiedWith): Promise<Sight | undefined>;

  /**
   * Appends only that member's next `n`, only for its newest session, only in the current epoch. With `erase`, also
   * replaces a message by its stub, or refuses (rule SEND-5). An envelope with a ttl becomes a stub itself (rule SEND-9).
   * A store in this process answers at once: promises would be a good part of what a message costs in a small room.
   */
  append(
    room: RoomId,
    session: MemberSession,
    n: number,
    envelope: Uint8Array,
    erase?: Erase,
  ): Appended | Promise<Appended>;

  /**
   * Logs a command and carries it out, only for a newest session and only as the next one of this epoch; else `stale`
   * (rules COMMAND-2 and COMMAND-3).
   */
  command(room: RoomId, session: MemberSession, verified: VerifiedCommand): Promise<Appended>;

  /** At most `RECORDS_MAX` of those after this slot. Undefined: the room is gone. */
  records(room: RoomId, after: Uint8Array | undefined): Promise<RecordsPage | undefined>;

  /**
   * Keeps slices for a charter that will come within `STAGED_MS`; those for another one are forgotten, and those for slots
   * without a record aren't kept (rule ROTATE-3). The answer says how many there are.
   */
  stage(room: RoomId, session: MemberSession, tag: Uint8Array, slices: readonly Slice[]): Promise<Staged>;

  /**
   * As `command`, with a charter for the next epoch whose slices are staged under this tag, else `not_allowed`: its keys
   * count from here on, its slices are delivered, and the records without one are gone (rule ROTATE-4).
   */
  rotate(room: RoomId, session: MemberSession, charter: VerifiedCharter, tag: Uint8Array): Promise<Appended>;

  /**
   * Stores and announces a member's sealed profile; ignored for a replaced session. In a crowd it isn't announced: the
   * frame is returned, for its author (rules PRESENCE-5 and PRESENCE-6).
   */
  publishProfile(room: RoomId, session: MemberSession, sealed: Uint8Array): Promise<Uint8Array | undefined>;

  /** Announces a sealed signal and keeps nothing; ignored where rule EPHEMERAL-1 says so. */
  relay(room: RoomId, session: MemberSession, sealed: Uint8Array): Promise<void>;

  /** The connection is gone: the member stays for `GRACE_MS`, then leaves. */
  detach(room: RoomId, session: MemberSession): Promise<void>;

  /** The member leaves at once; the room lives on. */
  leave(room: RoomId, session: MemberSession): Promise<void>;

  /** Restarts the room's life. */
  renew(room: RoomId, session: MemberSession): Promise<void>;

  /** Ends it at once, as when its time is up (rule LIFE-4). False: there is no such room. */
  end(room: RoomId): Promise<boolean>;

  /** Delivers everything new, in order, until `ended` or disposal. Never calls the listener before it has returned. */
  follow(room: RoomId, listener: RoomListener): Disposable;

  /**
   * Frees memory of this process: keeps only the newest part of the history it holds of each room, at most this share
   * (0 to 1) of the bound. Isn't announced.
   */
  shorten(share: number): Promise<void>;

  /** How many rooms are open or reserved. */
  size(): Promise<number>;
}
