// A room this page is in: join, receive, send, come back, end. Each part has its own file; this one conducts them.

import {
  ByteReader,
  type Command,
  type EndedReason,
  type Ephemeral,
  type Greeting,
  type Live,
  type LogEvent,
  type MemberProfile,
  OP_CHARTER,
  type Refused,
  type ServerSealed,
  type Welcome,
  epochOf,
  equalBytes,
  POWER,
  maskOf,
  toBase64url,
} from '@mayfly/protocol';
import { verifyCommand } from './crypto/command.ts';
import { openTyping } from './crypto/ephemeral.ts';
import { makeJoin } from './crypto/join-proof.ts';
import { openProfile } from './crypto/profile.ts';
import type { CharterInForce } from './governance/in-force.ts';
import type { OrderPort } from './governance/orders.ts';
import { isEnd } from './governance/room-law.ts';
import { checkWelcome } from './governance/welcome-check.ts';
import type { LinkChanged } from './governance/link-change.ts';
import type { LinkFollower } from './link-follower.ts';
import type { FilePort } from './files/file-port.ts';
import type { Batch } from './log/room-log.ts';
import { endByAnswer, endByCode, endByWord, isFinal } from './room-end.ts';
import { type RoomParts, makeParts, startParts, stopParts } from './room-parts.ts';
import { SLICE_ITEMS, type Sliced, finish, inSlices } from './log/sliced.ts';
import type { Identity } from './people/identity.ts';
import type { CharterView, Person, RoomEnd } from './room-updates.ts';
import type {
  LinkOptions,
  PollDraft,
  PollResult,
  Room,
  RoomOptions,
  SendOptions,
  SendResult,
} from './room.ts';
import type { RoomListener } from './update-emitter.ts';

/** If the events that a welcome announced take longer, the room is joined again. */
export const CATCH_UP_MS = 60_000;

/** Joins, and reconnects by itself until the room ends or is closed. Subscribers learn what happens. */
export function openRoom(options: RoomOptions): Room {
  return new LiveRoom(options);
}

/** Messages that a page takes in one go; only what is in sight costs it more. */
const SHOWN_AT_ONCE = 256;

const ENDED = { ok: false, reason: 'ended' } as const;

type CommandEvent = Extract<LogEvent, { type: 'command' }>;

class LiveRoom implements Room {
  readonly #link: RoomOptions['link'];
  readonly #parts: RoomParts;
  readonly #options: RoomOptions;
  #welcome: Welcome | undefined;
  // By the newest charter.
  #ownerPk = new Uint8Array(0);
  // From a welcome until everything it announced is here.
  #catchingUp: Disposable | undefined;
  // The next message that disappears by itself.
  #ending: Disposable | undefined;
  #endsAt: number | undefined;
  // Events that wait with nothing after them: more can join them.
  #joinable: LogEvent[] | undefined;
  #over = false;
  // Loaded when the room's link has changed, or is to change.
  #follower: LinkFollower | undefined;
  // We saw it change, so being denied means that we were left out.
  #isRelinked = false;

  constructor(options: RoomOptions) {
    this.#link = options.link;
    this.#parts = makeParts(options, {
      greeting: (frame) => this.#greet(frame),
      live: (frame) => this.#inOrder(() => this.#dispatch(frame)),
      sealed: (frame) => this.#open(frame),
      changed: () => this.#parts.updates.connection(this.#parts.connection.state),
      lost: () => this.#lost(),
      over: (code) => this.#end(endByCode(code, this.#parts.life.lastSeen)),
    });
    this.#options = options;
    queueMicrotask(() => startParts(this.#parts));
  }

  get files(): FilePort {
    return this.#parts.files;
  }

  subscribe(listener: RoomListener): Disposable {
    return this.#parts.updates.subscribe(listener);
  }

  get orders(): OrderPort {
    return {
      ...this.#parts,
      charter: () => this.#parts.inForce.charter,
      renewFacts: () => this.#noteFacts(),
    };
  }

  get canErase(): boolean | undefined {
    return this.#welcome?.features.includes('erase');
  }

  send(text: string, { replyTo, ttlMs }: SendOptions = {}): SendResult {
    if (this.#over) return ENDED;
    const result = this.#parts.talk.send(text, replyTo, ttlMs);
    if (result.ok) this.#parts.typing.sent();
    return result;
  }

  edit(key: string, text: string): ReturnType<Room['edit']> {
    return this.#over ? ENDED : this.#parts.talk.edit(key, text);
  }

  unsend(key: string): ReturnType<Room['unsend']> {
    if (this.#over) return ENDED;
    const { log, talk, files } = this.#parts;
    const content = log.find(key)?.content;
    const result = talk.unsend(key);
    if (result.ok && content?.kind === 'file') files.unsent(content.file.fid);
    return result;
  }

  react(key: string, emoji: string): ReturnType<Room['react']> {
    return this.#over ? ENDED : this.#parts.talk.react(key, emoji);
  }

  pin(key: string): ReturnType<Room['pin']> {
    return this.#over ? ENDED : this.#parts.talk.pin(key, true);
  }

  unpin(key: string): ReturnType<Room['unpin']> {
    return this.#over ? ENDED : this.#parts.talk.pin(key, false);
  }

  poll(poll: PollDraft): PollResult {
    return this.#over ? ENDED : this.#parts.talk.poll(poll);
  }

  vote(key: string, options: readonly number[]): ReturnType<Room['vote']> {
    return this.#over ? ENDED : this.#parts.talk.vote(key, options);
  }

  closePoll(key: string): ReturnType<Room['closePoll']> {
    return this.#over ? ENDED : this.#parts.talk.closePoll(key);
  }

  noteSaved(): { readonly ok: boolean } {
    if (!this.#over) this.#parts.talk.noteSaved();
    return { ok: !this.#over };
  }

  async changeLink(options?: LinkOptions): Promise<LinkChanged> {
    const follower = await this.#load();
    return this.#over ? ENDED : follower.change(options, this.#welcome);
  }

  retry(key: string): void {
    if (!this.#over) this.#parts.outbox.retry(key);
  }

  discard(key: string): void {
    if (!this.#over) this.#parts.outbox.discard(key);
  }

  rename(name: string): { readonly ok: boolean } {
    const { self, roster, profile } = this.#parts;
    if (this.#over || !self.rename(name)) return { ok: false };
    roster.nameSelf(self.name);
    profile.renew();
    return { ok: true };
  }

  typing(isTyping: boolean): void {
    if (this.#parts.log.isOpen) this.#parts.typing.set(isTyping);
  }

  keepAlive(): void {
    if (this.#parts.log.isOpen) this.#parts.keepAlive.ask();
  }

  wake(): void {
    this.#endTimed();
    this.#parts.connection.wake();
  }

  leave(): void {
    if (this.#parts.log.isOpen) this.#parts.connection.say({ type: 'leave' });
    this.#end({ why: 'left' });
  }

  close(): void {
    this.#stop();
  }

  #greet(frame: Greeting): void {
    this.#parts.intake.finish();
    if (frame.type === 'challenge') this.#join(frame.nonce);
    else if (frame.type === 'welcome') this.#enter(frame);
    else if (frame.type === 'ended') this.#endByWord(frame.reason);
    else if (this.#isRelinked && frame.type === 'denied') this.#end({ why: 'link_changed' });
    else this.#end(endByAnswer(frame.type, this.#parts.life.lastSeen));
  }

  #dispatch(frame: Live): void {
    switch (frame.type) {
      case 'presence':
        this.#parts.roster.presence(frame);
        return this.#parts.typists.refresh();
      case 'life':
        return this.#parts.life.expiresIn(frame.expiresInMs);
      case 'refused':
        return this.#refused(frame);
      case 'ended':
        return this.#endByWord(frame.reason);
      case 'fileOpen':
      case 'fileRefused':
      case 'fileErased':
        return this.#parts.files.receive(frame);
    }
  }

  #open(frame: ServerSealed): void {
    if (frame.type === 'rotation') return this.#follower?.receive(frame.frame);
    if (!this.#parts.log.isOpen) return;
    if (frame.type === 'command' && this.#isNewLink(frame)) return this.#relink(frame);
    if (frame.type === 'profile') this.#inOrder(() => this.#receiveProfile(frame));
    else if (frame.type === 'ephemeral') this.#inOrder(() => this.#receiveSignal(frame));
    else this.#read(frame);
  }

  // Up to its head, a welcome's epoch is right: what names a later one there is judged like any command.
  #isNewLink({ seq, command }: CommandEvent): boolean {
    return (
      newEpochIn(command) > this.#parts.keys.current.epoch &&
      seq > (this.#welcome?.seq ?? 0) &&
      verifyCommand({ ...command, signerPk: this.#ownerPk })
    );
  }

  async #load(): Promise<LinkFollower> {
    const part = await import('./link-follower.ts');
    this.#follower ??= new part.LinkFollower(this.#options, this.#parts);
    return this.#follower;
  }

  // Without its slice, this page comes back: the next welcome brings what it needs, and the charter again (ROTATE-6).
  #relink(event: CommandEvent): void {
    const { intake, connection } = this.#parts;
    this.#isRelinked = true;
    intake.finish();
    if (this.#follower?.moves(event) === true) return this.#read(event);
    connection.restart();
    this.#comeBack();
  }

  #comeBack(): void {
    this.#load().then(
      () => this.#parts.connection.wake(),
      () => {},
    );
  }

  // After the events that came before it.
  #inOrder(run: () => void): void {
    const { intake } = this.#parts;
    if (intake.isIdle) return run();
    this.#joinable = undefined;
    intake.put(() => inSlices([run], ([now]) => now?.()));
  }

  #join(nonce: Uint8Array): void {
    const { self, keys, log, connection } = this.#parts;
    const position = log.ask();
    connection.answer(
      makeJoin({
        id: this.#link.id,
        identity: self.keys,
        nonce,
        ...self.proof,
        secrets: keys.secrets,
        epoch: keys.current.epoch,
        ...(position && { position }),
      }),
    );
  }

  #enter(welcome: Welcome): void {
    const { keys, log, connection } = this.#parts;
    if (welcome.epoch !== keys.current.epoch) {
      if (this.#follower === undefined) {
        connection.reject();
        return this.#comeBack();
      }
      const end = this.#follower.enter(welcome);
      if (end !== undefined) this.#end(end);
      if (welcome.epoch !== keys.current.epoch) return;
    }
    const charter = checkWelcome(welcome, this.#link.id, keys);
    if (charter === undefined) return this.#end({ why: 'false_room' });
    if (!log.fits(welcome)) return connection.reject();
    this.#pause();
    if (this.#over) return;
    log.enter(welcome, charter);
    this.#settle(welcome, charter);
  }

  #settle(welcome: Welcome, charter: CharterInForce): void {
    const {
      self,
      outbox,
      talk,
      connection,
      updates,
      life,
      profile,
      typing,
      files,
      log,
      clock,
      commands,
      inForce,
    } = this.#parts;
    const last = this.#welcome;
    this.#welcome = welcome;
    this.#ownerPk = Uint8Array.from(charter.ownerPk);
    // In each log a chain begins with its first message, so a gap before any other can be noticed (RECV-7).
    if (last !== undefined && last.logId !== welcome.logId) outbox.restartChain();
    self.noteJoined();
    connection.established();
    commands.isTaken = welcome.features.includes('commands');
    inForce.enter(welcome, charter);
    this.#noteFacts();
    life.expiresIn(welcome.expiresInMs);
    if (last !== undefined && welcome.mode === 'reset') updates.reset(welcome, last.logId);
    if (welcome.features.includes('ephemeral')) typing.enter(welcome.slot);
    talk.serverErases(welcome.features.includes('erase'));
    files.enter(welcome);
    profile.enter(welcome.slot, last !== undefined && equalBytes(last.slot, welcome.slot));
    if (log.caughtUp) this.#caughtUp(welcome);
    else if (!this.#over) this.#catchingUp = clock.after(CATCH_UP_MS, () => connection.restart());
  }

  #receiveProfile(frame: MemberProfile): void {
    const { profile, keys, roster } = this.#parts;
    profile.received(frame.sealed);
    const sealedIn = keys.of(epochOf(frame.sealed));
    const opened = sealedIn && openProfile(sealedIn, frame);
    if (opened !== undefined) roster.profile(frame, opened);
  }

  #receiveSignal({ sealed }: Ephemeral): void {
    const typing = openTyping(this.#parts.keys.current, sealed);
    if (typing !== undefined) this.#parts.typists.signal(typing);
  }

  #read(event: LogEvent): void {
    const { log, connection } = this.#parts;
    const read = log.read(event);
    if (read.outcome === 'hole') connection.restart();
    else if (read.outcome === 'events') this.#take(read.events, read.live);
  }

  // Of events that come while others are being received, a few are received in one go.
  #take(events: readonly LogEvent[], live: boolean): void {
    if (live && this.#joinable !== undefined && this.#joinable.length < SLICE_ITEMS) {
      this.#joinable.push(...events);
      return;
    }
    const batch = [...events];
    if (live) this.#joinable = batch;
    this.#parts.intake.put(() => {
      if (this.#joinable === batch) this.#joinable = undefined;
      return this.#receive(batch, live);
    });
  }

  *#receive(events: readonly LogEvent[], live: boolean): Sliced<void> {
    const { log, life } = this.#parts;
    yield* this.#show(yield* log.receive(events, live));
    if (this.#over) return;
    if (live) life.restart();
    else if (this.#welcome !== undefined) this.#caughtUp(this.#welcome);
  }

  #caughtUp(welcome: Welcome): void {
    this.#catchingUp?.[Symbol.dispose]();
    this.#parts.outbox.caughtUp(welcome);
    this.#parts.commands.bring(this.#parts.log.takeLost());
    this.#parts.commands.caughtUp();
  }

  *#show({ history, fresh, unsent, gone, authors, echoes, commands, live, trouble }: Batch): Sliced<void> {
    const { roster, typists, updates, outbox, talk, log } = this.#parts;
    yield* inSlices(authors, (slice) => {
      for (const { pk, name, at } of slice) {
        roster.nameByMessage(pk, name, at);
        if (live) roster.wrote(pk);
        typists.wrote(toBase64url(pk));
      }
    });
    updates.gone(gone);
    // The newest first: they are in sight.
    yield* inSlices(
      [...history.messages].reverse(),
      (slice) => updates.messages([...slice].reverse(), true),
      SHOWN_AT_ONCE,
    );
    updates.notices(history.notices, true);
    yield* inSlices(fresh.messages, (slice) => updates.messages(slice, false), SHOWN_AT_ONCE);
    updates.notices(fresh.notices, false);
    updates.unsent(unsent);
    outbox.received(echoes);
    talk.echoed();
    updates.unverified(log.unverified);
    updates.trouble(trouble);
    this.#awaitEnd();
    this.#obey(commands, live);
  }

  // What was known at the last welcome, and what was ordered since.
  #noteFacts(): void {
    const { inForce, self, roster, life, keys, commands, updates } = this.#parts;
    const { terms, charter } = inForce;
    if (this.#welcome === undefined || terms === undefined || charter === undefined) return;
    const { moderators, words } = charter;
    roster.setPowers(moderators);
    life.begin(terms.lifeMs);
    const takes = {
      commands: commands.isTaken,
      settings: commands.isTaken && this.#welcome.features.includes('settings'),
      rotation: this.#welcome.features.includes('rotation'),
    };
    const powers = powersOf(maskOf(moderators, self.pk), takes, self.keys);
    const owned = moderators.some(({ mask }) => (mask & POWER.owner) !== 0);
    updates.facts(this.#link.id, this.#welcome, keys.current, { ...words, ...terms, ...powers, owned });
  }

  #obey(commands: Batch['commands'], live: boolean): void {
    let hasChanged = false;
    for (const counted of commands) {
      const { bytes, command } = counted;
      const isOurs = this.#parts.commands.giver?.logged(bytes) === true;
      this.#noteRemoval(counted, live);
      this.#follower?.counted(counted, live);
      if (this.#over) return;
      hasChanged = this.#noteOrder(counted, live, isOurs) || hasChanged;
      if (isEnd(command)) return this.#end({ why: isOurs ? 'ended_by_you' : 'ended_by_owner' });
    }
    if (hasChanged) this.#noteFacts();
  }

  #noteOrder(counted: Batch['commands'][number], live: boolean, isOurs: boolean): boolean {
    const { inForce, updates, roster, self, clock } = this.#parts;
    const change = inForce.take(counted);
    if (change === undefined) return false;
    const { command, seq } = counted;
    const viewOf = ({ words, moderators }: CharterInForce): CharterView => ({
      ...words,
      powers: moderators.map(({ idPk, mask }) => ({ person: roster.person(idPk), mask })),
    });
    updates.notify({
      type: 'ordered',
      seq,
      change:
        'terms' in change ? change.terms : { before: viewOf(change.before), after: viewOf(change.after) },
      ...this.#signerOf(command),
      own: isOurs || equalBytes(command.signerPk, self.pk),
      ...(live && { at: clock.now() }),
    });
    return true;
  }

  // No one is named by the owner's own key.
  #signerOf({ signerPk }: Command): { readonly by?: Person } {
    return equalBytes(signerPk, this.#ownerPk) ? {} : { by: this.#parts.roster.person(signerPk) };
  }

  #noteRemoval({ removed, command, seq }: Batch['commands'][number], live: boolean): void {
    if (removed === undefined) return;
    const { self, roster, updates, clock } = this.#parts;
    const by = this.#signerOf(command);
    if (equalBytes(removed, self.pk)) return this.#end({ why: 'removed', ...by });
    const own = equalBytes(command.signerPk, self.pk);
    const person = roster.person(removed);
    roster.remove(removed);
    updates.notify({ type: 'removed', seq, person, ...by, own, ...(live && { at: clock.now() }) });
  }

  // By this page's own clock: no one announces it (SEND-9).
  #awaitEnd(): void {
    const { log, clock } = this.#parts;
    const at = log.nextEnd;
    if (at === this.#endsAt || this.#over) return;
    this.#ending?.[Symbol.dispose]();
    this.#endsAt = at;
    this.#ending =
      at === undefined ? undefined : clock.after(Math.max(0, at - clock.now()), () => this.#endTimed());
  }

  #endTimed(): void {
    this.#endsAt = undefined;
    const { intake, log } = this.#parts;
    intake.finish();
    if (!this.#over) finish(this.#show(log.endTimed()));
  }

  #refused(refused: Refused): void {
    const { n, c, code, retryAfterMs } = refused;
    this.#follower?.refused(refused);
    if (c !== undefined) this.#parts.commands.giver?.refused(refused);
    else if (n === undefined) this.#parts.profile.refused(retryAfterMs);
    else this.#parts.outbox.refused(n, code, retryAfterMs);
  }

  #lost(): void {
    this.#follower?.lost();
    this.#pause();
    this.#parts.outbox.suspend();
  }

  // Until the next welcome.
  #pause(): void {
    const { intake, log, outbox, profile, typing, files, typists, commands } = this.#parts;
    this.#stopTimers();
    commands.suspend();
    intake.finish();
    const held = log.leave();
    outbox.hold();
    profile.suspend();
    typing.suspend();
    files.suspend();
    typists.clear();
    finish(this.#show(held));
  }

  #endByWord(reason: EndedReason): void {
    this.#end(endByWord(reason, this.#parts.life.lastSeenAtEnd));
  }

  #end(end: RoomEnd): void {
    this.#parts.intake.finish();
    if (this.#over) return;
    if (isFinal(end)) this.#parts.self.forget();
    this.#stop(end);
  }

  #stopTimers(): void {
    this.#catchingUp?.[Symbol.dispose]();
    this.#parts.keepAlive.reset();
  }

  #stop(end?: RoomEnd): void {
    this.#over = true;
    this.#follower?.lost();
    this.#ending?.[Symbol.dispose]();
    this.#stopTimers();
    stopParts(this.#parts);
    this.#parts.updates.close(end);
  }
}

/** CHARTER-5: above the command's own epoch if it changes the link. 0 for other commands. */
function newEpochIn({ op, args }: Command): number {
  return op === OP_CHARTER ? new ByteReader(args).u32() : 0;
}

function powersOf(
  powers: number,
  takes: { readonly commands: boolean; readonly settings: boolean; readonly rotation: boolean },
  { ownerCode }: Pick<Identity, 'ownerCode'>,
) {
  const has = (power: number) => (powers & (power | POWER.owner)) !== 0;
  return {
    powers,
    owner: has(POWER.owner),
    canEnd: takes.commands && ownerCode !== undefined,
    canRemove: takes.commands && has(POWER.kick),
    canSetDoor: takes.settings && has(POWER.door),
    canAmend: takes.settings && ownerCode !== undefined,
    canChangeLink: takes.rotation && ownerCode !== undefined,
  };
}
