// A room that this page is in: join, hear, say, come back, end. Each part has its own file; here they meet.

import {
  BODY_BYTES_MAX,
  type LogEvent,
  type MemberProfile,
  POWER,
  type Refused,
  type ServerControl,
  type ServerSealed,
  type Welcome,
  encodeClientSealed,
  equalBytes,
  fromBase64url,
  utf8,
} from '@mayfly/protocol';
import { type Clock, systemClock } from './clock.ts';
import { Connection } from './connection.ts';
import type { Charter } from './crypto/charter.ts';
import { makeJoin } from './crypto/join-proof.ts';
import { type EpochKeys, type RoomSecrets, epochKeys, roomSecrets } from './crypto/keys.ts';
import { cleanName, nameFits, safetyCode } from './crypto/person.ts';
import { openProfile, sealProfile } from './crypto/profile.ts';
import { type RandomBytes, secureRandom } from './crypto/random.ts';
import { type Identity, type TabStorage, forgetIdentity, identityOf, keepIdentity } from './identity.ts';
import { overwrite } from './overwrite.ts';
import type { RoomLink } from './link.ts';
import { LogReader, continues, isContiguous } from './log-reader.ts';
import { Newsroom, type RoomListener } from './newsroom.ts';
import { Outbox } from './outbox.ts';
import { Receiver } from './receiver.ts';
import { endByAnswer, endByCode, isFinal } from './room-end.ts';
import type { Message, RoomEnd } from './room-news.ts';
import { Roster } from './roster.ts';
import { Sealer } from './sealer.ts';
import type { Room, RoomOptions, SendResult } from './room.ts';
import { checkWelcome } from './welcome-check.ts';

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
  readonly #newsroom = new Newsroom();
  #identity: Identity;
  // Both from the first welcome on.
  #receiver: Receiver | undefined;
  #welcome: Welcome | undefined;
  // Only while in: from a welcome to the loss of its connection.
  #reader: LogReader | undefined;
  #sameMember = false;
  // Messages up to here were written before this page came.
  #historyEnd = 0;
  #publishedName: string | undefined;
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
    keepIdentity(storage, link.id, this.#identity);
    this.#connection = new Connection(
      { transport, clock, random },
      {
        control: (frame) => this.#hearControl(frame),
        sealed: (frame) => this.#hearSealed(frame),
        changed: () => this.#newsroom.connection(this.#connection.state),
        lost: () => this.#lost(),
        over: (code) => this.#end(endByCode(code, this.#welcome !== undefined)),
      },
    );
    this.#sealer = new Sealer(this.#keys, this.#identity, random);
    this.#outbox = new Outbox({
      clock,
      seal: (text, at) =>
        this.#sealer.seal({ text, at, name: this.#identity.name, statement: this.#receiver?.statement() }),
      restartChain: () => this.#sealer.restart(),
      send: (frame) => this.#connection.send(frame),
      distrust: () => this.#connection.restart(),
      bufferedBytes: () => this.#connection.bufferedBytes,
    });
    this.#roster = new Roster({
      id: link.id,
      idPk: this.#identity.pk,
      clock,
      tell: (news) => this.#newsroom.tell(news),
    });
    this.#roster.nameSelf(this.#identity.name);
    queueMicrotask(() => this.#connection.start());
  }

  subscribe(listener: RoomListener): Disposable {
    return this.#newsroom.subscribe(listener);
  }

  send(text: string): SendResult {
    if (this.#over) return { ok: false, reason: 'ended' };
    if (text.trim() === '') return { ok: false, reason: 'empty' };
    if (utf8(text).length > BODY_BYTES_MAX) return { ok: false, reason: 'too_long' };
    const key = this.#outbox.add(text, this.#clock.now());
    this.#newsroom.outbox(this.#outbox.list());
    return { ok: true, key };
  }

  retry(key: string): void {
    if (this.#over) return;
    this.#outbox.retry(key);
    this.#newsroom.outbox(this.#outbox.list());
  }

  discard(key: string): void {
    if (this.#over) return;
    this.#outbox.discard(key);
    this.#newsroom.outbox(this.#outbox.list());
  }

  rename(name: string): { readonly ok: boolean } {
    if (this.#over || !nameFits(cleanName(name))) return { ok: false };
    this.#identity = { ...this.#identity, name: cleanName(name) };
    keepIdentity(this.#storage, this.#link.id, this.#identity);
    this.#roster.nameSelf(this.#identity.name);
    if (this.#reader !== undefined) this.#publishProfile();
    return { ok: true };
  }

  keepAlive(): void {
    if (this.#reader !== undefined) this.#connection.say({ type: 'keep' });
  }

  wake(): void {
    this.#connection.wake();
  }

  leave(): void {
    if (this.#reader !== undefined) this.#connection.say({ type: 'leave' });
    this.#end({ why: 'left' });
  }

  close(): void {
    this.#stop();
  }

  #hearControl(frame: ServerControl): void {
    switch (frame.type) {
      case 'challenge':
        this.#join(frame.nonce);
        break;
      case 'welcome':
        this.#enter(frame);
        break;
      case 'presence':
        if (this.#reader !== undefined) this.#roster.presence(frame);
        break;
      case 'life':
        if (this.#reader !== undefined) this.#newsroom.life(frame.expiresInMs);
        break;
      case 'refused':
        this.#refused(frame);
        break;
      case 'ended':
        this.#end({ why: frame.reason });
        break;
      case 'denied':
      case 'wrong_passphrase':
      case 'closed':
      case 'full':
      case 'not_admitted':
        this.#end(endByAnswer(frame.type, this.#welcome !== undefined));
        break;
      case 'goaway':
      case 'pong':
        // The connection's own affairs.
        break;
    }
  }

  #hearSealed(frame: ServerSealed): void {
    if (this.#reader === undefined) return;
    if (frame.type === 'profile') this.#hearProfile(frame);
    else this.#read(this.#reader, frame);
  }

  #join(nonce: Uint8Array): void {
    if (this.#connection.state.state !== 'connecting') return;
    this.#connection.say(
      makeJoin({
        id: this.#link.id,
        identity: this.#identity,
        nonce,
        as: this.#identity.joined ? 'member' : 'key',
        secrets: this.#secrets,
        epoch: this.#keys.epoch,
        ...(this.#receiver && { position: this.#receiver.position }),
      }),
    );
  }

  #enter(welcome: Welcome): void {
    if (this.#connection.state.state !== 'connecting') return;
    const checked = checkWelcome(welcome, this.#link.id, this.#secrets, this.#keys);
    if (!checked.ok) {
      this.#end(checked.end);
      return;
    }
    if (!this.#place(welcome, checked.ownerPk)) {
      this.#connection.restart();
      return;
    }
    this.#settle(welcome, checked.charter);
  }

  // Where in the log the events that follow belong; false where the server contradicts itself.
  #place(welcome: Welcome, ownerPk: Uint8Array): boolean {
    if (!isContiguous(welcome)) return false;
    const before = { logId: welcome.logId, seq: welcome.first - 1 };
    if (welcome.mode === 'resume') {
      return this.#receiver !== undefined && continues(welcome, this.#receiver.position);
    }
    if (this.#receiver !== undefined) {
      this.#receiver.skipTo(before, welcome.c);
      return true;
    }
    const { id } = this.#link;
    const idPk = this.#identity.pk;
    const keysOf = (epoch: number) => (epoch === this.#keys.epoch ? this.#keys : undefined);
    this.#receiver = new Receiver({ id, idPk, ownerPk, keysOf }, before, welcome.c);
    this.#historyEnd = welcome.seq;
    return true;
  }

  #settle(welcome: Welcome, charter: Charter): void {
    const last = this.#welcome;
    this.#welcome = welcome;
    this.#sameMember = last !== undefined && equalBytes(last.slot, welcome.slot);
    const reader = new LogReader(welcome);
    this.#reader = reader;
    this.#rememberJoin();
    const owners = charter.moderators.filter(({ mask }) => (mask & POWER.owner) !== 0);
    this.#roster.setOwners(owners.map(({ idPk }) => idPk));

    this.#connection.established();
    this.#newsroom.facts({
      id: this.#link.id,
      lifeMs: welcome.lifeMs,
      history: welcome.history,
      limits: welcome.limits,
      safetyCode: safetyCode(this.#keys.fingerprint),
      owner: owners.some(({ idPk }) => equalBytes(idPk, this.#identity.pk)),
    });
    this.#newsroom.life(welcome.expiresInMs);
    if (last !== undefined && welcome.mode === 'reset') this.#newsroom.reset(welcome, last.logId);
    // The server keeps a profile as long as the member record it came from.
    if (!this.#sameMember || this.#publishedName !== this.#identity.name) this.#publishProfile();
    if (reader.caughtUp) this.#caughtUp(welcome);
  }

  #rememberJoin(): void {
    if (this.#identity.joined) return;
    this.#identity = { ...this.#identity, joined: true };
    keepIdentity(this.#storage, this.#link.id, this.#identity);
  }

  #publishProfile(): void {
    const { name, xPk } = this.#identity;
    const slot = this.#welcome?.slot;
    if (slot === undefined) return;
    const profile = { xPk, at: this.#clock.now(), name };
    const sealed = sealProfile(this.#keys, this.#identity, slot, profile, this.#random);
    this.#connection.send(encodeClientSealed({ type: 'profile', sealed }));
    this.#publishedName = name;
  }

  #hearProfile(frame: MemberProfile): void {
    const profile = openProfile(this.#keys, frame);
    if (profile !== undefined) this.#roster.profile(frame, profile);
  }

  #read(reader: LogReader, event: LogEvent): void {
    const live = reader.caughtUp;
    const read = reader.take(event);
    if (read.outcome === 'held') return;
    if (read.outcome === 'hole') {
      this.#connection.restart();
      return;
    }
    this.#receive(read.events, live);
    if (live) this.#newsroom.life(this.#welcome?.lifeMs ?? 0);
    else if (this.#welcome !== undefined) this.#caughtUp(this.#welcome);
  }

  #caughtUp({ lastN }: Welcome): void {
    this.#outbox.caughtUp(lastN, this.#sameMember);
    this.#newsroom.outbox(this.#outbox.list());
  }

  #receive(events: readonly LogEvent[], live: boolean): void {
    const receiver = this.#receiver;
    if (receiver === undefined || events.length === 0) return;
    const messages = receiver.receive(events, this.#clock.now(), live);
    for (const { from, at } of messages) {
      const idPk = fromBase64url(from.idPk);
      if (idPk !== undefined) this.#roster.heardFrom(idPk, from.name, at);
    }
    const isHistory = ({ seq }: Message) => seq <= this.#historyEnd;
    this.#newsroom.messages(messages.filter(isHistory), true);
    this.#newsroom.messages(
      messages.filter((message) => !isHistory(message)),
      false,
    );
    const echoes = events.filter((event) => event.type === 'message' && this.#outbox.echoed(event.envelope));
    if (echoes.length > 0) this.#newsroom.outbox(this.#outbox.list());
    this.#newsroom.unverified(receiver.unverified);
  }

  #refused({ n, code, retryAfterMs }: Refused): void {
    if (this.#reader === undefined || n === undefined) return;
    this.#outbox.refused(n, code, retryAfterMs);
    this.#newsroom.outbox(this.#outbox.list());
  }

  // What was read and not shown yet is contiguous: the next join goes on behind it.
  #lost(): void {
    const held = this.#reader?.drain() ?? [];
    this.#reader = undefined;
    this.#outbox.suspend();
    this.#receive(held, false);
    this.#newsroom.outbox(this.#outbox.list());
  }

  #end(end: RoomEnd): void {
    if (this.#over) return;
    if (isFinal(end)) forgetIdentity(this.#storage, this.#link.id);
    this.#stop(end);
  }

  // Nothing of the room is left in memory that could be overwritten.
  #stop(end?: RoomEnd): void {
    this.#over = true;
    this.#reader = undefined;
    this.#receiver = undefined;
    this.#connection.end();
    this.#outbox.clear();
    this.#roster.close();
    overwrite(this.#keys, this.#secrets, this.#identity);
    this.#newsroom.close(end);
  }
}
