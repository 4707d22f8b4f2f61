// Members send, drop, come back and are replaced at random moments, with a store that answers at random moments. Whatever
// happens, all end with one log: the same bytes, without a gap, each message once.

import { createHash } from 'node:crypto';
import {
  type ClientControl,
  type CloseReason,
  type Position,
  comebackAfter,
  CLOSE,
  decodeServerControl,
  decodeServerSealed,
  encodeClientControl,
  encodeClientSealed,
  equalBytes,
} from '@mayfly/protocol';
import { expect, test } from 'vitest';
import { MemoryStore } from '../store/memory/memory-store.ts';
import { TestClock, settled } from '../testing/clock.ts';
import { UNLIMITED } from '../testing/guard.ts';
import { SeededRandom } from '../testing/random.ts';
import { SlowStore } from '../testing/slow-store.ts';
import { Signer, envelope, makeCharter, roomId, makeJoin } from '../testing/signer.ts';
import { decodeFrames } from '../testing/frames.ts';
import { FanOut } from './fan-out.ts';
import { Hub } from './hub.ts';
import { SlicedQueue } from '../net/sliced-queue.ts';
import type { Socket } from './subscriber.ts';
import { Session, type SessionDeps } from '../session/session.ts';

const ROOM = roomId('Room11');
const OWNER = new Signer('owner');
const PEOPLE = ['ann', 'bob', 'cem', 'dan'].map((name) => new Signer(name));
const MESSAGES = 25;

/** A member that follows the rules: an outbox, a position, and only what it received. */
class SimulatedMember {
  readonly #signer: Signer;
  readonly #deps: SessionDeps;
  readonly #outbox: Uint8Array[] = [];
  /** A digest of each event's frame. */
  readonly log: string[] = [];
  readonly #contents = new Set<string>();
  readonly trouble: string[] = [];
  /** Frames the network has accepted from this member but not yet delivered. */
  readonly #underway: (string | Uint8Array)[] = [];
  #session: Session | undefined;
  #socket: Socket | undefined;
  #position: Position | undefined;
  #live = false;
  #n = 0;
  resumes = 0;

  constructor(signer: Signer, deps: SessionDeps) {
    this.#signer = signer;
    this.#deps = deps;
  }

  get connected(): boolean {
    return this.#session !== undefined;
  }

  get live(): boolean {
    return this.#live;
  }

  get unechoed(): number {
    return this.#outbox.length;
  }

  connect(): void {
    // Frames of an older connection are ignored.
    const socket: Socket = {
      bufferedBytes: 0,
      write: (encoded) => {
        for (const frame of decodeFrames(encoded)) if (this.#socket === socket) this.#hear(frame);
      },
      notifyWhenDrained: () => {},
      close: (why) => {
        if (this.#socket === socket) this.#closed(why);
      },
    };
    this.#socket = socket;
    this.#live = false;
    this.#underway.length = 0;
    this.#session = new Session(socket, this.#deps);
  }

  /** The connection breaks; the server notices now, or never. */
  drop(serverKnows: boolean): void {
    if (serverKnows) this.#session?.detached();
    this.#forget();
  }

  write(message: Uint8Array): void {
    this.#outbox.push(message);
    if (this.#live) this.#send(this.#outbox.length);
  }

  /** The network delivers some frames. */
  deliver(count: number): void {
    for (const frame of this.#underway.splice(0, count)) this.#session?.receive(frame);
  }

  #say(frame: ClientControl): void {
    this.#underway.push(encodeClientControl(frame));
  }

  #send(place: number): void {
    const message = this.#outbox[place - 1];
    if (message === undefined) return;
    this.#underway.push(encodeClientSealed({ type: 'send', n: this.#n + place, envelope: message }));
  }

  #hear(frame: string | Uint8Array): void {
    if (typeof frame !== 'string') return this.#hearEvent(frame);
    const control = decodeServerControl(frame);
    if (control?.type === 'challenge') this.#join(control.nonce);
    if (control?.type === 'refused') this.trouble.push(`refused ${control.code}`);
    if (control?.type !== 'welcome') return;
    if (control.mode === 'resume') this.resumes += 1;
    else if (control.reason !== 'fresh') this.trouble.push(`reset ${control.reason}`);
    this.#position = { logId: control.logId, seq: control.first - 1 };
    this.#live = true;
    for (let place = 1; place <= this.#outbox.length; place++) this.#send(place);
  }

  #join(nonce: Uint8Array): void {
    const position = this.#position;
    this.#say(makeJoin(ROOM, nonce, this.#signer, position && { as: 'member', position }));
  }

  #hearEvent(frame: Uint8Array): void {
    const event = decodeServerSealed(frame);
    if (event === undefined || !('seq' in event) || this.#position === undefined) return;
    if (event.seq !== this.#position.seq + 1) this.trouble.push(`hole before ${event.seq}`);
    this.#position = { ...this.#position, seq: event.seq };
    this.log.push(digest(frame));
    const content = digest(frame.subarray(5));
    if (this.#contents.has(content)) this.trouble.push(`the same again at ${event.seq}`);
    this.#contents.add(content);
    const [oldest] = this.#outbox;
    if (event.type !== 'message' || oldest === undefined || !equalBytes(event.envelope, oldest)) return;
    this.#outbox.shift();
    this.#n += 1;
  }

  #closed(why: CloseReason): void {
    if (comebackAfter(CLOSE[why].code) === 'never' && why !== 'replaced') this.trouble.push(`closed ${why}`);
    this.#forget();
  }

  #forget(): void {
    this.#session = undefined;
    this.#socket = undefined;
    this.#live = false;
    this.#underway.length = 0;
  }
}

async function simulate(seed: number): Promise<readonly SimulatedMember[]> {
  const random = new SeededRandom(seed);
  const clock = new TestClock();
  const limits = { maxRooms: 1, maxMembers: 10, historyMessages: 1_000, historyBytes: 1_000_000 };
  const store = new SlowStore(new MemoryStore({ clock, random: random.bytes, limits }), random);
  await store.create(ROOM, { ownerPk: OWNER.pk, lifeMs: 3_600_000, history: 'all' });
  await store.open(ROOM, makeCharter(ROOM, OWNER));
  const deps: SessionDeps = {
    store,
    clock,
    hub: new Hub(store, new FanOut(clock)),
    proofQueue: new SlicedQueue(clock),
    random: random.bytes,
    limits: { members: 10, historyMessages: 1_000, historyBytes: 1_000_000 },
    budget: UNLIMITED,
    lifeMaxMs: 3_600_000,
    events: {
      joined: () => {},
      turnedBack: () => {},
      trouble: (error) => {
        throw error;
      },
    },
  };
  const members = PEOPLE.map((person) => new SimulatedMember(person, deps));
  let written = 0;
  while (
    written < MESSAGES * members.length ||
    members.some((member) => member.unechoed > 0 || !member.live)
  ) {
    const member = random.pick([members[0] ?? missing(), ...members.slice(1)]);
    const calm = written >= MESSAGES * members.length;
    const act = random.below(calm ? 6 : 10);
    if (!member.connected) member.connect();
    else if (act <= 4) member.deliver(1 + random.below(4));
    else if (act <= 7 && !calm && member.unechoed < 16) member.write(envelope(++written));
    else if (act === 8) member.drop(random.below(2) === 0);
    else if (act === 9) member.connect();
    for (let turns = random.below(12); turns > 0; turns--) await Promise.resolve();
    if (random.below(8) === 0) clock.pass(random.below(2_000));
    if (random.below(4) === 0) await settled();
  }
  await settled();
  return members;
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64url');
}

function missing(): never {
  throw new Error('no member');
}

test.each(Array.from({ length: 25 }, (_, i) => i + 1))(
  'WELCOME-3, SEND-2, RESUME-1: one log without a gap for all, each message once (seed %i)',
  async (seed) => {
    const members = await simulate(seed);
    expect(members.flatMap((member) => member.trouble)).toEqual([]);
    const [first, ...others] = members.map((member) => member.log);
    expect(first).toHaveLength(1 + MESSAGES * members.length);
    for (const log of others) expect(log).toEqual(first);
    expect(members.reduce((sum, member) => sum + member.resumes, 0)).toBeGreaterThan(5);
  },
);
