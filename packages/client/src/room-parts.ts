// The parts of one open room, wired to each other. What they do together is up to `live-room`.

import { EPHEMERAL_MEMBERS_MAX, toHex } from '@mayfly/protocol';
import { type Clock, systemClock } from './clock.ts';
import { Connection, type ConnectionEvents } from './connection/connection.ts';
import { eraseProof } from './crypto/envelope.ts';
import { sealTyping } from './crypto/ephemeral.ts';
import { sealProfile } from './crypto/profile.ts';
import { type RandomBytes, secureRandom } from './crypto/random.ts';
import { FilePort } from './files/file-port.ts';
import { InForce } from './governance/in-force.ts';
import { KeyRing } from './governance/key-ring.ts';
import { Intake } from './intake.ts';
import { CommandPort } from './governance/command-port.ts';
import { holds } from './governance/welcome-check.ts';
import { RoomLog } from './log/room-log.ts';
import { inNextTask } from './next-task.ts';
import { KeepAlive } from './outgoing/keep-alive.ts';
import { Outbox } from './outgoing/outbox.ts';
import { OwnProfile } from './outgoing/own-profile.ts';
import { OwnTyping } from './outgoing/own-typing.ts';
import { Sealer } from './outgoing/sealer.ts';
import { StoredOutbox } from './outgoing/stored-outbox.ts';
import { effectsOf, rowsOf } from './outgoing/waiting-view.ts';
import { OwnTalk } from './own-talk.ts';
import { OwnIdentity } from './people/own-identity.ts';
import { Roster } from './people/roster.ts';
import { Typists } from './people/typists.ts';
import { RoomLife } from './room-life.ts';
import type { RoomOptions } from './room.ts';
import { logMemory } from './storage/log-memory.ts';
import { RoomStorage } from './storage/tab-storage.ts';
import { UpdateEmitter } from './update-emitter.ts';

export type RoomParts = ReturnType<typeof makeParts>;

type Base = {
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly keys: KeyRing;
  readonly self: OwnIdentity;
  readonly connection: Connection;
  readonly updates: UpdateEmitter;
};

/** Throws a RangeError for a name that `nameFits` refuses. */
export function makeParts(options: RoomOptions, events: ConnectionEvents) {
  const { link, transport, clock = systemClock, random = secureRandom } = options;
  const base: Base = {
    clock,
    random,
    keys: new KeyRing(link.id, link.secret, link.second),
    self: new OwnIdentity(options, link.id, random),
    connection: new Connection({ transport, clock, random }, events),
    updates: new UpdateEmitter(),
  };
  const keysOf = (epoch: number) => base.keys.of(epoch);
  const holdsHere = (charter: Parameters<typeof holds>[0]) => holds(charter, link.id, base.keys);
  const storage = new RoomStorage(options.storage, link.id);
  const log = new RoomLog(
    { id: link.id, idPk: base.self.pk, keysOf, holds: holdsHere },
    () => clock.now(),
    logMemory(storage),
  );
  const roster = makeRoster(options, base);
  const outbox = makeOutbox(options, base, log);
  const talk = new OwnTalk({
    clock,
    log,
    outbox,
    idPk: base.self.pk,
    proofOf: (nonce) => eraseProof(base.self.keys.seed, nonce),
  });
  const keepAlive = new KeepAlive(clock, () => base.connection.say({ type: 'keep' }));
  return {
    ...base,
    intake: new Intake({
      checks: () => options.signatures?.(),
      nextTask: (run) => (clock.nextTask === undefined ? inNextTask(run) : clock.nextTask(run)),
    }),
    log,
    roster,
    typing: makeTyping(base, roster),
    typists: makeTypists(base, roster),
    outbox,
    talk,
    files: makeFiles(options, base, talk, keepAlive),
    profile: makeProfile(base),
    commands: makeCommands(options, base, log),
    inForce: new InForce(link.id, base.keys),
    keepAlive,
    life: new RoomLife(clock, (expiresInMs) => base.updates.life(expiresInMs)),
  };
}

export function startParts({ outbox, connection }: RoomParts): void {
  outbox.start();
  connection.start();
}

/** No timer, wire or key is left. The emitter stays open, to report the end. */
export function stopParts(parts: RoomParts): void {
  const {
    intake,
    log,
    connection,
    profile,
    typing,
    typists,
    outbox,
    talk,
    files,
    roster,
    keys,
    self,
    commands,
  } = parts;
  intake.clear();
  commands.close();
  talk.flush();
  files.close();
  log.clear();
  connection.end();
  profile.suspend();
  typing.suspend();
  typists.clear();
  outbox.clear();
  roster.close();
  keys.wipe();
  self.wipe();
}

function makeRoster({ link }: RoomOptions, { clock, self, updates }: Base): Roster {
  const notify = updates.notify.bind(updates);
  const roster = new Roster({ id: link.id, idPk: self.pk, clock, notify });
  roster.nameSelf(self.name);
  return roster;
}

function makeOutbox({ link, storage }: RoomOptions, base: Base, log: RoomLog): Outbox {
  const { clock, random, keys, self, connection, updates } = base;
  const store = new StoredOutbox(new RoomStorage(storage, link.id));
  const replyTo = (ref: string) => log.replyTo(ref);
  const sealer = new Sealer(() => keys.current, self.keys, random);
  return new Outbox({
    clock,
    store,
    seal: (draft, at) => sealer.seal({ draft, at, name: self.name, statement: log.statement() }),
    restartChain: () => sealer.restart(),
    send: (frame) => connection.send(frame),
    seqOf: (ref) => log.seqOf(toHex(ref)),
    distrust: () => connection.restart(),
    bufferedBytes: () => connection.bufferedBytes,
    changed: (waiting) => {
      updates.outbox(rowsOf(waiting, replyTo), store.isSafe);
      updates.pending(effectsOf(waiting, replyTo));
    },
    trimmed: (waiting) => updates.trimmed(rowsOf(waiting, replyTo)),
  });
}

function makeFiles(
  { link, storage }: RoomOptions,
  base: Base,
  talk: OwnTalk,
  keepAlive: KeepAlive,
): FilePort {
  const { clock, random, self, connection } = base;
  return new FilePort({
    id: link.id,
    clock,
    random,
    storage: new RoomStorage(storage, link.id),
    seed: self.keys.seed,
    say: (frame) => connection.say(frame),
    keepAlive: () => keepAlive.ask(),
    post: (body, replyTo) => talk.share(body, replyTo),
  });
}

function makeProfile({ clock, random, keys, self, connection }: Base): OwnProfile {
  return new OwnProfile({
    clock,
    seal: (slot) => {
      const { xPk, name } = self.keys;
      return sealProfile(keys.current, self.keys, slot, { xPk, at: clock.now(), name }, random);
    },
    send: (frame) => connection.send(frame),
  });
}

function makeCommands({ link }: RoomOptions, base: Base, log: RoomLog): CommandPort {
  const { clock, keys, self, connection } = base;
  return new CommandPort({
    id: link.id,
    clock,
    ownerCode: () => self.keys.ownerCode,
    forgetOwnerCode: () => self.keepOwnerCode(),
    self: () => self.keys,
    epoch: () => keys.current.epoch,
    lastC: () => log.c,
    send: (frame) => connection.send(frame),
  });
}

// Alone, there is no one to tell.
function makeTyping({ clock, random, keys, connection }: Base, roster: Roster): OwnTyping {
  return new OwnTyping({
    clock,
    mayTell: () => roster.count > 1 && roster.count <= EPHEMERAL_MEMBERS_MAX,
    seal: (slot, isTyping) => sealTyping(keys.current, { slot, isTyping }, random),
    send: (frame) => connection.send(frame),
  });
}

function makeTypists({ clock, updates }: Base, roster: Roster): Typists {
  return new Typists({
    clock,
    personAt: (slot) => roster.otherAt(slot),
    notify: (people) => updates.notify({ type: 'typing', people }),
  });
}
