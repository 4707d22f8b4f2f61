// What this node receives of one room: every event once and in order. A gap is filled from the log before later events
// go out. Also keeps the sessions that this node serves there.

import { type Presence, type RoomId, toHex } from '@mayfly/protocol';
import { background } from '../../net/background.ts';
import type { Joined, MemberSession, StoreNotice, StoredEvent } from '../room-store.ts';
import type { SlicesComing } from './announcement.ts';

type EventNotice = Extract<StoreNotice, { readonly type: 'event' }>;

type LogPosition = { readonly logId: string; readonly seq: number };

/** Reads from Redis that are repeated until answered; they never resolve once the store is disposed. */
type RoomFeedDeps = {
  /** Events after `after` and up to `last`; fewer if the log has trimmed some. */
  readonly missed: (logId: string, after: number, last: number) => Promise<readonly StoredEvent[]>;
  /** Everyone present, and their profiles; undefined if the room is over. */
  readonly present: () => Promise<PresentNow | undefined>;
};

export type PresentNow = { readonly presence: Presence; readonly profiles: readonly Uint8Array[] };

/** A room as a sweep finds it. */
export type Head = LogPosition & { readonly version: number; readonly expiresInMs: number };

export type RoomFeedOptions = {
  readonly room: RoomId;
  readonly notify: (...notices: readonly StoreNotice[]) => void;
  readonly deps: RoomFeedDeps;
  /** A read was refused, which is a bug. */
  readonly trouble: (error: unknown) => void;
};

export class RoomFeed {
  readonly room: RoomId;
  readonly sessions = new Map<string, MemberSession>();
  readonly #options: RoomFeedOptions;
  /** The newest event that went out. */
  #notified: LogPosition | undefined;
  /** The log's head at the first join: where this feed begins until an event has gone out. */
  #joinedAt: LogPosition | undefined;
  #version: number | undefined;
  /** The version of the latest presence snapshot; older changes are part of it. */
  #snapshotVersion = 0;
  /** Notices that arrived while a gap was read, and the end of that read. */
  #held: (StoreNotice | SlicesComing)[] | undefined;
  #reading: Promise<void> | undefined;
  /** Of the event that comes next. */
  #slices: SlicesComing | undefined;

  constructor(options: RoomFeedOptions) {
    this.#options = options;
    this.room = options.room;
  }

  joined({ session, logId, seq, presence }: Joined): void {
    this.sessions.set(toHex(session.slot), session);
    this.#joinedAt ??= { logId, seq };
    this.#version ??= presence.version;
  }

  /** This node stopped serving that session. */
  gone({ slot, generation }: MemberSession): void {
    const key = toHex(slot);
    if (this.sessions.get(key)?.generation === generation) this.sessions.delete(key);
  }

  receive(notice: StoreNotice | SlicesComing): void {
    if (this.#held !== undefined) this.#hold(notice, this.#held);
    else this.#take(notice);
  }

  /** Sends out everything that happened while this node was not subscribed. */
  async catchUp(head: Head): Promise<void> {
    while (this.#reading !== undefined) await this.#reading;
    await this.#read(head, async () => {
      const known = this.#notified ?? this.#joinedAt;
      if (known !== undefined) await this.#notifyMissed(known, head);
      if (head.version !== this.#version) await this.#notifyPresence();
      this.#options.notify({ type: 'life', expiresInMs: head.expiresInMs });
    });
  }

  // An ephemeral signal would be stale by the end of the read.
  #hold(notice: StoreNotice | SlicesComing, held: (StoreNotice | SlicesComing)[]): void {
    if (notice.type !== 'ephemeral') held.push(notice);
  }

  #take(notice: StoreNotice | SlicesComing): void {
    switch (notice.type) {
      case 'slices':
        return this.#takeSlices(notice);
      case 'event':
        return this.#takeEvent(notice);
      case 'presence':
        return this.#takePresence(notice.presence);
      case 'replaced':
        this.#forgetOlder(notice.session);
        return this.#options.notify(notice);
      case 'ended':
      case 'hole':
      case 'life':
      case 'erased':
      case 'profile':
      case 'ephemeral':
        return this.#options.notify(notice);
    }
  }

  #takeEvent(notice: EventNotice): void {
    const { logId, event } = notice;
    if (this.#notified?.logId === logId && event.seq <= this.#notified.seq) return;
    const known = this.#notified ?? this.#joinedAt;
    if (known?.logId === logId && event.seq > known.seq + 1) {
      const to = { logId, seq: event.seq - 1 };
      background(
        this.#read(to, () => this.#notifyMissed(known, to)),
        this.#options.trouble,
      );
      return this.receive(notice);
    }
    this.#notified = { logId, seq: event.seq };
    this.#options.notify({ ...notice, ...this.#slicesOf(notice) });
  }

  // They come in several parts, right before their event.
  #takeSlices(coming: SlicesComing): void {
    const { logId, seq, slices } = this.#slices ?? coming;
    const isSame = logId === coming.logId && seq === coming.seq;
    this.#slices = isSame ? { ...coming, slices: new Map([...slices, ...coming.slices]) } : coming;
  }

  #slicesOf({ logId, event }: EventNotice): Pick<EventNotice, 'slices'> {
    const coming = this.#slices;
    this.#slices = undefined;
    return coming?.logId === logId && coming.seq === event.seq ? { slices: coming.slices } : {};
  }

  #takePresence(presence: Presence): void {
    if (presence.version <= this.#snapshotVersion) return;
    this.#version = presence.version;
    this.#options.notify({ type: 'presence', presence });
  }

  // Holds back what arrives meanwhile, to keep the order.
  #read(to: LogPosition, read: () => Promise<void>): Promise<void> {
    const held: (StoreNotice | SlicesComing)[] = [];
    this.#held = held;
    this.#reading = this.#readOrNotifyHole(to, read).finally(() => {
      this.#held = undefined;
      this.#reading = undefined;
      for (const notice of held) this.receive(notice);
    });
    return this.#reading;
  }

  async #readOrNotifyHole(to: LogPosition, read: () => Promise<void>): Promise<void> {
    try {
      await read();
    } catch (error) {
      this.#options.trouble(error);
      this.#notifyHole(to);
    }
  }

  async #notifyMissed(known: LogPosition, to: LogPosition): Promise<void> {
    if (known.logId !== to.logId) return this.#notifyHole(to);
    if (to.seq <= known.seq) return;
    const events = await this.#options.deps.missed(to.logId, known.seq, to.seq);
    if (events.length !== to.seq - known.seq) return this.#notifyHole(to);
    this.#notified = to;
    this.#options.notify(...events.map((event): StoreNotice => ({ type: 'event', logId: to.logId, event })));
  }

  #notifyHole(to: LogPosition): void {
    this.#notified = to;
    this.#options.notify({ type: 'hole' });
  }

  async #notifyPresence(): Promise<void> {
    const now = await this.#options.deps.present();
    if (now === undefined) return;
    this.#version = now.presence.version;
    this.#snapshotVersion = now.presence.version;
    this.#options.notify(
      { type: 'presence', presence: now.presence },
      ...now.profiles.map((frame): StoreNotice => ({ type: 'profile', frame })),
    );
  }

  #forgetOlder({ slot, generation }: MemberSession): void {
    const key = toHex(slot);
    const mine = this.sessions.get(key);
    if (mine !== undefined && mine.generation < generation) this.sessions.delete(key);
  }
}
