// A room that this page is in: join, hear, say, come back, end. Each part has its own file; here they meet.

import {
  BODY_BYTES_MAX,
  type EndedReason,
  type Greeting,
  KEEP_EVERY_MS,
  type Live,
  type LogEvent,
  type MemberProfile,
  POWER,
  type Refused,
  type ServerSealed,
  type Welcome,
  equalBytes,
  utf8,
} from '@mayfly/protocol';
import { type Clock, systemClock } from './clock.ts';
import { Connection, type ConnectionEvents } from './connection/connection.ts';
import type { Charter } from './crypto/charter.ts';
import { type JoinProof, makeJoin } from './crypto/join-proof.ts';
import { type EpochKeys, type RoomSecrets, epochKeys, roomSecrets } from './crypto/keys.ts';
import { cleanName, nameFits, safetyCode } from './crypto/person.ts';
import { openProfile, sealProfile } from './crypto/profile.ts';
import { type RandomBytes, secureRandom } from './crypto/random.ts';
import { type Identity, forgetIdentity, identityOf, keepIdentity, settleIn } from './people/identity.ts';
import { overwrite } from './overwrite.ts';
import type { RoomLink } from './link.ts';
import { UpdateEmitter, type RoomListener } from './update-emitter.ts';
import { Outbox } from './outgoing/outbox.ts';
import { OwnProfile } from './outgoing/own-profile.ts';
import { type LastSeen, endByAnswer, endByCode, endByWord, isFinal } from './room-end.ts';
import { type Batch, RoomLog } from './log/room-log.ts';
import type { RoomEnd } from './room-updates.ts';
import { Roster } from './people/roster.ts';
import { Sealer } from './outgoing/sealer.ts';
import type { Room, RoomOptions, SendResult } from './room.ts';
import { StoredOutbox } from './outgoing/stored-outbox.ts';
import { RoomStorage, type TabStorage } from './storage/tab-storage.ts';
import { hasVisibleText } from './visible-text.ts';
import { checkWelcome } from './governance/welcome-check.ts';

/** What a welcome announces comes within this time, or a new join goes on behind what came. */
export const CATCH_UP_MS = 60_000;

/** How far the server's clock may be ahead of ours at the end of a life. */
const CLOCK_SLACK_MS = 10_000;

/** Joins, and comes back by itself until the room ends or is closed. What happens is told to those who subscribe. */
export function openRoom(options: RoomOptions): Room {
  return new LiveRoom(options);
}

class LiveRoom implements Room {
  readonly #link: RoomLink;
  readonly #storage: TabStorage;
  readonly #clock: Clock;
  readonly #random: RandomBytes;
  readonly #secrets: RoomSecrets;
  readonly #keys: EpochKeys;
  readonly #connection: Connection;
  readonly #sealer: Sealer;
  readonly #outbox: Outbox;
  readonly #roster: Roster;
  readonly #updates = new UpdateEmitter();
  readonly #log: RoomLog;
  readonly #profile: OwnProfile;
  #identity: Identity;
  #welcome: Welcome | undefined;
  // As far as we have heard: a loss of the connection may hide a longer life.
  #endsAt = 0;
  // From a welcome until everything it announced is here.
  #catchingUp: Disposable | undefined;
  // While the server takes no other wish to keep the room (LIFE-3).
  #kept: Disposable | undefined;
  #over = false;

  constructor(options: RoomOptions) {
    const { link, storage, transport, clock = systemClock, random = secureRandom } = options;
    this.#link = link;
    this.#storage = storage;
    this.#clock = clock;
    this.#random = random;
    this.#secrets = roomSecrets(link.secret);
    this.#keys = epochKeys(this.#secrets.root, link.id, 0);
    this.#identity = identityOf(options, link.id, random);
    settleIn(storage, link.id, this.#identity);
    this.#connection = new Connection({ transport, clock, random }, this.#connectionEvents());
    this.#sealer = new Sealer(this.#keys, this.#identity, random);
    const store = new StoredOutbox(new RoomStorage(storage, link.id));
    this.#outbox = new Outbox({
      clock,
      store,
      seal: (text, at) =>
        this.#sealer.seal({ text, at, name: this.#identity.name, statement: this.#log.statement() }),
      restartChain: () => this.#sealer.restart(),
      send: (frame) => this.#connection.send(frame),
      distrust: () => this.#connection.restart(),
      bufferedBytes: () => this.#connection.bufferedBytes,
      changed: (outgoing) => this.#updates.outbox(outgoing, store.isSafe),
      trimmed: (messages) => this.#updates.trimmed(messages),
    });
    this.#roster = new Roster({
      id: link.id,
      idPk: this.#identity.pk,
      clock,
      tell: (news) => this.#updates.tell(news),
    });
    this.#roster.nameSelf(this.#identity.name);
    const keysOf = (epoch: number) => (epoch === this.#keys.epoch ? this.#keys : undefined);
    this.#log = new RoomLog({ id: link.id, idPk: this.#identity.pk, keysOf }, () => clock.now());
    this.#profile = new OwnProfile({
      clock,
      seal: (slot) => this.#sealProfile(slot),
      send: (frame) => this.#connection.send(frame),
    });
    queueMicrotask(() => this.#start());
  }

  subscribe(listener: RoomListener): Disposable {
    return this.#updates.subscribe(listener);
  }

  send(text: string): SendResult {
    if (this.#over) return { ok: false, reason: 'ended' };
    if (!hasVisibleText(text)) return { ok: false, reason: 'empty' };
    if (utf8(text).length > BODY_BYTES_MAX) return { ok: false, reason: 'too_long' };
    return { ok: true, key: this.#outbox.add(text, this.#clock.now()) };
  }

  retry(key: string): void {
    if (!this.#over) this.#outbox.retry(key);
  }

  discard(key: string): void {
    if (!this.#over) this.#outbox.discard(key);
  }

  rename(name: string): { readonly ok: boolean } {
    if (this.#over || !nameFits(cleanName(name))) return { ok: false };
    this.#identity = { ...this.#identity, name: cleanName(name) };
    keepIdentity(this.#storage, this.#link.id, this.#identity);
    this.#roster.nameSelf(this.#identity.name);
    this.#profile.renew();
    return { ok: true };
  }

  keepAlive(): void {
    if (!this.#log.isOpen || this.#kept !== undefined) return;
    this.#kept = this.#clock.after(KEEP_EVERY_MS, () => {
      this.#kept = undefined;
    });
    this.#connection.say({ type: 'keep' });
  }

  wake(): void {
    this.#connection.wake();
  }

  leave(): void {
    if (this.#log.isOpen) this.#connection.say({ type: 'leave' });
    this.#end({ why: 'left' });
  }

  close(): void {
    this.#stop();
  }

  #start(): void {
    this.#outbox.start();
    this.#connection.start();
  }

  #connectionEvents(): ConnectionEvents {
    return {
      greeting: (frame) => this.#greet(frame),
      live: (frame) => this.#dispatch(frame),
      sealed: (frame) => this.#hearSealed(frame),
      changed: () => this.#updates.connection(this.#connection.state),
      lost: () => this.#lost(),
      over: (code) => this.#end(endByCode(code, this.#lastSeen())),
    };
  }

  #greet(frame: Greeting): void {
    switch (frame.type) {
      case 'challenge':
        return this.#join(frame.nonce);
      case 'welcome':
        return this.#enter(frame);
      case 'ended':
        return this.#endByWord(frame.reason);
      case 'denied':
      case 'wrong_passphrase':
      case 'closed':
      case 'full':
      case 'not_admitted':
        return this.#end(endByAnswer(frame.type, this.#lastSeen()));
    }
  }

  #dispatch(frame: Live): void {
    switch (frame.type) {
      case 'presence':
        return this.#roster.presence(frame);
      case 'life':
        return this.#live(frame.expiresInMs);
      case 'refused':
        return this.#refused(frame);
      case 'ended':
        return this.#endByWord(frame.reason);
    }
  }

  #hearSealed(frame: ServerSealed): void {
    if (!this.#log.isOpen) return;
    if (frame.type === 'profile') this.#hearProfile(frame);
    else this.#read(frame);
  }

  #join(nonce: Uint8Array): void {
    const position = this.#log.ask();
    this.#connection.answer(
      makeJoin({
        id: this.#link.id,
        identity: this.#identity,
        nonce,
        ...this.#proof(),
        secrets: this.#secrets,
        epoch: this.#keys.epoch,
        ...(position && { position }),
      }),
    );
  }

  // An owner gets into a full or closed room, also the first time.
  #proof(): JoinProof {
    const { joined, ownerCode } = this.#identity;
    if (joined) return { as: 'member' };
    return ownerCode === undefined ? { as: 'key' } : { as: 'owner', ownerCode };
  }

  #enter(welcome: Welcome): void {
    const checked = checkWelcome(welcome, this.#link.id, this.#secrets, this.#keys);
    if (!checked.ok) {
      this.#end(checked.end);
      return;
    }
    if (!this.#log.fits(welcome)) {
      this.#connection.reject();
      return;
    }
    this.#letGo();
    if (this.#over) return;
    this.#log.enter(welcome, { ownerPk: checked.ownerPk, moderators: checked.charter.moderators });
    this.#settle(welcome, checked.charter);
  }

  #settle(welcome: Welcome, charter: Charter): void {
    const last = this.#welcome;
    this.#welcome = welcome;
    // In a log every chain begins with its first message, so the gap before any other is told (RECV-7).
    if (last !== undefined && last.logId !== welcome.logId) this.#sealer.restart();
    this.#rememberJoin();
    const owners = charter.moderators.filter(({ mask }) => (mask & POWER.owner) !== 0);
    this.#roster.setOwners(owners.map(({ idPk }) => idPk));

    this.#connection.established();
    this.#updates.facts({
      id: this.#link.id,
      lifeMs: welcome.lifeMs,
      history: welcome.history,
      limits: welcome.limits,
      safetyCode: safetyCode(this.#keys.fingerprint),
      owner: owners.some(({ idPk }) => equalBytes(idPk, this.#identity.pk)),
    });
    this.#live(welcome.expiresInMs);
    if (last !== undefined && welcome.mode === 'reset') this.#updates.reset(welcome, last.logId);
    this.#profile.enter(welcome.slot, last !== undefined && equalBytes(last.slot, welcome.slot));
    if (this.#log.caughtUp) this.#caughtUp(welcome);
    else if (!this.#over) this.#catchingUp = this.#clock.after(CATCH_UP_MS, () => this.#connection.restart());
  }

  #rememberJoin(): void {
    if (this.#identity.joined) return;
    this.#identity = { ...this.#identity, joined: true };
    keepIdentity(this.#storage, this.#link.id, this.#identity);
  }

  #sealProfile(slot: Uint8Array): Uint8Array {
    const { name, xPk } = this.#identity;
    const profile = { xPk, at: this.#clock.now(), name };
    return sealProfile(this.#keys, this.#identity, slot, profile, this.#random);
  }

  #hearProfile(frame: MemberProfile): void {
    this.#profile.heard(frame.sealed);
    const profile = openProfile(this.#keys, frame);
    if (profile !== undefined) this.#roster.profile(frame, profile);
  }

  #read(event: LogEvent): void {
    const read = this.#log.read(event);
    if (read.outcome === 'held') return;
    if (read.outcome === 'hole') {
      this.#connection.restart();
      return;
    }
    this.#show(read);
    if (read.live) this.#live(this.#welcome?.lifeMs ?? 0);
    else if (this.#welcome !== undefined) this.#caughtUp(this.#welcome);
  }

  #caughtUp(welcome: Welcome): void {
    this.#catchingUp?.[Symbol.dispose]();
    this.#outbox.caughtUp(welcome);
  }

  #show({ history, fresh, unsent, authors, echoes, live }: Batch): void {
    for (const { pk, name, at } of authors) {
      this.#roster.heardFrom(pk, name, at);
      if (live) this.#roster.wrote(pk);
    }
    this.#updates.messages(history, true);
    this.#updates.messages(fresh, false);
    this.#updates.unsent(unsent);
    this.#outbox.received(echoes);
    this.#updates.unverified(this.#log.unverified);
  }

  #live(expiresInMs: number): void {
    this.#endsAt = this.#clock.now() + expiresInMs;
    this.#updates.life(expiresInMs);
  }

  #lastSeen(slackMs = 0): LastSeen {
    if (this.#welcome === undefined) return 'never';
    return this.#clock.now() + slackMs < this.#endsAt ? 'alive' : 'overdue';
  }

  // Our clock began later than the server's by what its last word took to come.
  #slack(): number {
    return Math.min(CLOCK_SLACK_MS, (this.#welcome?.lifeMs ?? 0) / 2);
  }

  #refused({ n, code, retryAfterMs }: Refused): void {
    if (n === undefined) this.#profile.refused(retryAfterMs);
    else this.#outbox.refused(n, code, retryAfterMs);
  }

  #lost(): void {
    this.#letGo();
    this.#outbox.suspend();
  }

  #letGo(): void {
    this.#stopTimers();
    const held = this.#log.leave();
    this.#outbox.hold();
    this.#profile.suspend();
    this.#show(held);
  }

  #end(end: RoomEnd): void {
    if (this.#over) return;
    if (isFinal(end)) forgetIdentity(this.#storage, this.#link.id);
    this.#stop(end);
  }

  #endByWord(reason: EndedReason): void {
    this.#end(endByWord(reason, this.#lastSeen(this.#slack())));
  }

  #stopTimers(): void {
    this.#catchingUp?.[Symbol.dispose]();
    this.#kept?.[Symbol.dispose]();
    this.#kept = undefined;
  }

  // Nothing of the room is left in memory that could be overwritten.
  #stop(end?: RoomEnd): void {
    this.#over = true;
    this.#stopTimers();
    this.#log.clear();
    this.#connection.end();
    this.#profile.suspend();
    this.#outbox.clear();
    this.#roster.close();
    overwrite(this.#keys, this.#secrets, this.#identity);
    this.#updates.close(end);
  }
}
