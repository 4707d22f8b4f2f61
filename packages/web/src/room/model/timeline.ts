// Everything said and everything that happened, in order, as items to draw. What a change costs does not depend on how
// much is shown.

import type { Message, Outgoing } from '@mayfly/client';
import { type ReadonlySignal, computed, signal } from '@preact/signals';
import { type Entry, type Place, type ShownBlock, comparePlaces } from './blocks.ts';
import { ItemBlocks } from './item-blocks.ts';
import { type LogPlace, type Notice, Notices } from './notices.ts';
import { startOfDay } from './turns.ts';

/** What is in no log yet comes after all logs. */
const NOT_LOGGED = Number.MAX_SAFE_INTEGER;

export class Timeline {
  readonly #blocks = new ItemBlocks();
  readonly #messages = new Map<string, Entry>();
  readonly #outgoing = new Map<string, Entry>();
  readonly #shownNotices = new Map<string, Entry>();
  readonly #notices = new Notices();
  readonly #firstSeq = signal<number | undefined>(undefined);
  readonly #messagesMax: number;
  #today: number;
  #firstUnread: string | undefined;
  #log = 0;
  #made = 0;
  #seen = 0;
  #first: Entry | undefined;
  #newest: Place | undefined;
  // The newest that was dropped.
  #dropped: Place | undefined;
  // Of the messages that were delivered when they were written: it decides whether the first day has a divider.
  #firstTimed: Entry | undefined;

  /** Past `messagesMax`, the oldest are dropped. */
  constructor(now: number, messagesMax = Infinity) {
    this.#today = startOfDay(now);
    this.#messagesMax = messagesMax;
  }

  /** All items, in order; each block has its own signal. */
  get blocks(): ReadonlySignal<readonly ShownBlock[]> {
    return this.#blocks.shown;
  }

  readonly isEmpty = computed(() => this.#blocks.shown.value.length === 0);

  /** Of the first message. */
  get firstSeq(): ReadonlySignal<number | undefined> {
    return this.#firstSeq;
  }

  /** How many messages there were, also those that were dropped. */
  get messagesSeen(): number {
    return this.#seen;
  }

  /** Messages of the current log. Returns the new ones; the others keep their place and take the new marks. */
  addMessages(messages: readonly Message[]): readonly Message[] {
    const added = messages.filter((message) => this.#addMessage(message));
    this.#dropOldest();
    this.#update();
    return added;
  }

  /** What comes from now on is numbered anew. */
  beginLog(): void {
    this.#log += 1;
  }

  /** Everything not echoed yet, in order. */
  setOutbox(outbox: readonly Outgoing[]): void {
    const listed = new Set(outbox.map(({ key }) => key));
    for (const [key, entry] of this.#outgoing) if (!listed.has(key)) this.#removeOutgoing(key, entry);
    let last = 0;
    // An echo may come before the outbox is without its message.
    for (const outgoing of outbox)
      if (!this.#messages.has(outgoing.key)) last = this.#putOutgoing(outgoing, last);
    this.#update();
  }

  notice(change: (notices: Notices, after: LogPlace) => void): void {
    const before = this.#notices.list;
    const seq = this.#newest?.log === this.#log ? this.#newest.seq : 0;
    change(this.#notices, { log: this.#log, seq });
    if (this.#notices.list === before) return;
    this.#putNotices(this.#notices.list);
    this.#update();
  }

  /** Puts the divider before this message, or takes it away. */
  markUnread(key: string | undefined): void {
    for (const one of [this.#firstUnread, key]) {
      const entry = one === undefined ? undefined : this.#messages.get(one);
      if (entry !== undefined) this.#blocks.touch(entry);
    }
    this.#firstUnread = key;
    this.#update();
  }

  /** The day that is today needs no divider at the beginning. */
  setNow(now: number): void {
    const today = startOfDay(now);
    if (today === this.#today) return;
    this.#today = today;
    this.#update();
  }

  /** False for one that is known, or older than what was dropped. */
  #addMessage(message: Message): boolean {
    const known = this.#messages.get(message.key);
    if (known !== undefined) {
      this.#takeMarks(known, { ...message, seq: known.place.seq });
      return false;
    }
    const place = this.#place(this.#log, message.seq, 'message');
    if (this.#dropped !== undefined && comparePlaces(place, this.#dropped) < 0) return false;
    this.#insertMessage({ place, content: { type: 'message', message } }, message);
    return true;
  }

  #insertMessage(entry: Entry, message: Message): void {
    this.#messages.set(message.key, entry);
    this.#seen += 1;
    const waiting = this.#outgoing.get(message.key);
    this.#blocks.insert(entry, waiting);
    if (waiting !== undefined) this.#removeOutgoing(message.key, waiting);
    if (this.#newest === undefined || comparePlaces(entry.place, this.#newest) > 0)
      this.#newest = entry.place;
    if (!message.late && isBefore(entry, this.#firstTimed)) this.#firstTimed = entry;
    if (isBefore(entry, this.#first)) this.#setFirst(entry);
  }

  #setFirst(entry: Entry | undefined): void {
    this.#first = entry;
    this.#firstSeq.value = entry?.place.seq;
  }

  #takeMarks(entry: Entry, message: Message): void {
    entry.content = { type: 'message', message };
    this.#blocks.touch(entry);
    if (!message.late && isBefore(entry, this.#firstTimed)) this.#firstTimed = entry;
    else if (entry === this.#firstTimed && message.late) this.#firstTimed = this.#blocks.find(isTimed);
  }

  #dropOldest(): void {
    while (this.#messages.size > this.#messagesMax && this.#first?.content.type === 'message') {
      const oldest = this.#first;
      this.#messages.delete(this.#first.content.message.key);
      this.#blocks.remove(oldest);
      this.#dropped = oldest.place;
      this.#setFirst(this.#blocks.find(isMessage));
      if (oldest === this.#firstTimed) this.#firstTimed = this.#blocks.find(isTimed);
    }
  }

  /** `last`: the number of the one before. What stands behind it already stays. */
  #putOutgoing(outgoing: Outgoing, last: number): number {
    const known = this.#outgoing.get(outgoing.key);
    if (known !== undefined && known.place.seq > last) {
      this.#showOutgoing(known, outgoing);
      return known.place.seq;
    }
    if (known !== undefined) this.#removeOutgoing(outgoing.key, known);
    const place = this.#place(NOT_LOGGED, this.#made + 1, 'message');
    const entry: Entry = { place, content: { type: 'outgoing', outgoing } };
    this.#outgoing.set(outgoing.key, entry);
    this.#blocks.insert(entry);
    return place.seq;
  }

  #showOutgoing(entry: Entry, outgoing: Outgoing): void {
    if (entry.content.type === 'outgoing' && entry.content.outgoing === outgoing) return;
    entry.content = { type: 'outgoing', outgoing };
    this.#blocks.touch(entry);
  }

  #removeOutgoing(key: string, entry: Entry): void {
    this.#outgoing.delete(key);
    this.#blocks.remove(entry);
  }

  #putNotices(list: readonly Notice[]): void {
    const listed = new Set(list.map(({ key }) => key));
    for (const [key, entry] of this.#shownNotices) {
      if (listed.has(key)) continue;
      this.#shownNotices.delete(key);
      this.#blocks.remove(entry);
    }
    for (const notice of list) this.#putNotice(notice);
  }

  #putNotice(notice: Notice): void {
    const known = this.#shownNotices.get(notice.key);
    const content = { type: 'notice', notice } as const;
    if (known === undefined) {
      const entry: Entry = { place: this.#place(notice.after.log, notice.after.seq, 'notice'), content };
      this.#shownNotices.set(notice.key, entry);
      this.#blocks.insert(entry);
    } else if (known.content.type === 'notice' && known.content.notice !== notice) {
      known.content = content;
      this.#blocks.touch(known);
    }
  }

  #place(log: number, seq: number, kind: Place['kind']): Place {
    this.#made += 1;
    return { log, seq, kind, made: this.#made };
  }

  #update(): void {
    const first = this.#firstTimed?.content;
    const firstAt = first?.type === 'message' ? first.message.at : this.#notices.list[0]?.at;
    const isEarlier = firstAt !== undefined && startOfDay(firstAt) < this.#today;
    this.#blocks.update(isEarlier ? 0 : this.#today, this.#firstUnread);
  }
}

function isBefore(entry: Entry, other: Entry | undefined): boolean {
  return other === undefined || comparePlaces(entry.place, other.place) < 0;
}

function isMessage({ content }: Entry): boolean {
  return content.type === 'message';
}

function isTimed({ content }: Entry): boolean {
  return content.type === 'message' && !content.message.late;
}
