// From entries in order to what is drawn: turns, dividers and notices. Pure, and able to start in the middle.

import type { Message, Outgoing, Person, RoomNotice } from '@mayfly/client';
import type { Notice } from './notices.ts';

/** A bubble: a message of the log, or one of our own on its way there. */
export type Bubble =
  | { readonly type: 'message'; readonly message: Message }
  | { readonly type: 'outgoing'; readonly outgoing: Outgoing };

/** One entry of the timeline. */
export type Content =
  | Bubble
  | { readonly type: 'unsent'; readonly key: string }
  | { readonly type: 'notice'; readonly notice: Notice }
  | { readonly type: 'talk'; readonly notice: RoomNotice };

/** Consecutive messages of one person. `person` is undefined for ourselves. */
export type Turn = {
  readonly type: 'turn';
  readonly key: string;
  readonly person: Person | undefined;
  readonly bubbles: readonly Bubble[];
};

export type Item =
  | Turn
  | { readonly type: 'day'; readonly key: string; readonly at: number }
  | { readonly type: 'new' | 'unsent'; readonly key: string }
  | { readonly type: 'missing'; readonly key: string; readonly count: number; readonly person: Person }
  | { readonly type: 'notice'; readonly key: string; readonly notice: Notice }
  /** Something that was done to messages, by the log; drawn only where it says something. */
  | { readonly type: 'talk'; readonly key: string; readonly notice: RoomNotice };

/** All that decides how the next entry is drawn. */
export type Carry = { readonly day: number; readonly open: OpenTurn | undefined };

type OpenTurn = {
  readonly person: Person | undefined;
  /** Of its newest bubble that was delivered when it was written. */
  readonly lastAt: number | undefined;
  /** Counts up to `LONG_TURN`. */
  readonly size: number;
  /** Into which `LONG_TURN` numbers of the log its last message falls. */
  readonly range: number | undefined;
};

export type Folded = {
  readonly items: readonly Item[];
  readonly after: Carry;
  /** So many entries at the start continue the turn before them; the items are without them. */
  readonly joins: number;
};

/** Messages of one author that are further apart begin a new turn. */
const TURN_MS = 5 * 60_000;
/**
 * A turn of this many messages ends where the log's numbers reach the next multiple, so no turn grows without bound,
 * and a late message moves none of the later breaks.
 */
export const LONG_TURN = 32;

/** `firstUnread`: key of the message that stands under the *New messages* divider. */
export function fold(contents: readonly Content[], before: Carry, firstUnread: string | undefined): Folded {
  const folding = new Folding(before, firstUnread);
  for (const content of contents) folding.add(content);
  return { items: folding.items, after: folding.after, joins: folding.joins };
}

class Folding {
  readonly items: Item[] = [];
  joins = 0;
  readonly #firstUnread: string | undefined;
  #day: number;
  #open: OpenTurn | undefined;
  // Undefined while the open turn is the one from before.
  #bubbles: Bubble[] | undefined;

  constructor({ day, open }: Carry, firstUnread: string | undefined) {
    this.#day = day;
    this.#open = open;
    this.#firstUnread = firstUnread;
  }

  get after(): Carry {
    return { day: this.#day, open: this.#open };
  }

  add(content: Content): void {
    if (content.type === 'message') this.#addMessage(content);
    else if (content.type === 'outgoing') this.#addOutgoing(content);
    else if (content.type === 'notice') this.#addNotice(content.notice);
    else if (content.type === 'talk') this.#addTalk(content.notice);
    else this.#close({ type: 'unsent', key: content.key });
  }

  #addNotice(notice: Notice): void {
    this.#divideDays(notice.at, notice.key);
    this.#close({ type: 'notice', key: notice.key, notice });
  }

  #addTalk(notice: RoomNotice): void {
    const { key, at, from, missingBefore: count } = notice;
    this.#divideDays(at, key);
    if (count > 0) this.#close({ type: 'missing', key: `missing-${key}`, count, person: from });
    this.#close({ type: 'talk', key, notice });
  }

  #addMessage(bubble: Extract<Bubble, { type: 'message' }>): void {
    const { key, seq, at, late, from, own, missingBefore: count } = bubble.message;
    if (!late) this.#divideDays(at, key);
    if (key === this.#firstUnread) this.#close({ type: 'new', key: 'new' });
    if (count > 0) this.#close({ type: 'missing', key: `missing-${key}`, count, person: from });
    const range = Math.floor(seq / LONG_TURN);
    this.#addBubble(bubble, key, {
      person: own ? undefined : from,
      lastAt: late ? undefined : at,
      size: 1,
      range,
    });
  }

  #addOutgoing(bubble: Extract<Bubble, { type: 'outgoing' }>): void {
    const { key, at } = bubble.outgoing;
    this.#divideDays(at, key);
    this.#addBubble(bubble, key, { person: undefined, lastAt: at, size: 1, range: undefined });
  }

  #addBubble(bubble: Bubble, key: string, alone: OpenTurn): void {
    const joined = this.#open && joinTurn(this.#open, alone);
    this.#open = joined ?? alone;
    if (joined === undefined) {
      this.#bubbles = [bubble];
      this.items.push({ type: 'turn', key: `turn-${key}`, person: alone.person, bubbles: this.#bubbles });
    } else if (this.#bubbles === undefined) {
      this.joins++;
    } else {
      this.#bubbles.push(bubble);
    }
  }

  #divideDays(at: number, key: string): void {
    const day = startOfDay(at);
    if (day <= this.#day) return;
    this.#day = day;
    this.#close({ type: 'day', key: `day-${key}`, at });
  }

  #close(item: Item): void {
    this.#open = undefined;
    this.items.push(item);
  }
}

/** The turn with one more bubble; undefined where that begins another one. */
function joinTurn(open: OpenTurn, next: OpenTurn): OpenTurn | undefined {
  if (!isSamePerson(open.person, next.person) || isLongAfter(next.lastAt, open.lastAt)) return undefined;
  const range = next.range ?? open.range;
  if (open.size >= LONG_TURN && range !== open.range) return undefined;
  const size = Math.min(open.size + 1, LONG_TURN);
  return { person: open.person, lastAt: latest(open.lastAt, next.lastAt), size, range };
}

function isLongAfter(time: number | undefined, before: number | undefined): boolean {
  return time !== undefined && before !== undefined && time - before >= TURN_MS;
}

function latest(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.max(a, b);
}

function isSamePerson(a: Person | undefined, b: Person | undefined): boolean {
  return a?.idPk === b?.idPk && a?.name === b?.name;
}

/** Whether what follows is drawn the same. */
export function carriesSame(a: Carry, b: Carry): boolean {
  if (a.day !== b.day || a.open === undefined || b.open === undefined)
    return a.day === b.day && a.open === b.open;
  return (
    isSamePerson(a.open.person, b.open.person) &&
    a.open.lastAt === b.open.lastAt &&
    a.open.size === b.open.size &&
    a.open.range === b.open.range
  );
}

/** The bubble whose time stands for the turn's: one that was delivered when it was written. */
export function timedBubble(bubbles: readonly Bubble[]): Bubble | undefined {
  return bubbles.find((bubble) => bubble.type === 'outgoing' || !bubble.message.late);
}

export function startOfDay(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0);
}

/** Keeps the objects of `before` that say the same; `before` itself where all do. */
export function keepUnchanged(before: readonly Item[], after: readonly Item[]): readonly Item[] {
  const known = new Map(before.map((item) => [item.key, item]));
  const kept = after.map((item) => {
    const old = known.get(item.key);
    return old !== undefined && saysTheSame(old, item) ? old : item;
  });
  return kept.length === before.length && kept.every((item, i) => item === before[i]) ? before : kept;
}

function saysTheSame(a: Item, b: Item): boolean {
  if (a.type === 'turn' && b.type === 'turn') return isSameTurn(a, b);
  if (a.type === 'missing' && b.type === 'missing') return a.count === b.count && a.person === b.person;
  if (a.type === 'day' && b.type === 'day') return a.at === b.at;
  if (a.type === 'notice' && b.type === 'notice') return a.notice === b.notice;
  if (a.type === 'talk' && b.type === 'talk') return a.notice === b.notice;
  return a.type === b.type;
}

function isSameTurn(a: Turn, b: Turn): boolean {
  return (
    isSamePerson(a.person, b.person) &&
    a.bubbles.length === b.bubbles.length &&
    a.bubbles.every((bubble, i) => bubble === b.bubbles[i])
  );
}
