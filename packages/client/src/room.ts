// What a room offers whoever is in it: a page, a command line, a bot. `openRoom` opens one.

import type { Clock } from './clock.ts';
import type { RandomBytes } from './crypto/random.ts';
import type { Identity } from './people/identity.ts';
import type { RoomLink } from './link.ts';
import type { RoomListener } from './update-emitter.ts';
import type { TabStorage } from './storage/tab-storage.ts';
import type { Transport } from './connection/transport.ts';

/** Which room, by which wire, and as whom. */
export type RoomOptions = {
  readonly link: RoomLink;
  /** Of this tab alone; whoever was here before, by what it holds, is the same person again, and what waited goes out. */
  readonly storage: TabStorage;
  readonly transport: Transport;
  /** Whom to be; the room takes it over and overwrites its keys at the end. Unset: whom `storage` holds, or somebody new. */
  readonly identity?: Identity;
  /** As typed; unset keeps the identity's. Throws a RangeError where `nameFits` says no. */
  readonly name?: string;
  readonly clock?: Clock;
  readonly random?: RandomBytes;
};

/** Whether it is in the outbox; what becomes of it then is told as news. */
export type SendResult =
  /** `key` names the message in the outbox, and later in the log. */
  | { readonly ok: true; readonly key: string }
  /** `empty`: nothing to see (TEXT-2). `too_long`: more than `BODY_BYTES_MAX` bytes of UTF-8. */
  | { readonly ok: false; readonly reason: 'empty' | 'too_long' | 'ended' };

/** A room that this page is in, until it ends or is closed; what is asked of it then has no effect. */
export type Room = {
  /** Connecting begins after the current task: whoever subscribes right away misses nothing. */
  subscribe(listener: RoomListener): Disposable;
  /** Goes out by itself, now or as soon as there is a connection. */
  send(text: string): SendResult;
  /** Sends a failed message again, behind those that wait. */
  retry(key: string): void;
  /** Deletes a failed message. */
  discard(key: string): void;
  /** `name` as typed. Not ok where `nameFits` says no, or the room is over. */
  rename(name: string): { readonly ok: boolean };
  /** Starts the room's life anew; once a minute at most. */
  keepAlive(): void;
  /** The network or the page came back: do not wait, and doubt what looks connected. */
  wake(): void;
  /** Says goodbye and forgets who we were; the room lives on. */
  leave(): void;
  /** Goes without a goodbye: whoever opens the room again from the same storage is the same person. What waits is kept. */
  close(): void;
};
