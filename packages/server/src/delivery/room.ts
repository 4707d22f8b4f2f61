// One room on this node: follows the store's news, frames each once into its ring, and serves the seats from there.

import { type RoomId, encodeServerControl } from '@mayfly/protocol';
import type { StoreNotice, RoomStore } from '../store/room-store.ts';
import type { Audience, FanOut } from './fan-out.ts';
import { encodeFrame } from './frame.ts';
import { type Entry, Ring } from './backlog.ts';
import { type Guest, type Hall, type Notice, Seat, type Socket } from './subscriber.ts';

type EventNews = Extract<StoreNotice, { readonly type: 'event' }>;

/** Seats in the middle of being served, and up to where the ring was when that began. */
type Pass = { readonly seats: Iterator<Seat>; readonly to: number };

export type RoomSetup = {
  readonly store: RoomStore;
  readonly fanOut: FanOut;
  /** Called once the room has ended, before anybody here hears of it. */
  readonly onOver: () => void;
  readonly onEmpty: () => void;
};

export class Room implements Audience, Hall, Disposable {
  readonly ring = new Ring();
  readonly #seats = new Set<Seat>();
  /** Those who still need what is in the ring. */
  readonly #behind = new Set<Seat>();
  readonly #setup: RoomSetup;
  readonly #following: Disposable;
  #newest: { readonly logId: string; readonly seq: number } | undefined;
  #isDue = false;
  #pass: Pass | undefined;

  constructor(id: RoomId, setup: RoomSetup) {
    this.#setup = setup;
    this.#following = setup.store.follow(id, (news) => this.#hear(news));
  }

  get logId(): string | undefined {
    return this.#newest?.logId;
  }

  seat(guest: Guest, socket: Socket): Seat {
    const seat = new Seat(this, guest, socket);
    this.#seats.add(seat);
    return seat;
  }

  leave(seat: Seat): void {
    this.upToDate(seat);
    if (this.#seats.delete(seat) && this.#seats.size === 0) this.#setup.onEmpty();
  }

  behind(seat: Seat): void {
    this.#behind.add(seat);
  }

  upToDate(seat: Seat): void {
    // The last one to need the ring is gone, and another pass lets go what is in it.
    if (this.#behind.delete(seat) && this.#behind.size === 0) this.#serveSoon();
  }

  serve(most: number): number {
    this.#pass ??= { seats: this.#seats.values(), to: this.ring.head };
    for (let served = 0; served < most; served++) {
      const { value: seat, done } = this.#pass.seats.next();
      if (done === true) {
        this.#finish(this.#pass);
        return served;
      }
      seat.catchUp();
    }
    return most;
  }

  [Symbol.dispose](): void {
    this.#following[Symbol.dispose]();
  }

  #serveSoon(): void {
    if (this.#isDue || this.ring.head === this.ring.start) return;
    this.#isDue = true;
    this.#setup.fanOut.due(this);
  }

  // Only now may something leave the ring: everybody has had a chance to take it.
  #finish({ to }: Pass): void {
    this.#pass = undefined;
    this.#isDue = false;
    if (this.ring.head > to) return this.#serveSoon();
    if (this.#behind.size === 0) this.ring.clear();
    else this.ring.trim();
  }

  // The one way from the log to the sockets of this node.
  #hear(news: StoreNotice): void {
    switch (news.type) {
      case 'event':
        return this.#hearEvent(news);
      case 'presence': {
        const { presence } = news;
        const framed = encodeFrame(encodeServerControl(presence));
        return this.#push({ framed, mark: { type: 'presence', version: presence.version } });
      }
      case 'profile':
        return this.#push({ framed: encodeFrame(news.frame) });
      case 'life':
        return this.#push({ framed: encodeFrame(encodeServerControl(news)) });
      case 'replaced':
      case 'hole':
        return this.#tellAll(news);
      case 'ended':
        this.#setup.onOver();
        return this.#tellAll({ type: 'ended', frame: encodeServerControl(news) });
    }
  }

  #hearEvent({ logId, event: { seq, frame: bytes } }: EventNews): void {
    const newest = this.#newest;
    if (newest?.logId === logId && seq <= newest.seq) return;
    this.#newest = { logId, seq };
    if (newest !== undefined && (newest.logId !== logId || seq !== newest.seq + 1)) {
      return this.#tellAll({ type: 'hole' });
    }
    this.#push({ framed: encodeFrame(bytes), mark: { type: 'event', seq } });
  }

  #push(entry: Entry): void {
    this.ring.push(entry);
    this.#serveSoon();
  }

  #tellAll(notice: Notice): void {
    for (const { guest } of this.#seats) guest.notice(notice);
  }
}
