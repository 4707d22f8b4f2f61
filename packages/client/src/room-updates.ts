// What a room reports to the page: the complete vocabulary between the SDK and its user interface.

import type { RoomLink } from './link.ts';
import type {
  EndedReason,
  HistoryPolicy,
  RefusedCode,
  RoomId,
  RoomLimits,
  TermsChange,
  TurnedBack,
} from '@mayfly/protocol';

/** A person, as identified by their key. */
export type Person = {
  /** The identity's public key, base64url. Equal exactly for the same person. */
  readonly idPk: string;
  /** Empty if they gave no name. Safe to show: bidi controls are removed. */
  readonly name: string;
  /** Four characters from the key, to distinguish people with the same name. */
  readonly tag: string;
  /** 0 to 255, from the key: pick a colour with it. */
  readonly colour: number;
  /** Eight bytes, from the key: `emojiOf` of `@mayfly/client/emoji` has the emoji of each. */
  readonly emoji: readonly number[];
};

/** A person in the room. */
export type Member = Person & {
  readonly you: boolean;
  /** The owner's own tab, by the charter. */
  readonly owner: boolean;
  /** What they may order, by the charter: a sum of `POWER`. */
  readonly powers: number;
  /** Without a connection right now; unknown if the list is not whole. */
  readonly away: boolean;
  /** False until they have given a name, or said that they have none. */
  readonly introduced: boolean;
};

/** A verified message of the log (docs/crypto.md, RECV-3). */
export type Message = {
  /** The message's own id, hex: the same in the outbox and in the log. */
  readonly key: string;
  /** Its position: rises through the log, and continues into a new log. A message reported again has the same one. */
  readonly seq: number;
  readonly from: Person;
  readonly own: boolean;
  /** Its newest wording; the question of a poll, the caption of a file. Undefined for a kind of message that this version can't show. */
  readonly text: string | undefined;
  readonly file?: SharedFile;
  /** The message that it answers. */
  readonly replyTo?: ReplyTo;
  /** Earlier wordings of an edited message, oldest first. */
  readonly edits?: readonly Wording[];
  /** In the order in which each emoji was first used. */
  readonly reactions: readonly Reaction[];
  readonly pinned: boolean;
  readonly poll?: Poll;
  /** It disappears by itself. */
  readonly timer?: Timer;
  /** Milliseconds since 1970: by the sender's clock, or the time of arrival if that clock is off. */
  readonly at: number;
  /** The sender's clock is too far off to be used. */
  readonly clockOff: boolean;
  /** Written at `at`, long before it was delivered, by its sender or in a repost by someone else. */
  readonly late: boolean;
  /** How many messages of the same sender are missing right before this one. */
  readonly missingBefore: number;
  /** The sender signed another message under the same number. */
  readonly conflicting: boolean;
};

/** `endsAt`: when the message disappears, by this page's clock, in milliseconds since 1970. */
export type Timer = { readonly ttlMs: number; readonly endsAt: number };

/** A file that a message shares (docs/crypto.md, BODY-4). Its bytes are fetched and verified apart from it. */
export type SharedFile = {
  /** Names the sealed bytes on the server. */
  readonly fid: Uint8Array;
  readonly key: Uint8Array;
  readonly size: number;
  /** SHA-256 of the sealed bytes. */
  readonly hash: Uint8Array;
  /** One line, without the signs that separate paths or change the direction of a text. */
  readonly name: string;
  /** What its sender says it is, which it may not be. */
  readonly mime: string;
  /** Of a picture, to reserve its space. */
  readonly width: number | undefined;
  readonly height: number | undefined;
  /** Of a recording. */
  readonly durationMs: number | undefined;
  /** Loudness of a recording, over its time. */
  readonly wave: Uint8Array | undefined;
  /** A tiny picture, unchecked. */
  readonly thumb: Uint8Array | undefined;
};

/** The message that a reply answers. Everything is undefined if this page doesn't hold it. */
export type ReplyTo = {
  readonly key?: string;
  readonly from?: Person;
  /** As it was worded when it was answered. */
  readonly text?: string;
  /** Name of a file. */
  readonly fileName?: string;
};

/** What a message said before an edit. `at`: when this wording was written. */
export type Wording = { readonly text: string; readonly at: number };

export type Reaction = {
  readonly emoji: string;
  /** In the order of their reactions. */
  readonly people: readonly Person[];
  /** We are among them. */
  readonly own: boolean;
};

/** A question with answers to choose from. Everyone sees who voted for what. */
export type Poll = {
  readonly question: string;
  readonly options: readonly PollOption[];
  /** A person may choose several options. */
  readonly many: boolean;
  /** Its author closed it: later votes don't count. */
  readonly closed: boolean;
};

export type PollOption = { readonly text: string; readonly voters: readonly Person[]; readonly own: boolean };

/** A line of the log that is not a message. */
export type RoomNotice = {
  readonly key: string;
  /** As in `Message`. */
  readonly seq: number;
  readonly from: Person;
  readonly own: boolean;
  readonly at: number;
  /** `effect`: a reaction, an edit or a vote. It is reported only for the marks below. */
  readonly what: 'pinned' | 'unpinned' | 'saved' | 'effect';
  /** The message that was pinned or unpinned. */
  readonly target?: string;
  /** As in `Message`. */
  readonly missingBefore: number;
  /** As in `Message`. */
  readonly conflicting: boolean;
};

/** A message that its author took back. Only its position is left. */
export type UnsentMessage = {
  /** The event's hash, hex. */
  readonly key: string;
  /** As in `Message`. */
  readonly seq: number;
};

/** `withheld`: the server says it logged the message, but doesn't deliver it. */
export type FailReason = RefusedCode | 'withheld';

/** A message of our own, not echoed yet. */
export type Outgoing = {
  readonly key: string;
  /** The question of a poll, the caption of a file. */
  readonly text: string;
  readonly replyTo?: ReplyTo;
  readonly file?: SharedFile;
  readonly poll?: Pick<Poll, 'question' | 'many'> & { readonly options: readonly string[] };
  readonly at: number;
  readonly state:
    | 'sending'
    /** No connection: sent as soon as there is one. */
    | 'waiting'
    /** The server asked for a pause, and said why. Sent after it. */
    | 'slowed'
    /** Others' messages arrived, but not its echo. Sent again, and never duplicated. */
    | 'unconfirmed'
    /** Stays until retried or deleted. */
    | 'failed';
  readonly why?: FailReason;
  /** Of the first slowed one: when it is sent, in milliseconds since 1970. The others are queued after it. */
  readonly until?: number;
};

/** Something of our own about a message, not echoed yet. Retry or discard it by `key`, as a message. */
export type PendingEffect = Pick<Outgoing, 'key' | 'at' | 'state' | 'why' | 'until'> & {
  readonly what: 'edit' | 'unsend' | 'reaction' | 'vote' | 'pin' | 'saved' | 'handover';
  /** The message's key. Undefined if there is none, or this page doesn't hold it. */
  readonly target: string | undefined;
  /** An edit's new text, a reaction's emoji, a vote's digits or `x`, `1` to pin and `2` to unpin, a handover's sealed code. Empty takes it back. */
  readonly body: string;
};

/** Someone whose messages state another history than this page has. `key` and `at`: of the first such message. */
export type OtherHistory = { readonly person: Person; readonly key: string; readonly at: number };

/**
 * What no honest server does: another event in the place of one that was there, an erased message without a proof of who
 * erased it, a command that no one with the right to it signed, a new link that isn't the owner's.
 */
export type LieKind = 'changed_event' | 'false_stub' | 'false_command' | 'false_link';

/** Signs that people here are shown different things (docs/crypto.md, RECV-5 and RECV-6). */
export type Trouble = {
  /** It is the server: it was caught, or two people differ. Otherwise one person differs, whose page may be wrong. */
  readonly server: boolean;
  /** In the order in which they were noticed. */
  readonly others: readonly OtherHistory[];
  readonly lies: readonly LieKind[];
};

/** `unavailable`: the server is up, but can't reach the memory that holds its rooms. */
export type PutOff = 'busy' | 'too_fast' | 'unavailable' | 'server_full';

/** The connection between this page and the server. */
export type Connection =
  | { readonly state: 'connecting' }
  | { readonly state: 'live' }
  /** Lost; the next try is automatic. */
  | {
      readonly state: 'waiting';
      readonly tries: number;
      readonly retryInMs: number;
      /** The server asked for the pause. */
      readonly putOff?: PutOff;
    }
  | { readonly state: 'ended'; readonly end: RoomEnd };

/** Why a room is over for this page. Unless noted, this is only the server's word. */
export type RoomEnd =
  /** `expired`: our own clock agrees. */
  | { readonly why: EndedReason }
  | { readonly why: TurnedBack }
  /** We were in the room, and the server forgot it before its time was up, for example in a restart. */
  | { readonly why: 'vanished' }
  /** The owner's command was in the log, and its signature is right (CMD-9). */
  | { readonly why: 'ended_by_owner' }
  /** The same, and it was ours. */
  | { readonly why: 'ended_by_you' }
  /** A command in the log removed us, by a key that may. `by`: a moderator or the owner's tab; unset for the owner's key itself. */
  | { readonly why: 'removed'; readonly by?: Person }
  /** The owner gave the room a new link, and we were left out, or joined in that moment. */
  | { readonly why: 'link_changed' }
  /** The same person is here in another tab. */
  | { readonly why: 'replaced' }
  | { readonly why: 'kicked' }
  /** The server closed the connection permanently, without a reason. */
  | { readonly why: 'hung_up' }
  /** We left. */
  | { readonly why: 'left' }
  /** The charter doesn't match the link: the server shows a false room. Nothing was sent. */
  | { readonly why: 'false_room' }
  /** The server has another version, or broke the protocol. */
  | { readonly why: 'incompatible' };

/** Facts about the room, from a welcome and from our own keys. */
export type RoomFacts = {
  readonly id: RoomId;
  readonly lifeMs: number;
  readonly history: HistoryPolicy;
  readonly limits: RoomLimits;
  /** Eight bytes, each of which names an emoji. Equal on two pages exactly if room, key and epoch are equal. */
  readonly safetyCode: readonly number[];
  /** The owner's own tab. */
  readonly owner: boolean;
  /** This tab can remove people. */
  readonly canRemove: boolean;
  /** This tab can end the room for everyone. */
  readonly canEnd: boolean;
  /** This tab can close the door and set the pace. */
  readonly canSetDoor: boolean;
  /** This tab can change everything else about the room, its moderators too. */
  readonly canAmend: boolean;
  /** This tab can give the room a new link. Not in a room with a passphrase. */
  readonly canChangeLink: boolean;
  /** What this tab may order: a sum of `POWER`. */
  readonly powers: number;
  /** By the charter, the owner has a tab here. Otherwise whoever made the room says that no one owns it. */
  readonly owned: boolean;
  /** Newcomers are turned away. */
  readonly closed: boolean;
  /** Slow mode: seconds that people without powers leave between two messages; 0 if they needn't. */
  readonly slow: number;
  /** By its owner's word (CHARTER-6). Safe to show; undefined if there is none. */
  readonly name?: string;
  readonly topic?: string;
};

/** Of a charter: the owner's words, and who may order what. */
export type CharterView = {
  readonly name?: string;
  readonly topic?: string;
  readonly powers: readonly { readonly person: Person; readonly mask: number }[];
};

/** What a command set, or the charters before and after it. */
export type RoomChange = TermsChange | { readonly before: CharterView; readonly after: CharterView };

/** What happened, in order. Lists are complete: a listener keeps the newest and never merges. */
export type RoomUpdate =
  | { readonly type: 'connection'; readonly connection: Connection }
  /** After each welcome that passed the charter checks. */
  | { readonly type: 'facts'; readonly facts: RoomFacts }
  /** Milliseconds left, counted from this moment. */
  | { readonly type: 'life'; readonly expiresInMs: number }
  /**
   * `count` is the server's number. `whole`: `members` are all of them. Otherwise the room is too large for a list, and they
   * are people who were here when we joined or have written since, latest first; some may have left.
   */
  | {
      readonly type: 'members';
      readonly members: readonly Member[];
      readonly count: number;
      readonly whole: boolean;
    }
  | { readonly type: 'joined'; readonly person: Person; readonly at: number }
  /** `awaySince`: when they lost their connection. Undefined if they said goodbye. */
  | { readonly type: 'left'; readonly person: Person; readonly at: number; readonly awaySince?: number }
  /**
   * A command removed someone; what they write after `seq` isn't shown. `by` as in `RoomEnd`; `own`: it was ours. `at` is unset
   * in a history: commands have no time.
   */
  | {
      readonly type: 'removed';
      readonly seq: number;
      readonly person: Person;
      readonly by?: Person;
      readonly own: boolean;
      readonly at?: number;
    }
  /** A command changed something about the room. `by`, `own`, `seq` and `at` as in `removed`. */
  | {
      readonly type: 'ordered';
      readonly seq: number;
      readonly change: RoomChange;
      readonly by?: Person;
      readonly own: boolean;
      readonly at?: number;
    }
  /** The owner gave the room a new link. `seq`, `own` and `at` as in `removed`. */
  | { readonly type: 'relinked'; readonly seq: number; readonly own: boolean; readonly at?: number }
  /** This page moved to the room's new link; a reload needs it. */
  | { readonly type: 'link'; readonly link: RoomLink }
  /** Who else is typing, in the order in which they began. An unsigned hint, shown for 6 s. */
  | { readonly type: 'typing'; readonly people: readonly Person[] }
  /** Someone on the list has a new name; `before` is the old one. */
  | { readonly type: 'renamed'; readonly person: Person; readonly before: string; readonly at: number }
  /**
   * Messages to insert by `seq`, or known ones that changed, by their edits, reactions, pins or votes too.
   * `history`: they were written before this page joined.
   */
  | { readonly type: 'messages'; readonly messages: readonly Message[]; readonly history: boolean }
  /** Notices to insert by `seq`, or known ones that changed. */
  | { readonly type: 'notices'; readonly notices: readonly RoomNotice[]; readonly history: boolean }
  /**
   * Keys of messages, notices and unsent messages to take away: unsent, their time over, not verified after all, or older
   * than what any room keeps (EFFECT-9). Also of some that were never shown.
   */
  | { readonly type: 'gone'; readonly keys: readonly string[] }
  /** Unsent messages to insert by `seq`. */
  | { readonly type: 'unsent'; readonly unsent: readonly UnsentMessage[] }
  /** Everything not echoed yet, oldest first. `safe`: it survives a reload of this tab. */
  | { readonly type: 'outbox'; readonly outgoing: readonly Outgoing[]; readonly safe: boolean }
  /** Edits, reactions, votes and pins that are not echoed yet, oldest first. */
  | { readonly type: 'pending'; readonly effects: readonly PendingEffect[] }
  /** Our own messages that were logged, but left the room's history before we saw their echo. */
  | { readonly type: 'trimmed'; readonly messages: readonly Pick<Outgoing, 'key' | 'text' | 'at'>[] }
  /** Our position in the log was gone, so messages may be missing right before the next one. */
  | { readonly type: 'reset'; readonly reason: 'new_log' | 'too_old' | 'ahead' }
  /** How many sealed messages could not be verified so far. */
  | { readonly type: 'unverified'; readonly count: number }
  /** Once something is wrong, and whenever more is known. */
  | { readonly type: 'trouble'; readonly trouble: Trouble };
