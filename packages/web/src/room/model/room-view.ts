// One room as the page sees it: models of signals, fed with what the SDK reports. Sockets, keys and retries are the
// SDK's; components hold no timer and keep nothing of the room.

import type {
  LinkOptions,
  Member,
  Message,
  PendingEffect,
  Person,
  Room,
  RoomFacts,
  RoomUpdate,
  Trouble,
} from '@mayfly/client';
import type { RoomId } from '@mayfly/protocol';
import { type ReadonlySignal, type Signal, computed, signal } from '@preact/signals';
import { ParsedTexts } from '../text/parsed-texts.ts';
import { RoomConnection } from './connection.ts';
import { Draft } from './draft.ts';
import type { DraftAbout } from './whole-draft.ts';
import type { RoomSummary } from './ended-room.ts';
import { Life } from './life.ts';
import type { ShownLink } from './link.ts';
import type { TroubleNotice } from './notices.ts';
import { Now } from './now.ts';
import { People } from './people.ts';
import { Timeline } from './timeline.ts';
import { Unread } from './unread.ts';

/** What the page asks of the SDK's room. */
export type ChatRoom = Pick<
  Room,
  | 'subscribe'
  | 'send'
  | 'edit'
  | 'react'
  | 'pin'
  | 'unpin'
  | 'unsend'
  | 'poll'
  | 'vote'
  | 'closePoll'
  | 'canErase'
  | 'typing'
  | 'retry'
  | 'discard'
  | 'rename'
  | 'keepAlive'
  | 'wake'
  | 'noteSaved'
  | 'changeLink'
  | 'leave'
  | 'close'
> &
  Partial<Pick<Room, 'files' | 'orders'>>;

type OrderUpdate = Extract<RoomUpdate, { type: 'removed' | 'ordered' | 'relinked' }>;

/** What is open about a message. */
export type Sheet = {
  readonly what: 'menu' | 'react' | 'info' | 'wordings' | 'unsend' | 'voters' | 'close-poll';
  readonly key: string;
  /** Where the mouse was pressed, in the window. */
  readonly at?: { readonly x: number; readonly y: number } | undefined;
};

/** Where the list goes. `marks`: marked until the next press; otherwise it gets the focus, and a ring for a moment. */
export type Jump = { readonly key: string; readonly marks?: boolean };

/** What stands above the oldest message. */
export type Opening = 'created' | 'alone_here' | 'start' | 'joined_late' | 'cut_off' | 'dropped';

const TICK_MS = 1000;
/** A tick this late means that the machine slept, and the connection with it. */
const SLEPT_MS = 10_000;
/** Seq 1 is the charter. */
const FIRST_MESSAGE_SEQ = 2;
/** A page that stays open for days holds at most these. */
export const MESSAGES_MAX = 5_000;

const NO_TROUBLE: Trouble = { server: false, others: [], lies: [] };

export class RoomView implements Disposable {
  readonly id: RoomId;
  readonly now = new Now();
  readonly connection = new RoomConnection(this.now);
  readonly people = new People();
  readonly timeline = new Timeline(this.now.ms, MESSAGES_MAX, ({ from }) => this.people.dropAuthor(from));
  readonly unread = new Unread((key) => this.timeline.markUnread(key));
  /** Rises when messages may have been pinned or unpinned. */
  readonly pinsVersion = signal(0);
  readonly draft = new Draft();
  readonly life: Life;
  readonly texts = new ParsedTexts();
  /** Edits, reactions and the like of our own that are not in the log yet. */
  readonly pending = signal<readonly PendingEffect[]>([]);
  /** Those that the server refused. */
  readonly failedEffects = computed(() => this.pending.value.filter(({ state }) => state === 'failed'));
  readonly sheet = signal<Sheet | undefined>(undefined);
  /** The message to go to; undefined once the list is there. */
  readonly jump = signal<Jump | undefined>(undefined);
  /** How many sealed messages could not be verified. */
  readonly unverified = signal(0);
  /** Signs that people here are shown different things. */
  readonly trouble = signal<Trouble | undefined>(undefined);
  /** Files that were chosen, until the part for them takes them over. */
  readonly chosenFiles = signal<readonly File[]>([]);
  /** How many files are in the tray or on their way. */
  readonly unsentFiles = signal(0);
  /** After this time, our next messages disappear. */
  readonly ttlMs = signal<number | undefined>(undefined);
  /** The server can't erase single messages, so the last one wasn't sent. */
  readonly timerIsRefused = signal(false);
  /** Files are about to be sent, with the draft as their caption. */
  readonly tray = signal<{ send(): void } | undefined>(undefined);
  /** Who else is typing. */
  readonly typing = signal<readonly Person[]>([]);
  /** Keys of people whose messages the reader has folded. */
  readonly muted = signal<ReadonlySet<string>>(new Set());
  /** Keys of messages of theirs that the reader went to. */
  readonly unfolded = signal<ReadonlySet<string>>(new Set());
  /** The room makes sounds. */
  readonly sounds = signal(false);
  /** Nothing tells the others that we are typing. */
  readonly isQuiet = signal(false);
  /** The messages of others that came last, without those of muted people. */
  readonly arrived = signal<readonly Message[]>([]);
  /** Key of the person whose sheet is open. */
  readonly aboutPerson = signal<string | undefined>(undefined);
  /** Out of sight, and over as soon as that can no longer be undone. */
  readonly isLeft = signal(false);
  /** The last moments, for the room to fade. */
  readonly vanishing = signal(false);
  readonly #room: ChatRoom;
  readonly #link: Signal<ShownLink>;
  readonly #pausedUntil = signal(0);
  readonly #openedAt = Date.now();
  readonly #facts = signal<RoomFacts | undefined>(undefined);
  readonly #timer: ReturnType<typeof setInterval>;
  #beatAt = Date.now();

  constructor(room: ChatRoom, link: ShownLink) {
    this.#room = room;
    this.id = link.room.id;
    this.#link = signal(link);
    const { now, facts, connection } = this;
    this.life = new Life({ now, facts, isLive: connection.isLive, keepAlive: () => room.keepAlive() });
    this.#timer = setInterval(() => this.#beat(), TICK_MS);
  }

  /** Another one once the owner has changed it. */
  get link(): ShownLink {
    return this.#link.value;
  }

  set link(link: ShownLink) {
    this.#link.value = link;
  }

  get facts(): ReadonlySignal<RoomFacts | undefined> {
    return this.#facts;
  }

  /** Undefined in a room without files. */
  get filePort(): Room['files'] | undefined {
    return this.#room.files;
  }

  get polls(): Pick<Room, 'poll' | 'vote' | 'closePoll'> {
    return this.#room;
  }

  readonly takesFiles = computed(() => this.#facts.value?.limits.files !== undefined);

  readonly isOwner = computed(() => this.#facts.value?.owner === true);

  readonly canEnd = computed(() => this.#facts.value?.canEnd === true);

  readonly canSetDoor = computed(() => this.#facts.value?.canSetDoor === true);

  /** Slow mode: how long until we may write again. */
  readonly pauseMs = computed(() => this.now.until(this.#facts.value?.slow ? this.#pausedUntil.value : 0));

  readonly opening = computed((): Opening | undefined => {
    const facts = this.#facts.value;
    const count = this.people.count.value;
    const isAlone = this.timeline.isEmpty.value && count <= 1;
    // The link of a new room can be copied before the server has let its creator in.
    if (isAlone && this.link.isNew) return 'created';
    if (facts === undefined || count === 0 || this.timeline.isCleared.value) return undefined;
    if (isAlone) return facts.owner ? 'created' : 'alone_here';
    if (this.timeline.hasDropped.value) return 'dropped';
    if (facts.history === 'none' && !facts.owner) return 'joined_late';
    return (this.timeline.firstSeq.value ?? 0) <= FIRST_MESSAGE_SEQ ? 'start' : 'cut_off';
  });

  update(update: RoomUpdate): void {
    switch (update.type) {
      case 'connection':
        return this.connection.update(update.connection);
      case 'facts':
        this.#facts.value = update.facts;
        return;
      case 'life':
        return this.life.update(update.expiresInMs);
      case 'members':
        return this.people.update(update.members, update.count, update.whole);
      case 'joined':
      case 'left':
      case 'renamed':
        return this.#addNotice(update);
      case 'removed':
      case 'ordered':
      case 'relinked':
        return this.#addOrder(update);
      case 'messages':
        return this.#addMessages(update.messages, update.history);
      case 'outbox':
        this.timeline.setOutbox(update.outgoing);
        return this.draft.updateOutbox(update.outgoing, update.safe);
      case 'trimmed':
        return this.timeline.notice((notices, after) => {
          for (const { text, at } of update.messages) notices.add({ type: 'trimmed', text }, at, after);
        });
      case 'reset':
        return this.#reset(update.reason);
      case 'unverified':
        this.unverified.value = update.count;
        return;
      case 'trouble':
        return this.#noteTrouble(update.trouble);
      case 'gone':
        this.pinsVersion.value += 1;
        return this.timeline.remove(update.keys);
      case 'unsent':
        return this.timeline.addUnsent(update.unsent);
      // Whoever opened the room moves it to its new link.
      case 'link':
        return;
      case 'pending':
        this.pending.value = update.effects;
        return;
      case 'typing':
        this.typing.value = update.people.filter((person) => !this.isMuted(person));
        return;
      case 'notices':
        this.pinsVersion.value += 1;
        return this.timeline.addTalk(update.notices);
    }
  }

  #addNotice(update: Extract<RoomUpdate, { type: 'joined' | 'left' | 'renamed' }>): void {
    const { person, at } = update;
    if (update.type !== 'renamed') this.people.see(person);
    this.timeline.notice((notices, after) => {
      if (update.type === 'joined') notices.joined(person, at, after);
      else if (update.type === 'left') notices.left(person, at, after, update.awaySince);
      else notices.add({ type: 'renamed', person, before: update.before }, at, after);
    });
  }

  #addOrder({ seq, at = 0, ...order }: OrderUpdate): void {
    this.timeline.notice((notices, { log }) => notices.add(order, at, { log, seq }));
  }

  #addMessages(messages: readonly Message[], history: boolean): void {
    const added = this.timeline.addMessages(messages);
    for (const { from } of added) this.people.addAuthor(from);
    if (history) return;
    const heard = added.filter(({ own, from }) => !own && !this.isMuted(from));
    this.unread.add(heard);
    this.arrived.value = heard;
  }

  // Both lists only grow.
  #noteTrouble(trouble: Trouble): void {
    const { others, lies } = this.trouble.peek() ?? NO_TROUBLE;
    this.trouble.value = trouble;
    this.timeline.notice((notices, after) => {
      const note = (what: Pick<TroubleNotice, 'person' | 'lie'>) =>
        notices.add({ type: 'trouble', ...what }, Date.now(), after);
      for (const { person } of trouble.others.slice(others.length)) note({ person });
      for (const lie of trouble.lies.slice(lies.length)) note({ lie });
    });
  }

  #reset(reason: Extract<RoomUpdate, { type: 'reset' }>['reason']): void {
    this.timeline.notice((notices, after) => notices.add({ type: 'reset', reason }, Date.now(), after));
    // The log that follows counts from 1 again.
    if (reason !== 'too_old') this.timeline.beginLog();
  }

  /** The person changed the draft. */
  type(text: string): void {
    this.draft.text.value = text;
    this.#room.typing(text !== '' && !this.isQuiet.peek());
  }

  /** False if there are none, or the server takes none. */
  attach(files: FileList | null | undefined): boolean {
    if (!this.takesFiles.peek() || !files?.length) return false;
    this.chosenFiles.value = [...this.chosenFiles.peek(), ...files];
    return true;
  }

  /** Sends the draft, and answers with the message's key. Undefined if it can't be sent; it stays where it is then. */
  send(): string | undefined {
    if (this.pauseMs.peek() > 0) return undefined;
    const isEdit = this.draft.about.peek()?.what === 'edit';
    const tray = this.tray.peek();
    if (tray !== undefined && !isEdit) {
      if (this.draft.roomLeft.peek() >= 0) tray.send();
      return undefined;
    }
    const key = this.draft.submit((text, about) => this.#submit(text, about));
    if (key !== undefined) this.#pause();
    if (key !== undefined && !isEdit) this.goToEnd();
    return key;
  }

  // By our own clock; the server counts from when it gets the message, and says how long is left.
  #pause(): void {
    const { slow = 0, powers = 0 } = this.#facts.peek() ?? {};
    if (slow > 0 && powers === 0) this.#pausedUntil.value = Date.now() + slow * 1000;
  }

  /** To what we have just sent. */
  goToEnd(): void {
    this.timeline.markUnread(undefined);
    this.unread.atEnd.value = true;
  }

  #submit(text: string, about: DraftAbout | undefined): string | undefined {
    if (about?.what === 'edit') return this.#edit(about.key, text) ? about.key : undefined;
    const isReply = about !== undefined && this.timeline.message(about.key) !== undefined;
    const ttlMs = this.ttlMs.peek();
    const options = { ...(isReply && { replyTo: about.key }), ...(ttlMs !== undefined && { ttlMs }) };
    const sent = this.#room.send(text, options);
    this.timerIsRefused.value = !sent.ok && sent.reason === 'not_supported';
    return sent.ok ? sent.key : undefined;
  }

  /** The same wording again is no edit. */
  #edit(key: string, text: string): boolean {
    return this.timeline.message(key)?.text === text || this.#room.edit(key, text).ok;
  }

  /** Puts the text of one of our own messages into the composer. */
  beginEdit(key: string): void {
    const message = this.timeline.message(key);
    if (message !== undefined && canEdit(message)) this.draft.edit(key, message.text ?? '');
  }

  /** False if there is none. */
  editLast(): boolean {
    const last = this.timeline.newest(canEdit);
    if (last !== undefined) this.beginEdit(last.key);
    return last !== undefined;
  }

  /** Our reaction to a message; the one that we have is taken back. */
  react(key: string, emoji: string): void {
    const isOurs = this.timeline.message(key)?.reactions.some((one) => one.own && one.emoji === emoji);
    this.#room.react(key, isOurs ? '' : emoji);
  }

  /** Whether this server erases messages. */
  get canUnsend(): boolean {
    return this.#room.canErase === true;
  }

  /** Takes back one of our own. `again`: its text goes into the composer, before what is there. */
  unsend(key: string, again = false): void {
    const text = this.timeline.message(key)?.text ?? '';
    if (!this.#room.unsend(key).ok || !again) return;
    this.draft.cancel();
    const written = this.draft.text.peek();
    this.type(written === '' ? text : `${text}\n${written}`);
  }

  /** Only the owner can. */
  pin(key: string, pinned: boolean): void {
    if (pinned) this.#room.pin(key);
    else this.#room.unpin(key);
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

  isMuted({ idPk }: Person): boolean {
    return this.muted.value.has(idPk);
  }

  /** For this reader alone. */
  mute({ idPk }: Person, isMuted: boolean): void {
    const others = [...this.muted.peek()].filter((one) => one !== idPk);
    this.muted.value = new Set(isMuted ? [...others, idPk] : others);
  }

  /** Shows one message, also of someone who is muted. */
  unfold(key: string): void {
    this.unfolded.value = new Set([...this.unfolded.peek(), key]);
  }

  /** Tells the room that we saved a copy. */
  noteSaved(): void {
    this.#room.noteSaved();
  }

  /** For what the owner and moderators order. */
  get orders(): Room['orders'] | undefined {
    return this.#room.orders;
  }

  /** Only where the facts say that this tab can. */
  changeLink(options: LinkOptions): ReturnType<Room['changeLink']> {
    return this.#room.changeLink(options);
  }

  /** Whether this tab can remove them from the room. */
  canRemove(person: Member): boolean {
    const { canRemove, owner } = this.#facts.value ?? {};
    return canRemove === true && !person.you && !person.owner && (owner === true || person.powers === 0);
  }

  /** Whether this tab can change what they may order. */
  canEmpower({ you, owner }: Member): boolean {
    return this.#facts.value?.canAmend === true && !you && !owner;
  }

  /** Says goodbye. */
  leave(): void {
    this.#room.leave();
  }

  /** Goes without a goodbye. */
  close(): void {
    this.#room.close();
  }

  /** The page was looked at again, or the network came or went: check the connection at once. */
  wake(seen: { visible: boolean; online: boolean }): void {
    this.unread.setVisible(seen.visible);
    this.connection.setOnline(seen.online);
    this.#tick();
    if (seen.visible) this.#room.wake();
  }

  tryNow(): void {
    this.#room.wake();
  }

  summary(): RoomSummary {
    return {
      id: this.id,
      messages: this.timeline.messagesSeen,
      names: this.people.seenCount,
      openedAt: this.#openedAt,
      endedAt: Date.now(),
      lifeMs: this.#facts.value?.lifeMs ?? 0,
      wasIn: this.#facts.value !== undefined,
    };
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.unread[Symbol.dispose]();
  }

  // Browsers slow down hidden pages; that is no sleep.
  #beat(): void {
    const late = Date.now() - this.#beatAt;
    this.#beatAt = Date.now();
    this.#tick();
    if (late > SLEPT_MS && this.unread.isVisible) this.#room.wake();
  }

  #tick(): void {
    const now = this.now.refresh();
    this.timeline.setNow(now);
    this.timeline.notice((notices, after) => notices.pass(now, after));
    this.life.tick();
  }
}

/** A message of our own with a text, and not a poll. */
export function canEdit({ own, text, poll }: Message): boolean {
  return own && text !== undefined && poll === undefined;
}
