// The interface of an open room for a page, a command line or a bot. `openRoom` opens one.

import type { Clock } from './clock.ts';
import type { SignatureChecker } from './crypto/web-signatures.ts';
import type { FilePort } from './files/file-port.ts';
import type { RandomBytes } from './crypto/random.ts';
import type { OrderPort } from './governance/orders.ts';
import type { LinkChanged } from './governance/link-change.ts';
import type { Identity } from './people/identity.ts';
import type { RoomLink } from './link.ts';
import type { RoomListener } from './update-emitter.ts';
import type { TabStorage } from './storage/tab-storage.ts';
import type { Transport } from './connection/transport.ts';

/** Which room, over which transport, and as which person. */
export type RoomOptions = {
  readonly link: RoomLink;
  /** For this tab only. A page that opens the room from it again is the same person, and sends the messages that waited. */
  readonly storage: TabStorage;
  readonly transport: Transport;
  /** The room owns it from here on, and overwrites its keys at the end. Unset: the one in `storage`, or a new one. */
  readonly identity?: Identity;
  /** As typed; unset keeps the identity's. A RangeError is thrown for a name that `nameFits` refuses. */
  readonly name?: string;
  readonly clock?: Clock;
  readonly random?: RandomBytes;
  /** Checks signatures elsewhere, once it is there: see `webSignatures` of `@mayfly/client/signatures`. */
  readonly signatures?: () => SignatureChecker | undefined;
};

/** Whether the message is in the outbox. Updates report what happens to it from there. */
export type SendResult =
  /** `key` names the message in the outbox, and later in the log. */
  | { readonly ok: true; readonly key: string }
  /**
   * `empty`: nothing to see (TEXT-2). `too_long`: more than `BODY_BYTES_MAX` bytes of UTF-8. `unknown_target`: this page
   * doesn't hold the message to answer. `wrong_timer`: not a whole number of seconds, or more than 65,535 of them.
   * `not_supported`: this server erases no messages, so it takes none that disappear by themselves.
   */
  | {
      readonly ok: false;
      readonly reason: 'empty' | 'too_long' | 'unknown_target' | 'wrong_timer' | 'not_supported' | 'ended';
    };

/** `replyTo`: the key of the message to answer. `ttlMs`: after this time the message disappears, here and on the server. */
export type SendOptions = { readonly replyTo?: string; readonly ttlMs?: number };

/**
 * Whether it will be sent; until its echo it is in the `pending` update. `unknown_target`: this page doesn't hold such a
 * message, or not one that can have this.
 */
export type ActionResult<Reason extends string = never> =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: Reason | 'unknown_target' | 'ended' };

/** `fresh`: newcomers read nothing older. `onProgress`: so many of the room's members are reached. */
export type LinkOptions = {
  readonly fresh?: boolean;
  readonly onProgress?: (done: number, all: number) => void;
  /**
   * Where the room needs a passphrase: P for the new secret, which is wiped after use. It may be called again, and the change
   * stops if it gives nothing.
   */
  readonly second?: (secret: string) => Promise<Uint8Array | undefined>;
  /** Stops the change, unless it is too late. */
  readonly signal?: AbortSignal;
};

/** A poll to send. */
export type PollDraft = {
  /** At most 200 characters. */
  readonly question: string;
  /** 2 to 10, each of at most 100 characters. */
  readonly options: readonly string[];
  /** A person may choose several. */
  readonly many: boolean;
};

/** `empty`: the question or an option has nothing to see. `wrong_options`: fewer than 2 or more than 10. */
export type PollResult =
  | { readonly ok: true; readonly key: string }
  | { readonly ok: false; readonly reason: 'empty' | 'too_long' | 'wrong_options' | 'ended' };

/** A room this page is in. Once it has ended or been closed, calls have no effect. */
export type Room = {
  /** What `RoomFiles` of `@mayfly/client/files` needs, to send and fetch files in this room. */
  readonly files: FilePort;
  /** What the orders of `@mayfly/client/owner` need: to end the room, to remove people, to change things about it. */
  readonly orders: OrderPort;
  /** Connecting begins after the current task, so a subscriber that comes right away misses nothing. */
  subscribe(listener: RoomListener): Disposable;
  /** Sent now, or as soon as there is a connection. */
  send(text: string, options?: SendOptions): SendResult;
  /** Whether this server erases messages; undefined before the first welcome. Without it, there is no `unsend` and no timer. */
  readonly canErase: boolean | undefined;
  /**
   * Takes a message of our own back, with its edits: the server forgets them, and a line without a text is left. Pages that are
   * offline until the room has forgotten that may keep it. `not_supported`: this server erases no messages.
   */
  unsend(key: string): ActionResult<'not_yours' | 'not_supported'>;
  /** Replaces the text of one of our own messages, or a file's caption, which may be empty. Earlier wordings stay in the log. */
  edit(key: string, text: string): ActionResult<'empty' | 'too_long' | 'not_yours'>;
  /** Our one reaction to a message; an empty `emoji` takes it back. At most one a second is sent, the newest. */
  react(key: string, emoji: string): ActionResult<'not_an_emoji'>;
  /** Only the room's owner can. */
  pin(key: string): ActionResult<'not_owner'>;
  unpin(key: string): ActionResult<'not_owner'>;
  poll(poll: PollDraft): PollResult;
  /** `options`: indices from 0; none withdraws the vote. Paced like reactions. */
  vote(key: string, options: readonly number[]): ActionResult<'wrong_options' | 'closed'>;
  /** Ends a poll of our own: later votes don't count. */
  closePoll(key: string): ActionResult<'not_yours' | 'closed'>;
  /** Tells the room that we saved a copy of it. */
  noteSaved(): { readonly ok: boolean };
  /**
   * Gives the room a new link: only in a tab of the owner's. Everyone who is or was here moves along, except for those removed
   * before; the old link opens nothing from then on. The new one comes as an update, `link`.
   */
  changeLink(options?: LinkOptions): Promise<LinkChanged>;
  /** Sends a failed message again, after those that wait. */
  retry(key: string): void;
  /** Deletes a failed message. */
  discard(key: string): void;
  /** `name` as typed. Not ok if `nameFits` refuses it, or if the room is over. */
  rename(name: string): { readonly ok: boolean };
  /** Call it at each change of the text. Sent only where the server and the size of the room allow it. */
  typing(isTyping: boolean): void;
  /** Restarts the room's life, at most once a minute. */
  keepAlive(): void;
  /** The network or the page is back: retry at once, and check a connection that looks alive. */
  wake(): void;
  /** Says goodbye and forgets our identity. The room lives on. */
  leave(): void;
  /** Disconnects without a goodbye. The next page with the same storage is the same person, with the same outbox. */
  close(): void;
};
