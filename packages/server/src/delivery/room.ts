// One room on this node: follows the store, encodes each frame once into its backlog, and serves its subscribers from there.

import {
  type Command,
  OP_CHARTER,
  OP_KICK,
  type RoomId,
  SERVER_KIND,
  decodeCharterArgs,
  decodeServerSealed,
} from '@mayfly/protocol';
import type { StoreNotice, StoredEvent, RoomStore } from '../store/room-store.ts';
import type { DueRoom, FanOut } from './fan-out.ts';
import { encodeControl, encodeFrame } from './frame.ts';
import { Backlog, type Entry } from './backlog.ts';
import {
  type RoomNotice,
  type RoomSession,
  type Socket,
  type Signal,
  Subscriber,
  type SubscriberList,
} from './subscriber.ts';

type EventNotice = Extract<StoreNotice, { readonly type: 'event' }>;

/** One round over all subscribers, and where the backlog ended when it began. */
type Pass = {
  readonly subscribers: Iterator<Subscriber>;
  readonly end: number;
  readonly signals: readonly Signal[];
};

const NO_SIGNALS: readonly Signal[] = [];

export type RoomDeps = {
  readonly store: RoomStore;
  readonly fanOut: FanOut;
  /** Called once when the room has ended, before its sessions hear of it. */
  readonly onOver: () => void;
  readonly onEmpty: () => void;
};

export class Room implements DueRoom, SubscriberList, Disposable {
  readonly backlog = new Backlog();
  readonly #subscribers = new Set<Subscriber>();
  /** Subscribers that still need the backlog. */
  readonly #behind = new Set<Subscriber>();
  readonly #deps: RoomDeps;
  readonly #following: Disposable;
  #newest: { readonly logId: string; readonly seq: number } | undefined;
  /** Not in the backlog: only those who keep up get them (rule EPHEMERAL-1). */
  #signals: Signal[] = [];
  #isDue = false;
  #pass: Pass | undefined;

  constructor(id: RoomId, deps: RoomDeps) {
    this.#deps = deps;
    this.#following = deps.store.follow(id, (notice) => this.#receive(notice));
  }

  get logId(): string | undefined {
    return this.#newest?.logId;
  }

  subscribe(session: RoomSession, socket: Socket): Subscriber {
    const subscriber = new Subscriber(this, session, socket);
    this.#subscribers.add(subscriber);
    return subscriber;
  }

  remove(subscriber: Subscriber): void {
    this.markCaughtUp(subscriber);
    if (this.#subscribers.delete(subscriber) && this.#subscribers.size === 0) this.#deps.onEmpty();
  }

  markBehind(subscriber: Subscriber): void {
    this.#behind.add(subscriber);
  }

  markCaughtUp(subscriber: Subscriber): void {
    // After the last one, one more pass clears the backlog.
    if (this.#behind.delete(subscriber) && this.#behind.size === 0) this.#serveSoon();
  }

  serve(most: number): number {
    this.#pass ??= this.#beginPass();
    for (let served = 0; served < most; served++) {
      const { value: subscriber, done } = this.#pass.subscribers.next();
      if (done === true) {
        this.#finish(this.#pass);
        return served;
      }
      subscriber.catchUp();
      for (const signal of this.#pass.signals) subscriber.signal(signal);
    }
    return most;
  }

  [Symbol.dispose](): void {
    this.#following[Symbol.dispose]();
  }

  #beginPass(): Pass {
    const signals = this.#signals.length === 0 ? NO_SIGNALS : this.#signals;
    if (signals !== NO_SIGNALS) this.#signals = [];
    return { subscribers: this.#subscribers.values(), end: this.backlog.end, signals };
  }

  #serveSoon(): void {
    const isIdle = this.backlog.end === this.backlog.start && this.#signals.length === 0;
    if (this.#isDue || isIdle) return;
    this.#isDue = true;
    this.#deps.fanOut.due(this);
  }

  // Entries may go only now that every subscriber has had a chance to take them.
  #finish({ end }: Pass): void {
    this.#pass = undefined;
    this.#isDue = false;
    if (this.backlog.end > end || this.#signals.length > 0) return this.#serveSoon();
    if (this.#behind.size === 0) this.backlog.clear();
    else this.backlog.trim();
  }

  // The one way from the log to the sockets of this node.
  #receive(notice: StoreNotice): void {
    switch (notice.type) {
      case 'event':
        return this.#receiveEvent(notice);
      case 'erased':
        return this.#erase(notice.event);
      case 'presence': {
        const { presence } = notice;
        const framed = encodeFrame(encodeControl(presence));
        return this.#push({ framed, marker: { type: 'presence', version: presence.version } });
      }
      case 'profile':
        return this.#push({ framed: encodeFrame(notice.frame) });
      case 'ephemeral':
        this.#signals.push({ from: notice.from, framed: encodeFrame(notice.frame) });
        return this.#serveSoon();
      case 'life':
        return this.#push({ framed: encodeFrame(encodeControl(notice)) });
      case 'replaced':
      case 'hole':
        return this.#notifyAll(notice);
      case 'ended':
        this.#deps.onOver();
        return this.#notifyAll({ type: 'ended', frame: encodeControl(notice) });
    }
  }

  #receiveEvent({ logId, event: { seq, frame: bytes }, slices }: EventNotice): void {
    const newest = this.#newest;
    if (newest?.logId === logId && seq <= newest.seq) return;
    this.#newest = { logId, seq };
    if (newest !== undefined && (newest.logId !== logId || seq !== newest.seq + 1)) {
      return this.#notifyAll({ type: 'hole' });
    }
    const command = commandIn(bytes);
    // The announcement with the slices was missed; a resume brings them.
    if (slices === undefined && command && isRotation(command)) return this.#notifyAll({ type: 'hole' });
    const entry: Entry = { framed: encodeFrame(bytes), marker: { type: 'event', seq } };
    this.#push(slices === undefined ? entry : { ...entry, slices });
    const idPk = command && removedBy(command);
    if (idPk !== undefined) this.#notifyAll({ type: 'removed', idPk });
  }

  // For those who don't have it yet; the others learn it from the message that took it back, or from their own clock.
  #erase({ seq, frame }: StoredEvent): void {
    this.backlog.replace(seq, encodeFrame(frame));
    for (const subscriber of this.#subscribers) subscriber.erased(seq, frame);
  }

  #push(entry: Entry): void {
    this.backlog.push(entry);
    this.#serveSoon();
  }

  #notifyAll(notice: RoomNotice): void {
    for (const { session } of this.#subscribers) session.notice(notice);
  }
}

// Read from the log itself, so a node that missed an announcement knows it, too.
function commandIn(frame: Uint8Array): Command | undefined {
  if (frame[0] !== SERVER_KIND.command) return undefined;
  const event = decodeServerSealed(frame);
  return event?.type === 'command' ? event.command : undefined;
}

/** Who is removed (rule COMMAND-5). */
function removedBy({ op, args }: Command): Uint8Array | undefined {
  return op === OP_KICK ? args : undefined;
}

function isRotation({ op, args, epoch }: Command): boolean {
  return op === OP_CHARTER && (decodeCharterArgs(args)?.newEpoch ?? 0) > epoch;
}
