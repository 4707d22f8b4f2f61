// Messages and notices in order, as items to draw. The cost of a change does not depend on how much is shown.

import type { Message, Outgoing, RoomNotice, UnsentMessage } from '@mayfly/client';
import { type ReadonlySignal, batch, computed, signal } from '@preact/signals';
import { type Entry, type Position, type ShownBlock, comparePositions } from './blocks.ts';
import { ItemBlocks } from './item-blocks.ts';
import { type LogPosition, type Notice, Notices } from './notices.ts';
import { type Content, startOfDay } from './turns.ts';

/** The log number of what is in no log yet: after all others. */
const NOT_LOGGED = Number.MAX_SAFE_INTEGER;

export class Timeline {
  readonly #blocks = new ItemBlocks();
  readonly #logged = new Map<string, Entry>();
  readonly #outgoing = new Map<string, Entry>();
  readonly #shownNotices = new Map<string, Entry>();
  readonly #notices = new Notices();
  readonly #size = signal(0);
  readonly #firstSeq = signal<number | undefined>(undefined);
  readonly #hasDropped = signal(false);
  readonly #messagesMax: number;
  readonly #onRemoved: (message: Message) => void;
  #today: number;
  #firstUnread: string | undefined;
  #log = 0;
  #made = 0;
  #seen = 0;
  #first: Entry | undefined;
  #newest: Position | undefined;
  // Of the newest message that was dropped.
  #dropped: Position | undefined;
  // The first message that is not late: its day decides whether the first day needs a divider.
  #firstTimed: Entry | undefined;

  /** Past `messagesMax`, the oldest are dropped. */
  constructor(now: number, messagesMax = Infinity, onRemoved: (message: Message) => void = () => {}) {
    this.#today = startOfDay(now);
    this.#messagesMax = messagesMax;
    this.#onRemoved = onRemoved;
  }

  /** All items, in order; each block has its own signal. */
  get blocks(): ReadonlySignal<readonly ShownBlock[]> {
    return this.#blocks.shown;
  }

  /** The person cleared it, so it says nothing about where the room begins. */
  readonly isCleared = signal(false);

  readonly isEmpty = computed(() => this.#blocks.shown.value.length === 0);

  /** Number of the first message. */
  get firstSeq(): ReadonlySignal<number | undefined> {
    return this.#firstSeq;
  }

  /** There were more than this page holds. */
  get hasDropped(): ReadonlySignal<boolean> {
    return this.#hasDropped;
  }

  /** How many messages are held, also the unsent ones. */
  get size(): ReadonlySignal<number> {
    return this.#size;
  }

  /** How many messages there were, also those that were dropped. */
  get messagesSeen(): number {
    return this.#seen;
  }

  /** A message that is shown. */
  message(key: string): Message | undefined {
    const content = this.#logged.get(key)?.content;
    return content?.type === 'message' ? content.message : undefined;
  }

  /** The newest message that `fits`. */
  newest(fits: (message: Message) => boolean): Message | undefined {
    for (const { items } of [...this.#blocks.shown.peek()].reverse()) {
      const turns = items.peek().flatMap((item) => (item.type === 'turn' ? item.bubbles : []));
      const found = turns.findLast((bubble) => bubble.type === 'message' && fits(bubble.message));
      if (found?.type === 'message') return found.message;
    }
    return undefined;
  }

  /** Messages of the current log. Returns the new ones; the others keep their position and take the new marks. */
  addMessages(messages: readonly Message[]): readonly Message[] {
    return batch(() => {
      const added = this.#inOrder(messages).filter((message) => this.#addMessage(message));
      this.#dropOldest();
      this.#update();
      return added;
    });
  }

  // Before all others, from the last one on: so they fill blocks as those that come after all others do.
  #inOrder(messages: readonly Message[]): readonly Message[] {
    const seq = messages.at(-1)?.seq ?? 0;
    const first = this.#first?.position;
    const isBefore = first !== undefined && first.log === this.#log && seq < first.seq;
    return isBefore ? [...messages].reverse() : messages;
  }

  /** Messages of the current log that were taken back before this page could read them. */
  addUnsent(unsent: readonly UnsentMessage[]): void {
    for (const { key, seq } of unsent)
      if (!this.#logged.has(key)) this.#addLogged(key, seq, { type: 'unsent', key });
    this.#dropOldest();
    this.#update();
  }

  /** Messages that are no more: unsent, or their time is over. */
  remove(keys: readonly string[]): void {
    for (const key of keys) {
      const entry = this.#logged.get(key);
      if (entry !== undefined) this.#removeLogged(entry);
    }
    this.#update();
  }

  /** Shows nothing of what was there so far; what is on its way stays. */
  clear(): void {
    this.isCleared.value = true;
    this.#dropOldest(0);
    this.notice((notices) => notices.clear());
    this.#update();
  }

  /** Lines of the current log; known ones take their new marks. */
  addTalk(notices: readonly RoomNotice[]): void {
    for (const notice of notices) this.#addTalk(notice);
    this.#dropOldest();
    this.#update();
  }

  /** What comes from now on is numbered from 1 again. */
  beginLog(): void {
    this.#log += 1;
  }

  /** Everything not echoed yet, in order. */
  setOutbox(outbox: readonly Outgoing[]): void {
    const listed = new Set(outbox.map(({ key }) => key));
    for (const [key, entry] of this.#outgoing) if (!listed.has(key)) this.#removeOutgoing(key, entry);
    let last = 0;
    // An echo can come before the outbox without its message does.
    for (const outgoing of outbox)
      if (!this.#logged.has(outgoing.key)) last = this.#putOutgoing(outgoing, last);
    this.#update();
  }

  notice(change: (notices: Notices, after: LogPosition) => void): void {
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
      const entry = one === undefined ? undefined : this.#logged.get(one);
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
    const known = this.#logged.get(message.key);
    if (known !== undefined) {
      this.#takeMarks(known, { ...message, seq: known.position.seq });
      return false;
    }
    const entry = this.#addLogged(message.key, message.seq, { type: 'message', message });
    if (entry === undefined) return false;
    this.#seen += 1;
    if (!message.late && isBefore(entry, this.#firstTimed)) this.#firstTimed = entry;
    return true;
  }

  #addTalk(notice: RoomNotice): void {
    const known = this.#logged.get(notice.key);
    if (known === undefined) {
      this.#addLogged(notice.key, notice.seq, { type: 'talk', notice });
      return;
    }
    known.content = { type: 'talk', notice };
    this.#blocks.touch(known);
  }

  #addLogged(key: string, seq: number, content: Content): Entry | undefined {
    const position = this.#position(this.#log, seq, 'message');
    if (this.#dropped !== undefined && comparePositions(position, this.#dropped) < 0) return undefined;
    const entry = { position, content };
    this.#logged.set(key, entry);
    const waiting = this.#outgoing.get(key);
    this.#blocks.insert(entry, waiting);
    if (waiting !== undefined) this.#removeOutgoing(key, waiting);
    if (this.#newest === undefined || comparePositions(position, this.#newest) > 0) this.#newest = position;
    if (isBefore(entry, this.#first)) this.#setFirst(entry);
    return entry;
  }

  #setFirst(entry: Entry | undefined): void {
    this.#first = entry;
    this.#firstSeq.value = entry?.position.seq;
  }

  #takeMarks(entry: Entry, message: Message): void {
    entry.content = { type: 'message', message };
    this.#blocks.touch(entry);
    if (!message.late && isBefore(entry, this.#firstTimed)) this.#firstTimed = entry;
    else if (entry === this.#firstTimed && message.late) this.#firstTimed = this.#blocks.find(isTimed);
  }

  #dropOldest(max = this.#messagesMax): void {
    while (this.#logged.size > max && this.#first !== undefined) {
      this.#dropped = this.#first.position;
      this.#hasDropped.value = true;
      this.#removeLogged(this.#first);
    }
  }

  #removeLogged(entry: Entry): void {
    this.#logged.delete(keyOf(entry));
    if (entry.content.type === 'message') this.#onRemoved(entry.content.message);
    this.#blocks.remove(entry);
    if (entry === this.#first) this.#setFirst(this.#blocks.find(isLogged));
    if (entry === this.#firstTimed) this.#firstTimed = this.#blocks.find(isTimed);
  }

  /** `last`: number of the one before; an entry that is already behind it stays. */
  #putOutgoing(outgoing: Outgoing, last: number): number {
    const known = this.#outgoing.get(outgoing.key);
    if (known !== undefined && known.position.seq > last) {
      this.#showOutgoing(known, outgoing);
      return known.position.seq;
    }
    if (known !== undefined) this.#removeOutgoing(outgoing.key, known);
    const position = this.#position(NOT_LOGGED, this.#made + 1, 'message');
    const entry: Entry = { position, content: { type: 'outgoing', outgoing } };
    this.#outgoing.set(outgoing.key, entry);
    this.#blocks.insert(entry);
    return position.seq;
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
      const entry: Entry = {
        position: this.#position(notice.after.log, notice.after.seq, 'notice'),
        content,
      };
      this.#shownNotices.set(notice.key, entry);
      this.#blocks.insert(entry);
    } else if (known.content.type === 'notice' && known.content.notice !== notice) {
      known.content = content;
      this.#blocks.touch(known);
    }
  }

  #position(log: number, seq: number, kind: Position['kind']): Position {
    this.#made += 1;
    return { log, seq, kind, made: this.#made };
  }

  #update(): void {
    this.#size.value = this.#logged.size;
    const first = this.#firstTimed?.content;
    const firstAt = first?.type === 'message' ? first.message.at : this.#notices.list[0]?.at;
    const isEarlier = firstAt !== undefined && startOfDay(firstAt) < this.#today;
    this.#blocks.update(isEarlier ? 0 : this.#today, this.#firstUnread);
  }
}

function isBefore(entry: Entry, other: Entry | undefined): boolean {
  return other === undefined || comparePositions(entry.position, other.position) < 0;
}

function isLogged({ content }: Entry): boolean {
  return content.type === 'message' || content.type === 'unsent' || content.type === 'talk';
}

function keyOf({ content }: Entry): string {
  switch (content.type) {
    case 'message':
      return content.message.key;
    case 'outgoing':
      return content.outgoing.key;
    case 'notice':
    case 'talk':
      return content.notice.key;
    case 'unsent':
      return content.key;
  }
}

function isTimed({ content }: Entry): boolean {
  return content.type === 'message' && !content.message.late;
}
