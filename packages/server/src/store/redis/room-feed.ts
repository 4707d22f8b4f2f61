// What this node hears of one room: every event once and in order, with holes read from the log before anybody is told,
// and the sessions it serves there.

import { type Presence, type RoomId, toHex } from '@mayfly/protocol';
import { background } from '../../net/background.ts';
import type { Joined, MemberSession, StoreNotice, StoredEvent } from '../room-store.ts';

type Place = { readonly logId: string; readonly seq: number };

/** What the feed asks of the store, which asks until Redis answers. Does not answer any more once the store is disposed of. */
type RoomFeedDeps = {
  /** Events after `after` and up to `last`; fewer when the log has let go of some. */
  readonly missed: (logId: string, after: number, last: number) => Promise<readonly StoredEvent[]>;
  /** Everybody who is there, and their profiles; undefined when the room is over. */
  readonly present: () => Promise<PresentNow | undefined>;
};

export type PresentNow = { readonly presence: Presence; readonly profiles: readonly Uint8Array[] };

/** A room as a sweep finds it. */
export type Head = Place & { readonly version: number; readonly expiresInMs: number };

export type RoomFeedOptions = {
  readonly room: RoomId;
  readonly tell: (...news: readonly StoreNotice[]) => void;
  readonly ask: RoomFeedDeps;
  /** A question was refused, which is a fault of ours. */
  readonly trouble: (error: unknown) => void;
};

export class RoomFeed {
  readonly room: RoomId;
  readonly sessions = new Map<string, MemberSession>();
  readonly #options: RoomFeedOptions;
  /** The newest event that was told. */
  #told: Place | undefined;
  /** What the first joins were answered: where listening began, as long as nothing was told. */
  #answered: Place | undefined;
  #version: number | undefined;
  /** Presence up to here was told by a snapshot. */
  #snapshotVersion = 0;
  /** News that came while a hole was read, and when that is done. */
  #later: StoreNotice[] | undefined;
  #reading: Promise<void> | undefined;

  constructor(options: RoomFeedOptions) {
    this.#options = options;
    this.room = options.room;
  }

  joined({ session, logId, seq, presence }: Joined): void {
    this.sessions.set(toHex(session.slot), session);
    this.#answered ??= { logId, seq };
    this.#version ??= presence.version;
  }

  /** This node serves that session no longer. */
  gone({ slot, generation }: MemberSession): void {
    const key = toHex(slot);
    if (this.sessions.get(key)?.generation === generation) this.sessions.delete(key);
  }

  hear(news: StoreNotice): void {
    if (this.#later !== undefined) this.#later.push(news);
    else this.#take(news);
  }

  /** Told everything that happened while this node could not hear. */
  async catchUp(head: Head): Promise<void> {
    while (this.#reading !== undefined) await this.#reading;
    await this.#read(head, async () => {
      const known = this.#told ?? this.#answered;
      if (known !== undefined) await this.#tellEvents(known, head);
      if (head.version !== this.#version) await this.#tellPresence();
      this.#options.tell({ type: 'life', expiresInMs: head.expiresInMs });
    });
  }

  #take(news: StoreNotice): void {
    switch (news.type) {
      case 'event':
        return this.#takeEvent(news);
      case 'presence':
        return this.#takePresence(news.presence);
      case 'replaced':
        this.#forgetOlder(news.session);
        return this.#options.tell(news);
      case 'ended':
      case 'hole':
      case 'life':
      case 'profile':
        return this.#options.tell(news);
    }
  }

  #takeEvent(news: Extract<StoreNotice, { readonly type: 'event' }>): void {
    const { logId, event } = news;
    if (this.#told?.logId === logId && event.seq <= this.#told.seq) return;
    const known = this.#told ?? this.#answered;
    if (known?.logId === logId && event.seq > known.seq + 1) {
      const to = { logId, seq: event.seq - 1 };
      background(
        this.#read(to, () => this.#tellEvents(known, to)),
        this.#options.trouble,
      );
      return this.hear(news);
    }
    this.#told = { logId, seq: event.seq };
    this.#options.tell(news);
  }

  #takePresence(presence: Presence): void {
    if (presence.version <= this.#snapshotVersion) return;
    this.#version = presence.version;
    this.#options.tell({ type: 'presence', presence });
  }

  // Everything that comes meanwhile waits its turn, so that order holds.
  #read(to: Place, read: () => Promise<void>): Promise<void> {
    const later: StoreNotice[] = [];
    this.#later = later;
    this.#reading = this.#readOrTellHole(to, read).finally(() => {
      this.#later = undefined;
      this.#reading = undefined;
      for (const news of later) this.hear(news);
    });
    return this.#reading;
  }

  async #readOrTellHole(to: Place, read: () => Promise<void>): Promise<void> {
    try {
      await read();
    } catch (error) {
      this.#options.trouble(error);
      this.#tellHole(to);
    }
  }

  async #tellEvents(known: Place, to: Place): Promise<void> {
    if (known.logId !== to.logId) return this.#tellHole(to);
    if (to.seq <= known.seq) return;
    const events = await this.#options.ask.missed(to.logId, known.seq, to.seq);
    if (events.length !== to.seq - known.seq) return this.#tellHole(to);
    this.#told = to;
    this.#options.tell(...events.map((event): StoreNotice => ({ type: 'event', logId: to.logId, event })));
  }

  #tellHole(to: Place): void {
    this.#told = to;
    this.#options.tell({ type: 'hole' });
  }

  async #tellPresence(): Promise<void> {
    const now = await this.#options.ask.present();
    if (now === undefined) return;
    this.#version = now.presence.version;
    this.#snapshotVersion = now.presence.version;
    this.#options.tell(
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
