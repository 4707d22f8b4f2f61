// One room as the page sees it: everything shown is a signal, everything a reader can do is a method.
// Sockets, keys and retries are the SDK's; components hold no timer and keep nothing of the room.

import {
  type Connection,
  hasVisibleText,
  type Member,
  type Message,
  type Outgoing,
  type Person,
  type PutOff,
  type Room,
  type RoomFacts,
  type RoomLink,
  type RoomUpdate,
} from '@mayfly/client';
import { BODY_BYTES_MAX, KEEP_EVERY_MS, type RoomId, utf8 } from '@mayfly/protocol';
import { computed, effect, signal } from '@preact/signals';
import { isLow, passedMark } from './countdown.ts';
import { codePointCount, trimmedDraft } from './draft-text.ts';
import type { RoomSummary } from './ended-room.ts';
import { ParsedTexts } from '../text/parsed-texts.ts';
import { type Notice, Notices, type Place } from './notices.ts';
import { sharedNames } from './shared-names.ts';
import { type Placed, type StreamItem, keepUnchanged, placeMessages, streamItems } from './stream.ts';

/** What the page asks of the SDK's room. */
export type ChatRoom = Pick<
  Room,
  'subscribe' | 'send' | 'retry' | 'discard' | 'rename' | 'keepAlive' | 'wake' | 'leave' | 'close'
>;

/** What stands above the oldest message. */
export type Opening = 'created' | 'alone_here' | 'start' | 'joined_late' | 'cut_off';

export type BannerKind = 'offline' | 'reconnecting' | 'connecting' | PutOff;

/** Someone as they are called by now. */
export type KnownPerson = { readonly person: Person; readonly introduced: boolean };

/** People whose newest name is remembered for the lines they are named in. */
const FACES_MAX = 1_000;
const TICK_MS = 1000;
const MINUTE_MS = 60_000;
/** A tick that comes this late: the machine slept, and the connection with it. */
const SLEPT_MS = 10_000;
/** So many different people are counted. */
const PEOPLE_MAX = 10_000;
/** Seq 1 is the charter. */
const FIRST_MESSAGE_SEQ = 2;

/** Which room a view is of, and how it came to be. */
export type ViewedRoom = {
  readonly link: RoomLink;
  /** The link as people pass it on. */
  readonly url: string;
  /** It was made here, a moment ago. */
  readonly isNew: boolean;
  /** False: the browser keeps nothing for this page, so only the address brings the key through a reload. */
  readonly keyIsKept: boolean;
};

export class RoomView implements Disposable {
  readonly id: RoomId;
  readonly roomLink: RoomLink;
  /** The same as people pass it on. */
  readonly link: string;
  readonly isNew: boolean;
  readonly keyIsKept: boolean;
  readonly connection = signal<Connection>({ state: 'connecting' });
  /** When the next try to connect comes, in milliseconds since 1970. */
  readonly retryAt = signal(0);
  readonly facts = signal<RoomFacts | undefined>(undefined);
  readonly members = signal<readonly Member[]>([]);
  readonly count = signal(0);
  /** False in a room that is too large for a list: `members` are some who were seen here. */
  readonly listIsWhole = signal(true);
  readonly outbox = signal<readonly Outgoing[]>([]);
  /** A reload of the tab loses nothing of it. */
  readonly outboxIsSafe = signal(true);
  readonly unverified = signal(0);
  readonly unread = signal(0);
  /** What is being written. */
  readonly draft = signal('');
  /** The newest message is in sight, and shall stay so. */
  readonly atEnd = signal(true);
  /** What a screen reader says of the countdown; changes only at its marks. */
  readonly spokenLifeMs = signal<number | undefined>(undefined);
  /** Out of sight, and over as soon as that can no longer be undone. */
  readonly isLeft = signal(false);
  /** The last moments, for the room to fade. */
  readonly vanishing = signal(false);
  readonly texts = new ParsedTexts();

  readonly #room: ChatRoom;
  readonly #openedAt = Date.now();
  readonly #now = signal(Date.now());
  readonly #visible = signal(true);
  readonly #focused = signal(true);
  readonly #online = signal(true);
  readonly #notLiveSince = signal<number | undefined>(Date.now());
  readonly #endsAt = signal<number | undefined>(undefined);
  readonly #keptAt = signal(-Infinity);
  readonly #placed = signal<readonly Placed[]>([]);
  readonly #noticed = new Notices();
  readonly #notices = signal<readonly Notice[]>([]);
  readonly #faces = signal<ReadonlyMap<string, KnownPerson>>(new Map());
  readonly #firstUnread = signal<string | undefined>(undefined);
  readonly #people = new Set<string>();
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #stopReading: () => void;
  #beatAt = Date.now();
  #log = 0;
  #drawn: readonly StreamItem[] = [];

  constructor(room: ChatRoom, { link, url, isNew, keyIsKept }: ViewedRoom) {
    this.#room = room;
    this.id = link.id;
    this.roomLink = link;
    this.link = url;
    this.isNew = isNew;
    this.keyIsKept = keyIsKept;
    this.#timer = setInterval(() => this.#beat(), TICK_MS);
    this.#stopReading = effect(() => {
      if (this.#watched.value && this.atEnd.value) this.unread.value = 0;
    });
  }

  readonly sharedNames = computed(() =>
    sharedNames([...this.members.value, ...this.#placed.value.map((placed) => placed.message.from)]),
  );

  /** The time, to the minute. */
  readonly minute = computed(() => Math.floor(this.#now.value / MINUTE_MS) * MINUTE_MS);

  readonly #today = computed(() => new Date(this.#now.value).setHours(0, 0, 0, 0));

  readonly stream = computed(() => {
    const items = streamItems({
      placed: this.#placed.value,
      notices: this.#notices.value,
      outbox: this.outbox.value,
      firstUnread: this.#firstUnread.value,
      sharedNames: this.sharedNames.value,
      now: this.#today.value,
    });
    this.#drawn = keepUnchanged(this.#drawn, items);
    return this.#drawn;
  });

  readonly opening = computed((): Opening | undefined => {
    const facts = this.facts.value;
    const isAlone = this.#isSilent.value && this.count.value <= 1;
    // The link of a new room can be copied before the server has let its maker in.
    if (isAlone && this.isNew) return 'created';
    if (facts === undefined || this.count.value === 0) return undefined;
    if (isAlone) return facts.owner ? 'created' : 'alone_here';
    if (facts.history === 'none' && !facts.owner) return 'joined_late';
    const first = this.#placed.value[0];
    return first === undefined || first.message.seq <= FIRST_MESSAGE_SEQ ? 'start' : 'cut_off';
  });

  readonly #isSilent = computed(
    () =>
      this.#placed.value.length === 0 && this.outbox.value.length === 0 && this.#notices.value.length === 0,
  );

  readonly banner = computed((): BannerKind | undefined => {
    const since = this.#notLiveSince.value;
    if (since === undefined || this.connection.value.state === 'ended') return undefined;
    if (!this.#online.value) return 'offline';
    // A connection that is back within a moment was never worth a word.
    if (this.#now.value - since < TICK_MS) return undefined;
    const connection = this.connection.value;
    if (connection.state === 'waiting' && connection.putOff !== undefined) return connection.putOff;
    return this.facts.value === undefined ? 'connecting' : 'reconnecting';
  });

  /** False while nobody tells who comes and goes; a loss that is over within a moment does not count. */
  readonly listIsCurrent = computed(() => this.banner.value === undefined);

  /** Milliseconds; undefined until the server told. */
  readonly lifeLeftMs = computed(() => {
    const endsAt = this.#endsAt.value;
    return endsAt === undefined ? undefined : Math.max(0, endsAt - this.#now.value);
  });

  readonly lifeIsLow = computed(() => {
    const left = this.lifeLeftMs.value;
    const life = this.facts.value?.lifeMs;
    return left !== undefined && life !== undefined && isLow(left, life);
  });

  /** The server takes one wish a minute. */
  readonly canKeepAlive = computed(
    () => this.connection.value.state === 'live' && this.#now.value - this.#keptAt.value >= KEEP_EVERY_MS,
  );

  /** In characters like those of the draft; below 0 exactly when it does not fit. */
  readonly draftRoomLeft = computed(() => {
    const text = trimmedDraft(this.draft.value);
    const bytes = utf8(text).length;
    const left = BODY_BYTES_MAX - bytes;
    return bytes === 0 ? left : Math.floor((left * codePointCount(text)) / bytes);
  });

  readonly canSend = computed(() => this.draftRoomLeft.value >= 0 && hasVisibleText(this.draft.value));

  readonly you = computed(() => this.members.value.find((member) => member.you));

  /** Milliseconds from now, kept up to date; `at` is since 1970. */
  timeUntil(at: number): number {
    return Math.max(0, at - this.#now.value);
  }

  /** In sight, and in the window that is in front. */
  readonly #watched = computed(() => this.#visible.value && this.#focused.value);

  /** Unread messages while no one looks, for the browser's tab. */
  readonly unseen = computed(() => (this.#watched.value ? 0 : this.unread.value));

  hear(news: RoomUpdate): void {
    switch (news.type) {
      case 'connection':
        this.connection.value = news.connection;
        if (news.connection.state === 'waiting') this.retryAt.value = Date.now() + news.connection.retryInMs;
        if (news.connection.state === 'live') this.#notLiveSince.value = undefined;
        else this.#notLiveSince.value ??= this.#refreshNow();
        return;
      case 'facts':
        this.facts.value = news.facts;
        return;
      case 'life':
        this.#endsAt.value = this.#refreshNow() + news.expiresInMs;
        this.spokenLifeMs.value = undefined;
        return;
      case 'members':
        for (const member of news.members) this.#meet(member);
        this.#recognize(news.members);
        this.members.value = news.members;
        this.count.value = news.count;
        this.listIsWhole.value = news.whole;
        return;
      case 'joined':
        this.#meet(news.person);
        return this.#notice((notices, after) => notices.joined(news.person, news.at, after));
      case 'left':
        this.#meet(news.person);
        return this.#notice((notices, after) => notices.left(news.person, news.at, after, news.awaySince));
      case 'renamed': {
        const { person, before, at } = news;
        return this.#notice((notices, after) => notices.add({ type: 'renamed', person, before }, at, after));
      }
      case 'messages':
        this.#addMessages(news.messages, news.history);
        return;
      case 'outbox':
        this.outbox.value = news.outgoing;
        this.outboxIsSafe.value = news.safe;
        return;
      case 'trimmed':
        return this.#notice((notices, after) => {
          for (const { text, at } of news.messages) notices.add({ type: 'trimmed', text }, at, after);
        });
      case 'reset':
        this.#notice((notices, after) =>
          notices.add({ type: 'reset', reason: news.reason }, Date.now(), after),
        );
        // Those two begin counting anew.
        if (news.reason !== 'too_old') this.#log++;
        return;
      case 'unverified':
        this.unverified.value = news.count;
        return;
      case 'unsent':
        return;
    }
  }

  #addMessages(messages: readonly Message[], history: boolean): void {
    const known = new Set(this.#placed.value.map((placed) => placed.message.key));
    this.#placed.value = placeMessages(this.#placed.value, this.#log, messages);
    for (const message of messages) {
      this.#meet(message.from);
      if (!history && !message.own && !known.has(message.key)) this.#countUnread(message.key);
    }
  }

  // Whoever the server names counts; past this many, one more or less says nothing.
  #meet({ idPk }: Person): void {
    if (this.#people.size < PEOPLE_MAX) this.#people.add(idPk);
  }

  #countUnread(key: string): void {
    if (this.#watched.value && this.atEnd.value) return;
    if (this.unread.value === 0) this.#firstUnread.value = key;
    this.unread.value++;
  }

  #notice(change: (notices: Notices, after: Place) => void): void {
    const newest = this.#placed.value.at(-1);
    change(this.#noticed, { log: this.#log, seq: newest?.log === this.#log ? newest.message.seq : 0 });
    this.#notices.value = this.#noticed.list;
  }

  /** How someone is called by now; `introduced` is false while that is not known. */
  known(person: Person): KnownPerson {
    return this.#faces.value.get(person.idPk) ?? { person, introduced: true };
  }

  // Those who have left keep their name; the oldest make room.
  #recognize(members: readonly Member[]): void {
    const faces = new Map(this.#faces.value);
    for (const member of members) {
      faces.delete(member.idPk);
      faces.set(member.idPk, { person: member, introduced: member.introduced });
    }
    const surplus = Math.max(0, faces.size - FACES_MAX);
    for (const idPk of [...faces.keys()].slice(0, surplus)) faces.delete(idPk);
    this.#faces.value = faces;
  }

  /** Sends the draft; it stays where it is when it cannot be sent. */
  send(): void {
    if (!this.canSend.value || !this.#room.send(trimmedDraft(this.draft.value)).ok) return;
    this.draft.value = '';
    this.#firstUnread.value = undefined;
    this.atEnd.value = true;
  }

  retry(key: string): void {
    this.#room.retry(key);
  }

  discard(key: string): void {
    this.#room.discard(key);
  }

  rename(name: string): void {
    this.#room.rename(name);
  }

  keepAlive(): void {
    this.#keptAt.value = this.#refreshNow();
    this.#room.keepAlive();
  }

  /** Says goodbye. */
  leave(): void {
    this.#room.leave();
  }

  /** Goes without a goodbye. */
  close(): void {
    this.#room.close();
  }

  /** The page was looked at again, or the network came or went: find out at once what is so. */
  wake(seen: { visible: boolean; online: boolean }): void {
    this.#visible.value = seen.visible;
    this.#online.value = seen.online;
    this.#tick();
    if (seen.visible) this.#room.wake();
  }

  /** The window came to the front, or went behind another one. */
  focus(focused: boolean): void {
    this.#focused.value = focused;
  }

  tryNow(): void {
    this.#room.wake();
  }

  summary(): RoomSummary {
    return {
      id: this.id,
      messages: this.#placed.value.length,
      names: this.#people.size,
      openedAt: this.#openedAt,
      endedAt: Date.now(),
      lifeMs: this.facts.value?.lifeMs ?? 0,
      wasIn: this.facts.value !== undefined,
    };
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#stopReading();
  }

  // A page that nobody looks at is slowed down by the browser; that is no sleep.
  #beat(): void {
    const late = Date.now() - this.#beatAt;
    this.#beatAt = Date.now();
    this.#tick();
    if (late > SLEPT_MS && this.#visible.value) this.#room.wake();
  }

  #tick(): void {
    const before = this.lifeLeftMs.value;
    const time = this.#refreshNow();
    this.#notice((notices, after) => notices.pass(time, after));
    const now = this.lifeLeftMs.value;
    if (before === undefined || now === undefined) return;
    const mark = passedMark(before, now);
    if (mark !== undefined) this.spokenLifeMs.value = mark;
  }

  #refreshNow(): number {
    this.#now.value = Date.now();
    return this.#now.value;
  }
}
