// One room on this node: follows the store's news, encodes each once and hands it to everybody who is here.

import { type RoomId, encodeServerControl } from '@mayfly/protocol';
import type { MemberSession, RoomNews, RoomStore } from '../store/room-store.ts';

/** A piece of news as the frame that every session sends. */
export type Told =
  | { readonly type: 'event'; readonly logId: string; readonly seq: number; readonly frame: Uint8Array }
  | { readonly type: 'presence'; readonly version: number; readonly frame: string }
  | { readonly type: 'profile'; readonly frame: Uint8Array }
  | { readonly type: 'life'; readonly frame: string }
  | { readonly type: 'replaced'; readonly session: MemberSession }
  | { readonly type: 'ended'; readonly frame: string };

/** A session, as its room sees it. */
export interface Guest {
  /** Does not throw. */
  hear(told: Told): void;
}

export class Room implements Disposable {
  readonly #guests = new Set<Guest>();
  readonly #following: Disposable;
  readonly #onOver: () => void;

  /** `onOver` is called once the room has ended, before anybody here hears of it. */
  constructor(store: RoomStore, id: RoomId, onOver: () => void) {
    this.#onOver = onOver;
    this.#following = store.follow(id, (news) => this.#fanOut(news));
  }

  get size(): number {
    return this.#guests.size;
  }

  add(guest: Guest): void {
    this.#guests.add(guest);
  }

  remove(guest: Guest): void {
    this.#guests.delete(guest);
  }

  [Symbol.dispose](): void {
    this.#following[Symbol.dispose]();
  }

  // The one way from the log to the sockets of this node.
  #fanOut(news: RoomNews): void {
    if (news.type === 'ended') this.#onOver();
    const told = encode(news);
    for (const guest of this.#guests) guest.hear(told);
  }
}

function encode(news: RoomNews): Told {
  if (news.type === 'profile' || news.type === 'replaced') return news;
  if (news.type === 'event') {
    return { type: 'event', logId: news.logId, seq: news.event.seq, frame: news.event.frame };
  }
  if (news.type === 'presence') {
    const { presence } = news;
    return { type: 'presence', version: presence.version, frame: encodeServerControl(presence) };
  }
  return { type: news.type, frame: encodeServerControl(news) };
}
