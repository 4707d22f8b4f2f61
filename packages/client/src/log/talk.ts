// From accepted messages to what is shown: each message with what others say about it. Which messages are accepted, and
// at which places, decides it alone; their order of arrival doesn't (EFFECT-1).

import { type RoomId, equalBytes } from '@mayfly/protocol';
import {
  type Content,
  type Effect,
  type Pin,
  type Reaction as ReactionEffect,
  contentOf,
  isEffect,
} from '../content/content.ts';
import type { PollBody } from '../content/poll.ts';
import { plainEmoji } from '../content/reaction.ts';
import { REF_BYTES } from '../crypto/envelope.ts';
import { personOf } from '../crypto/person.ts';
import type { Message, Person, Poll, Reaction, ReplyTo, RoomNotice, Wording } from '../room-updates.ts';
import { type Candidate, VOUCHING_REACH } from './chain.ts';
import { Effects, type Placed, type Target, counts, isInReach, isOf } from './effects.ts';
import { isClockOff, shownTime } from './shown-time.ts';
import { type Sliced, inSlices } from './sliced.ts';

export type TalkOptions = {
  readonly id: RoomId;
  /** Our own key. */
  readonly idPk: Uint8Array;
  /** Whether the charter in force lets this key pin. */
  mayPin(pk: Uint8Array): boolean;
};

/** To show, or to update; by seq. */
export type Shown = { readonly messages: readonly Message[]; readonly notices: readonly RoomNotice[] };

/** Keys of messages and notices that were shown and are no more. */
type Gone = { readonly gone: readonly string[] };

/** A message that this page holds, for one who wants to say something about it. */
export type HeldMessage = {
  readonly content: Content;
  /** How others name it. */
  readonly ref: Uint8Array;
  readonly own: boolean;
  /** It is a poll, and over. */
  readonly closed: boolean;
  /** Its ttl in seconds, and when it is over. */
  readonly ttl: number;
  readonly endsAt: number | undefined;
};

/** Everything about one message, named by the first half of its mid. */
type Slot = {
  readonly ref: string;
  target?: Target;
  effects?: Effects;
  /** All of them, also those that others have replaced. */
  placed: Placed[];
  /** That answer it. */
  replies: Candidate[];
  /** That pin or unpin it. */
  pins: Placed<Pin>[];
  /** Index of the newest message that names it. */
  newest: number;
};

type Changed = {
  readonly slots: Set<Slot>;
  readonly notices: Set<Candidate>;
  /** With effects that were taken back. */
  readonly fewer: Set<Slot>;
};

type Taking = {
  readonly head: number;
  readonly mayPinChanged: boolean;
  readonly gone?: readonly Candidate[];
};

export class Talk {
  readonly #options: TalkOptions;
  readonly #slots = new Map<string, Slot>();
  readonly #contents = new WeakMap<Candidate, Content>();
  // Whose message this page doesn't hold, the one named last at the end.
  readonly #orphans = new Set<Slot>();
  readonly #people = new WeakMap<Candidate, Person>();
  readonly #reported = new WeakSet<Candidate>();
  /** Messages with an owner code sealed for someone, oldest first (OWNER-4). */
  readonly handovers = new Set<Candidate>();

  constructor(options: TalkOptions) {
    this.#options = options;
  }

  /**
   * Takes messages that were accepted, or whose marks changed, by index. `head` is the index of the last event.
   * `mayPinChanged`: another charter is in force. `gone`: messages that were erased, or are no longer accepted.
   */
  *take(messages: readonly Candidate[], { head, mayPinChanged, gone = [] }: Taking): Sliced<Shown & Gone> {
    const changed: Changed = { slots: new Set(), notices: new Set(), fewer: new Set() };
    const taken = gone.filter((message) => this.#takeBack(message, changed)).map(({ mid }) => mid);
    for (const slot of changed.fewer) slot.effects = effectsOn(slot);
    yield* inSlices(messages, (slice) => {
      for (const message of slice) this.#takeOne(message, head - VOUCHING_REACH, changed);
    });
    if (mayPinChanged) this.#takePinsAgain(changed);
    this.#forgetOrphans(head - VOUCHING_REACH);
    return { ...(yield* this.#shown(changed)), gone: taken };
  }

  /** Messages before this index, except those that later ones answer. */
  forget(index: number): void {
    for (const message of this.handovers) if (message.index < index) this.handovers.delete(message);
    for (const slot of this.#slots.values()) {
      slot.replies = slot.replies.filter((reply) => reply.index >= index);
      const at = slot.target?.message.index ?? index;
      if (at < index && slot.replies.length === 0) this.#slots.delete(slot.ref);
    }
  }

  /** `key`: its mid, hex. */
  find(key: string): HeldMessage | undefined {
    const slot = this.#slots.get(refOfKey(key));
    const target = slot?.target;
    if (target === undefined || target.message.mid !== key) return undefined;
    const closed = slot?.effects?.votesOn(target).closed ?? false;
    const { content, message } = target;
    const { opened, endsAt } = message;
    const ref = opened.mid.slice(0, REF_BYTES);
    return { content, ref, own: this.#isOwn(message), closed, ttl: opened.ttl, endsAt };
  }

  /** The edits of a message, oldest first. */
  editsOf(key: string): readonly Candidate[] {
    const { target, effects } = this.#slots.get(refOfKey(key)) ?? {};
    return target === undefined ? [] : (effects?.editsOf(target) ?? []).map(({ message }) => message);
  }

  /** What a reply to it that is sent now will show. */
  replyTo(ref: string): ReplyTo {
    return this.#replyTo(ref, Infinity);
  }

  #takeOne(message: Candidate, settledTo: number, changed: Changed): void {
    const known = this.#contents.get(message);
    const content = known ?? contentOf(message.opened);
    this.#contents.set(message, content);
    if (content.kind === 'handover') this.handovers.add(message);
    if (content.kind === 'saved' || content.kind === 'unsend' || content.kind === 'handover')
      changed.notices.add(message);
    else if (!isEffect(content)) this.#takeMessage({ message, content }, changed);
    else if (known === undefined) this.#takeEffect({ message, effect: content }, settledTo, changed);
    else this.#takeMarks(message, content, changed);
  }

  #takeMarks(message: Candidate, { ref }: Effect, changed: Changed): void {
    changed.notices.add(message);
    const slot = this.#slots.get(ref);
    if (slot !== undefined) changed.slots.add(slot);
  }

  #takeMessage(target: Target, changed: Changed): void {
    const { message, content } = target;
    const slot = this.#slot(refOfKey(message.mid));
    changed.slots.add(slot);
    if (slot.target !== undefined) return;
    slot.target = target;
    this.#orphans.delete(slot);
    this.#changedAfter(slot, message.index, changed);
    for (const pin of slot.pins) changed.notices.add(pin.message);
    const answered = answeredBy(content);
    if (answered !== undefined) this.#named(answered, message.index).replies.push(message);
  }

  #takeEffect(placed: Placed, settledTo: number, changed: Changed): void {
    const { message, effect } = placed;
    const slot = this.#named(effect.ref, message.index);
    slot.effects ??= new Effects();
    changed.notices.add(message);
    if (slot.target !== undefined && !isInReach(placed, slot.target)) return;
    slot.placed.push(placed);
    if (isOf(placed, 'pin')) slot.pins.push(placed);
    if (!slot.effects.add(placed, slot.target, settledTo)) return;
    changed.slots.add(slot);
    if (effect.kind === 'edit') this.#changedAfter(slot, message.index, changed);
  }

  // False if it wasn't shown.
  #takeBack(message: Candidate, changed: Changed): boolean {
    const content = this.#contents.get(message);
    const wasReported = this.#reported.delete(message);
    this.#contents.delete(message);
    changed.notices.delete(message);
    this.handovers.delete(message);
    if (content === undefined) return false;
    if (isEffect(content)) this.#takeEffectBack(message, content, changed);
    return this.#takeTargetBack(message, content, changed) || wasReported;
  }

  #takeEffectBack(message: Candidate, { kind, ref }: Effect, changed: Changed): void {
    const slot = this.#slots.get(ref);
    if (slot === undefined) return;
    slot.placed = slot.placed.filter((placed) => placed.message !== message);
    slot.pins = slot.pins.filter((pin) => pin.message !== message);
    changed.fewer.add(slot);
    changed.slots.add(slot);
    if (kind === 'edit') this.#changedAfter(slot, message.index, changed);
  }

  #takeTargetBack(message: Candidate, content: Content, changed: Changed): boolean {
    const slot = this.#slots.get(refOfKey(message.mid));
    if (slot?.target?.message !== message) return false;
    delete slot.target;
    this.#orphans.add(slot);
    this.#changedAfter(slot, message.index, changed);
    for (const pin of slot.pins) changed.notices.add(pin.message);
    const answered = this.#slots.get(answeredBy(content) ?? '');
    if (answered !== undefined) answered.replies = answered.replies.filter((reply) => reply !== message);
    return true;
  }

  // A reply shows what it answers as it was worded at the reply's place.
  #changedAfter(slot: Slot, index: number, changed: Changed): void {
    for (const reply of slot.replies)
      if (reply.index > index) changed.slots.add(this.#slot(refOfKey(reply.mid)));
  }

  #takePinsAgain(changed: Changed): void {
    for (const slot of this.#slots.values()) {
      for (const { message } of slot.pins) changed.notices.add(message);
      if (slot.pins.length > 0) changed.slots.add(slot);
    }
  }

  #slot(ref: string): Slot {
    const known = this.#slots.get(ref);
    if (known !== undefined) return known;
    const slot: Slot = { ref, placed: [], replies: [], pins: [], newest: 0 };
    this.#slots.set(ref, slot);
    return slot;
  }

  #named(ref: string, index: number): Slot {
    const slot = this.#slot(ref);
    slot.newest = Math.max(slot.newest, index);
    if (slot.target !== undefined) return slot;
    this.#orphans.delete(slot);
    this.#orphans.add(slot);
    return slot;
  }

  // An effect counts only after its message, and nothing will be accepted up to here.
  #forgetOrphans(settledTo: number): void {
    for (const slot of this.#orphans) {
      if (slot.newest > settledTo) return;
      this.#orphans.delete(slot);
      this.#slots.delete(slot.ref);
    }
  }

  *#shown({ slots, notices }: Changed): Sliced<Shown> {
    const messages: Message[] = [];
    yield* inSlices([...slots], (slice) => {
      for (const slot of slice) if (slot.target) messages.push(this.#toMessage(slot, slot.target));
    });
    return {
      messages: messages.sort(bySeq),
      notices: [...notices].flatMap((message) => this.#toNotice(message) ?? []).sort(bySeq),
    };
  }

  #toMessage({ effects }: Slot, target: Target): Message {
    const { message, content } = target;
    const { mid, index, conflicting, missingBefore = 0, late = false } = message;
    const wordings = this.#wordings(target, effects, Infinity);
    const answered = answeredBy(content);
    return {
      key: mid,
      seq: index,
      from: this.#person(message),
      own: this.#isOwn(message),
      text: wordings.at(-1)?.text,
      ...(content.kind === 'file' && { file: content.file }),
      ...(answered !== undefined && { replyTo: this.#replyTo(answered, index) }),
      ...(wordings.length > 1 && { edits: wordings.slice(0, -1) }),
      reactions: this.#reactions(effects?.reactionsTo(target) ?? []),
      pinned: effects?.isPinned(target, (pk) => this.#options.mayPin(pk)) ?? false,
      ...(content.kind === 'poll' && { poll: this.#poll(content.poll, target, effects) }),
      ...(message.endsAt !== undefined && {
        timer: { ttlMs: message.opened.ttl * 1_000, endsAt: message.endsAt },
      }),
      at: shownTime(message),
      clockOff: isClockOff(message),
      late,
      missingBefore,
      conflicting,
    };
  }

  // As worded right before this index, oldest first.
  #wordings({ message, content }: Target, effects: Effects | undefined, before: number): readonly Wording[] {
    if (content.kind === 'poll') return [{ text: content.poll.question, at: shownTime(message) }];
    if (content.kind !== 'text' && content.kind !== 'file') return [];
    const edits = effects?.editsOf({ message, content }) ?? [];
    return [
      { text: content.text, at: shownTime(message) },
      ...edits
        .filter((edit) => edit.message.index < before)
        .map((edit) => ({ text: edit.effect.text, at: shownTime(edit.message) })),
    ];
  }

  #replyTo(ref: string, index: number): ReplyTo {
    const { target, effects } = this.#slots.get(ref) ?? {};
    if (target === undefined || target.message.index >= index) return {};
    const text = this.#wordings(target, effects, index).at(-1)?.text;
    return {
      key: target.message.mid,
      from: this.#person(target.message),
      ...(text !== undefined && { text }),
      ...(target.content.kind === 'file' && { fileName: target.content.file.name }),
    };
  }

  #reactions(reactions: readonly Placed<ReactionEffect>[]): readonly Reaction[] {
    const byEmoji = new Map<string, [Placed<ReactionEffect>, ...Placed<ReactionEffect>[]]>();
    for (const reaction of reactions) {
      const plain = plainEmoji(reaction.effect.emoji);
      const same = byEmoji.get(plain);
      if (same === undefined) byEmoji.set(plain, [reaction]);
      else same.push(reaction);
    }
    return [...byEmoji.values()].map((same) => ({
      emoji: same[0].effect.emoji,
      people: same.map(({ message }) => this.#person(message)),
      own: same.some(({ message }) => this.#isOwn(message)),
    }));
  }

  #poll({ question, options, many }: PollBody, target: Target, effects: Effects | undefined): Poll {
    const { votes, closed } = effects?.votesOn(target) ?? { votes: [], closed: false };
    const votersOf = (option: number) =>
      votes.flatMap(({ message, effect: { vote } }) =>
        vote !== 'close' && vote.chosen.includes(option) ? [message] : [],
      );
    return {
      question,
      many,
      closed,
      options: options.map((text, option) => ({
        text,
        voters: votersOf(option).map((message) => this.#person(message)),
        own: votersOf(option).some((message) => this.#isOwn(message)),
      })),
    };
  }

  // An effect is reported for its marks only, or if it was reported as a pin that no longer counts.
  #toNotice(message: Candidate): RoomNotice | undefined {
    const { mid, index, conflicting, missingBefore = 0 } = message;
    const what = this.#whatOf(message);
    const isSilent = what.what === 'effect' && missingBefore === 0 && !conflicting;
    if (isSilent && !this.#reported.has(message)) return undefined;
    this.#reported.add(message);
    return {
      key: mid,
      seq: index,
      from: this.#person(message),
      own: this.#isOwn(message),
      at: shownTime(message),
      ...what,
      missingBefore,
      conflicting,
    };
  }

  // EFFECT-4.
  #whatOf(message: Candidate): Pick<RoomNotice, 'what' | 'target'> {
    const content = this.#contents.get(message);
    if (content?.kind === 'saved') return { what: 'saved' };
    if (content?.kind !== 'pin' || !this.#options.mayPin(message.opened.pk)) return { what: 'effect' };
    const target = this.#slots.get(content.ref)?.target;
    return target !== undefined && counts({ message, effect: content }, target)
      ? { what: content.pinned ? 'pinned' : 'unpinned', target: target.message.mid }
      : { what: 'effect' };
  }

  #person(message: Candidate): Person {
    const known = this.#people.get(message);
    if (known !== undefined) return known;
    const { pk, name } = message.opened;
    const person = personOf(this.#options.id, pk, name);
    this.#people.set(message, person);
    return person;
  }

  #isOwn({ opened }: Candidate): boolean {
    return equalBytes(opened.pk, this.#options.idPk);
  }
}

function bySeq(a: { readonly seq: number }, b: { readonly seq: number }): number {
  return a.seq - b.seq;
}

// Anew, because an effect that was replaced may count again.
function effectsOn({ placed, target }: Slot): Effects {
  const effects = new Effects();
  for (const one of placed) effects.add(one, target, -Infinity);
  return effects;
}

/** The ref of the message that it answers. */
function answeredBy(content: Content): string | undefined {
  return content.kind === 'text' || content.kind === 'file' ? content.ref : undefined;
}

/** How a message is named by others: the first 16 bytes of its mid. */
function refOfKey(key: string): string {
  return key.slice(0, 2 * REF_BYTES);
}
