// What stands in the stream, in which order: pure, from the log, the notices and the outbox to items to draw.

import type { Message, Outgoing, Person } from '@mayfly/client';
import type { Notice } from './notices.ts';

/**
 * A message and where it stands. Numbers begin anew in another log, so `log` (counting the logs this page has
 * seen) comes first.
 */
export type Placed = { readonly log: number; readonly message: Message };

/** A bubble: a message of the log, or one of one's own on its way there. */
export type Bubble =
  | { readonly type: 'message'; readonly message: Message }
  | { readonly type: 'outgoing'; readonly outgoing: Outgoing };

export type Turn = {
  readonly type: 'turn';
  readonly key: string;
  /** Undefined for oneself. */
  readonly person: Person | undefined;
  /** Somebody else here has the same name. */
  readonly tagged: boolean;
  readonly at: number;
  readonly bubbles: readonly Bubble[];
};

export type StreamItem =
  | Turn
  | { readonly type: 'day'; readonly key: string; readonly at: number }
  | { readonly type: 'new'; readonly key: string }
  | { readonly type: 'missing'; readonly key: string; readonly count: number; readonly person: Person }
  | { readonly type: 'notice'; readonly key: string; readonly notice: Notice };

export type StreamInput = {
  readonly placed: readonly Placed[];
  readonly notices: readonly Notice[];
  readonly outbox: readonly Outgoing[];
  /** Key of the first message that has not been seen. */
  readonly firstUnread: string | undefined;
  /** Names that could be taken for another person's. */
  readonly sharedNames: ReadonlySet<string>;
  readonly now: number;
};

/** Messages of one author that are further apart begin a new turn. */
const TURN_MS = 5 * 60_000;

export function streamItems(input: StreamInput): readonly StreamItem[] {
  const draft = new StreamDraft(input);
  let noticeAt = 0;
  for (const placed of input.placed) {
    for (; noticeAt < input.notices.length; noticeAt++) {
      const notice = input.notices[noticeAt];
      if (notice === undefined || !standsBefore(notice, placed)) break;
      draft.addNotice(notice);
    }
    draft.addMessage(placed.message);
  }
  for (const notice of input.notices.slice(noticeAt)) draft.addNotice(notice);
  const inLog = new Set(input.placed.map((placed) => placed.message.key));
  for (const outgoing of input.outbox) {
    // The echo may be told before the outbox is.
    if (!inLog.has(outgoing.key)) draft.addOutgoing(outgoing);
  }
  return draft.items;
}

function standsBefore(notice: Notice, placed: Placed): boolean {
  const { log, seq } = notice.after;
  return log < placed.log || (log === placed.log && seq < placed.message.seq);
}

class StreamDraft {
  readonly items: StreamItem[] = [];
  readonly #input: StreamInput;
  #open: { turn: Turn; bubbles: Bubble[]; lastAt: number | undefined } | undefined;
  #day: number;

  constructor(input: StreamInput) {
    this.#input = input;
    this.#day = startOfDay(input.now);
    const first = input.placed.find(({ message }) => !message.late)?.message.at ?? input.notices[0]?.at;
    // A divider says that the day changed; the day that is today needs none.
    if (first !== undefined && startOfDay(first) < this.#day) this.#day = 0;
  }

  addNotice(notice: Notice): void {
    this.#divideDays(notice.at, notice.key);
    this.#close({ type: 'notice', key: notice.key, notice });
  }

  addMessage(message: Message): void {
    if (!message.late) this.#divideDays(message.at, message.key);
    if (message.key === this.#input.firstUnread) this.#close({ type: 'new', key: 'new' });
    if (message.missingBefore > 0) {
      const { missingBefore: count, from: person } = message;
      this.#close({ type: 'missing', key: `missing-${message.key}`, count, person });
    }
    this.#addBubble(message.own ? undefined : message.from, message, { type: 'message', message });
  }

  addOutgoing(outgoing: Outgoing): void {
    this.#divideDays(outgoing.at, outgoing.key);
    this.#addBubble(undefined, outgoing, { type: 'outgoing', outgoing });
  }

  #addBubble(person: Person | undefined, { key, at }: { key: string; at: number }, bubble: Bubble): void {
    const open = this.#open;
    const time = isTimed(bubble) ? at : undefined;
    if (open !== undefined && isSamePerson(open.turn.person, person) && !isLongAfter(time, open.lastAt)) {
      open.bubbles.push(bubble);
      open.lastAt = latest(open.lastAt, time);
      return;
    }
    const bubbles = [bubble];
    const tagged = person !== undefined && this.#input.sharedNames.has(person.name);
    const turn: Turn = { type: 'turn', key: `turn-${key}`, person, tagged, at, bubbles };
    this.#open = { turn, bubbles, lastAt: time };
    this.items.push(turn);
  }

  #divideDays(at: number, key: string): void {
    const day = startOfDay(at);
    if (day <= this.#day) return;
    this.#day = day;
    this.#close({ type: 'day', key: `day-${key}`, at });
  }

  #close(item: StreamItem): void {
    this.#open = undefined;
    this.items.push(item);
  }
}

/** The bubble whose time stands for the turn's: one that was delivered when it was written. */
export function timedBubble(bubbles: readonly Bubble[]): Bubble | undefined {
  return bubbles.find(isTimed);
}

function isTimed(bubble: Bubble): boolean {
  return bubble.type === 'outgoing' || !bubble.message.late;
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

function startOfDay(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0);
}

/** Keeps the objects of `before` that say the same, so that only what changed is drawn again. */
export function keepUnchanged(
  before: readonly StreamItem[],
  after: readonly StreamItem[],
): readonly StreamItem[] {
  const known = new Map(before.map((item) => [item.key, item]));
  return after.map((item) => {
    const old = known.get(item.key);
    return old !== undefined && saysTheSame(old, item) ? old : item;
  });
}

function saysTheSame(a: StreamItem, b: StreamItem): boolean {
  if (a.type === 'turn' && b.type === 'turn') return isSameTurn(a, b);
  if (a.type === 'missing' && b.type === 'missing') return a.count === b.count && a.person === b.person;
  if (a.type === 'day' && b.type === 'day') return a.at === b.at;
  if (a.type === 'notice' && b.type === 'notice') return a.notice === b.notice;
  return a.type === b.type;
}

function isSameTurn(a: Turn, b: Turn): boolean {
  return (
    a.tagged === b.tagged &&
    a.at === b.at &&
    isSamePerson(a.person, b.person) &&
    a.bubbles.length === b.bubbles.length &&
    a.bubbles.every((bubble, i) => isSameBubble(bubble, b.bubbles[i]))
  );
}

// The SDK never changes an object it told, so identity is enough.
function isSameBubble(a: Bubble, b: Bubble | undefined): boolean {
  if (a.type === 'message') return b?.type === 'message' && a.message === b.message;
  return b?.type === 'outgoing' && a.outgoing === b.outgoing;
}

/** Adds what is new at its place; a message that is known keeps its place and takes the new marks. */
export function placeMessages(
  placed: readonly Placed[],
  log: number,
  messages: readonly Message[],
): readonly Placed[] {
  const byKey = new Map(placed.map((one) => [one.message.key, one]));
  for (const message of messages) {
    const known = byKey.get(message.key);
    const seq = known?.message.seq ?? message.seq;
    byKey.set(message.key, {
      log: known?.log ?? log,
      message: seq === message.seq ? message : { ...message, seq },
    });
  }
  return [...byKey.values()].sort((a, b) => a.log - b.log || a.message.seq - b.message.seq);
}
