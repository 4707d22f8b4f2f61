// What a room tells the page: the whole vocabulary between the SDK and whatever shows it.

import type {
  EndedReason,
  HistoryPolicy,
  RefusedCode,
  RoomId,
  RoomLimits,
  TurnedBack,
} from '@mayfly/protocol';

/** Somebody, as their key shows them. */
export type Person = {
  /** The identity's public key, base64url: the same person exactly when equal. */
  readonly idPk: string;
  /** Empty for somebody who gave no name. Safe to show: bidi controls are gone. */
  readonly name: string;
  /** Four characters from the key, to tell people of one name apart. */
  readonly tag: string;
  /** 0 to 255, from the key: pick a colour with it. */
  readonly colour: number;
  /** Eight emoji, from the key. */
  readonly emoji: readonly Emoji[];
};

/** `glyph` to show, `name` to read out. */
export type Emoji = { readonly glyph: string; readonly name: string };

/** Somebody who is in the room. */
export type Member = Person & {
  readonly you: boolean;
  /** The owner's own tab, by the charter. */
  readonly owner: boolean;
  /** Without a connection at this moment; not known where the list is not whole. */
  readonly away: boolean;
  /** False until they have said how they are called, or that they have no name. */
  readonly introduced: boolean;
};

/** A message of the log that was verified (docs/crypto.md, RECV-3). */
export type Message = {
  /** The message's own id, hex: the same in the outbox and in the log. */
  readonly key: string;
  /** Its place: rises through the log, and in a new log goes on behind the old one. Told again, it takes the same place. */
  readonly seq: number;
  readonly from: Person;
  readonly own: boolean;
  /** Undefined for a kind of message this version cannot show. */
  readonly text: string | undefined;
  /** Milliseconds since 1970: the sender's clock, or the arrival where that clock cannot be believed. */
  readonly at: number;
  /** The sender's clock could not be believed. */
  readonly clockOff: boolean;
  /** Written long before it was delivered, at `at`: by its sender, or again by somebody else. */
  readonly late: boolean;
  /** This many messages of the same sender are missing right before this one. */
  readonly missingBefore: number;
  /** The sender signed another message under the same number. */
  readonly conflicting: boolean;
};

/** A message that its author took back, and which this page never had: nothing is known of it but its place. */
export type UnsentMessage = {
  /** The event's hash, hex. */
  readonly key: string;
  /** As in `Message`. */
  readonly seq: number;
};

/** `withheld`: the server says that it logged the message, and doesn't show it. */
export type FailReason = RefusedCode | 'withheld';

/** A message of one's own that has not been echoed. */
export type Outgoing = {
  readonly key: string;
  readonly text: string;
  readonly at: number;
  readonly state:
    | 'sending'
    /** No connection: goes out by itself when there is one. */
    | 'waiting'
    /** The server asked for a pause, and said why: goes out by itself after it. */
    | 'slowed'
    /** Others' messages came, and its echo did not: goes out again, and is never doubled. */
    | 'unconfirmed'
    /** Stays until retried or deleted. */
    | 'failed';
  readonly why?: FailReason;
  /** Of the first slowed one: when it goes out, in milliseconds since 1970. Those behind it wait their turn. */
  readonly until?: number;
};

/** `unavailable`: the server is there, but not the memory that its rooms are in. */
export type PutOff = 'busy' | 'too_fast' | 'unavailable' | 'server_full';

/** How this page stands with the server. */
export type Connection =
  | { readonly state: 'connecting' }
  | { readonly state: 'live' }
  /** Lost; the next try comes by itself. */
  | {
      readonly state: 'waiting';
      readonly tries: number;
      readonly retryInMs: number;
      /** The server asked for the pause. */
      readonly putOff?: PutOff;
    }
  | { readonly state: 'ended'; readonly end: RoomEnd };

/** Why a room is over for this page. What is not said to be known here is the server's word, and nothing more. */
export type RoomEnd =
  /** `expired`: our own clock had run out as well. */
  | { readonly why: EndedReason }
  | { readonly why: TurnedBack }
  /** We were in, and the server no longer knows the room before its time, as after a restart. */
  | { readonly why: 'vanished' }
  /** The same person is here in another tab. */
  | { readonly why: 'replaced' }
  | { readonly why: 'kicked' }
  /** The server closed the connection for good, and gave no reason. */
  | { readonly why: 'hung_up' }
  /** We left. */
  | { readonly why: 'left' }
  /** The charter does not fit the link: this server shows a false room. Nothing was sent. */
  | { readonly why: 'false_room' }
  /** The server speaks another version, or broke the protocol. */
  | { readonly why: 'incompatible' };

/** What a welcome says of the room, and what we know of it ourselves. */
export type RoomFacts = {
  readonly id: RoomId;
  readonly lifeMs: number;
  readonly history: HistoryPolicy;
  readonly limits: RoomLimits;
  /** Eight emoji: equal on two pages exactly when room, key and epoch are equal. */
  readonly safetyCode: readonly Emoji[];
  /** The owner's own tab. */
  readonly owner: boolean;
};

/** What happened, in order. Lists are whole: a listener keeps the newest and never merges. */
export type RoomUpdate =
  | { readonly type: 'connection'; readonly connection: Connection }
  /** After each welcome that passed the charter checks. */
  | { readonly type: 'facts'; readonly facts: RoomFacts }
  /** Milliseconds left, counted from this moment. */
  | { readonly type: 'life'; readonly expiresInMs: number }
  /**
   * `count` is the server's number. `whole`: `members` are all of them; else the room is too large for a list, and they
   * are some who were here when we came or wrote since, the latest first: they may have left.
   */
  | {
      readonly type: 'members';
      readonly members: readonly Member[];
      readonly count: number;
      readonly whole: boolean;
    }
  | { readonly type: 'joined'; readonly person: Person; readonly at: number }
  /** `awaySince`: their connection was lost at this moment. Without it they said goodbye. */
  | { readonly type: 'left'; readonly person: Person; readonly at: number; readonly awaySince?: number }
  /** Someone in the list has another name now; `before` is how they were called. */
  | { readonly type: 'renamed'; readonly person: Person; readonly before: string; readonly at: number }
  /** Messages to insert by `seq`; `history` says that they were written before this page was here. */
  | { readonly type: 'messages'; readonly messages: readonly Message[]; readonly history: boolean }
  /** Messages that were taken back, to insert by `seq`. */
  | { readonly type: 'unsent'; readonly unsent: readonly UnsentMessage[] }
  /** Everything not echoed yet, oldest first. `safe`: a reload of this tab loses none of it. */
  | { readonly type: 'outbox'; readonly outgoing: readonly Outgoing[]; readonly safe: boolean }
  /** Messages of our own that were logged, and left the room's history before their echo came. */
  | { readonly type: 'trimmed'; readonly messages: readonly Pick<Outgoing, 'key' | 'text' | 'at'>[] }
  /** Our place in the log was gone: what is shown may have a hole right before the next message. */
  | { readonly type: 'reset'; readonly reason: 'new_log' | 'too_old' | 'ahead' }
  /** How many sealed messages could not be verified so far. */
  | { readonly type: 'unverified'; readonly count: number };
