// Rooms, subscribers and the fan-out together, with a store and sockets that the test controls.

import { type CloseReason, encodeMessageEvent, encodeProfileFrame } from '@mayfly/protocol';
import { describe, expect, test, vi } from 'vitest';
import { MemoryStore } from '../store/memory/memory-store.ts';
import type { RoomListener, StoreNotice } from '../store/room-store.ts';
import { TestClock } from '../testing/clock.ts';
import { decodeFrames } from '../testing/frames.ts';
import { SeededRandom } from '../testing/random.ts';
import { envelope, roomId, sealedProfile } from '../testing/signer.ts';
import { FanOut, SLICE } from './fan-out.ts';
import { Hub } from './hub.ts';
import { BACKLOG_MAX } from './backlog.ts';
import {
  type RoomSession,
  LAG_BYTES_MAX,
  type RoomNotice,
  type Subscriber,
  type Socket,
} from './subscriber.ts';

const LOG = 'AAAAAAAAAAA';
const [ROOM, OTHER] = [roomId('Room11'), roomId('Room12')];

class Listener implements RoomSession, Socket {
  bufferedBytes = 0;
  takesNothing = false;
  asked = 0;
  readonly written: Uint8Array[] = [];
  readonly notices: RoomNotice[] = [];
  closed: CloseReason | undefined;
  #subscriber: Subscriber | undefined;

  subscribe(hub: Hub, room = ROOM): this {
    this.#subscriber = hub.subscribe(room, this, this);
    return this;
  }

  begin(seq = 0, presenceVersion = 0, welcome: readonly string[] = []): this {
    this.#subscriber?.begin({ logId: LOG, seq, presenceVersion }, welcome);
    return this;
  }

  say(text: string): void {
    this.#subscriber?.say(text);
  }

  drain(): void {
    this.bufferedBytes = 0;
    this.#subscriber?.catchUp();
  }

  leave(): void {
    this.#subscriber?.[Symbol.dispose]();
  }

  write(encoded: Uint8Array): void {
    expect(this.closed, 'a frame after the close').toBeUndefined();
    this.written.push(encoded);
    if (this.takesNothing) this.bufferedBytes += encoded.length;
  }

  notifyWhenDrained(): void {
    this.asked += 1;
  }

  notice(notice: RoomNotice): void {
    this.notices.push(notice);
  }

  close(why: CloseReason): void {
    this.closed = why;
    this.leave();
  }

  /** What was written since the last call: texts as they are, events by their seq. */
  heard(): readonly (string | number)[] {
    return this.written.splice(0).flatMap((encoded) =>
      decodeFrames(encoded).map((frame) => {
        if (typeof frame === 'string') return frame.includes('presence') ? 'presence' : frame;
        return frame[0] === 0x91 ? Buffer.from(frame).readUInt32BE(1) : 'profile';
      }),
    );
  }
}

class World {
  readonly clock = new TestClock();
  readonly #listeners = new Map<string, RoomListener>();
  readonly #turns: (() => void)[] = [];
  readonly hub: Hub;

  constructor() {
    const limits = { maxRooms: 0, maxMembers: 0, historyMessages: 0, historyBytes: 0 };
    const store = new MemoryStore({ clock: this.clock, random: new SeededRandom(1).bytes, limits });
    vi.spyOn(store, 'follow').mockImplementation((room, listener) => {
      this.#listeners.set(room, listener);
      return { [Symbol.dispose]: () => void this.#listeners.delete(room) };
    });
    this.hub = new Hub(store, new FanOut(this.clock, (round) => this.#turns.push(round)));
  }

  get following(): number {
    return this.#listeners.size;
  }

  tell(news: StoreNotice, room = ROOM): void {
    this.#listeners.get(room)?.(news);
  }

  turn(): void {
    this.#turns.shift()?.();
  }

  listeners(count: number, room = ROOM): readonly Listener[] {
    return Array.from({ length: count }, () => new Listener().subscribe(this.hub, room).begin());
  }

  one(): Listener {
    return new Listener().subscribe(this.hub).begin();
  }
}

const event = (seq: number, bucket = 0): StoreNotice => ({
  type: 'event',
  logId: LOG,
  event: { seq, frame: encodeMessageEvent(seq, envelope(seq, { bucket })) },
});

const presence = (version: number): StoreNotice => ({
  type: 'presence',
  presence: { type: 'presence', version, snapshot: false, joined: [], away: [], left: [], count: 1 },
});

const profile: StoreNotice = {
  type: 'profile',
  frame: encodeProfileFrame(new Uint8Array(8), new Uint8Array(32), sealedProfile(1)),
};

describe('one turn', () => {
  test('several events are one write, and subscribers at the same index share its buffer', () => {
    const world = new World();
    const [ann, bob] = world.listeners(2);
    for (const news of [event(1), presence(1), profile, event(2)]) world.tell(news);
    expect(ann?.written).toEqual([]);
    world.turn();
    expect(ann?.written).toHaveLength(1);
    expect(ann?.written[0]).toBe(bob?.written[0]);
    expect(ann?.heard()).toEqual([1, 'presence', 'profile', 2]);
    world.turn();
    expect(ann?.written).toEqual([]);
  });

  test('a frame for one session follows earlier events, and later ones come once', () => {
    const world = new World();
    const ann = world.one();
    world.tell(event(1));
    ann.say('pong');
    world.tell(event(2));
    world.turn();
    expect(ann.heard()).toEqual([1, 'pong', 2]);
  });

  test('a subscriber that leaves before its end receives nothing more', () => {
    const world = new World();
    const [ann, bob] = [world.one(), world.one()];
    world.tell(event(1));
    ann.leave();
    ann.say('pong');
    world.turn();
    expect([ann.heard(), bob.heard()]).toEqual([[], [1]]);
    bob.leave();
    expect([world.hub.size, world.following]).toEqual([0, 0]);
  });
});

describe('slices', () => {
  test("another room's event gets in between, and nothing that happens meanwhile is lost", () => {
    const world = new World();
    const crowd = world.listeners(SLICE + 10);
    const [other] = world.listeners(1, OTHER);
    const [first, last] = [crowd[0], crowd.at(-1)];
    world.tell(event(1));
    world.turn();
    world.tell(event(1), OTHER);
    world.tell(event(2));
    expect([first?.heard(), last?.heard(), other?.heard()]).toEqual([[1], [], []]);
    world.turn();
    expect([last?.heard(), other?.heard()]).toEqual([[1, 2], [1]]);
    for (let turns = 0; turns < 3; turns++) world.turn();
    expect(first?.heard()).toEqual([2]);
    expect(crowd.filter((listener) => listener.closed !== undefined)).toEqual([]);
  });
});

describe('a lagging subscriber', () => {
  test('has at most 64 KiB unsent and waits for the drain; then everything follows, in bounded batches', () => {
    const world = new World();
    const [ann, bob] = [world.one(), world.one()];
    bob.takesNothing = true;
    for (let seq = 1; seq <= 20; seq++) {
      world.tell(event(seq, 6));
      world.turn();
      expect(bob.bufferedBytes).toBeLessThanOrEqual(LAG_BYTES_MAX);
    }
    expect(ann.heard()).toHaveLength(20);
    const heard = [...bob.heard()];
    expect(heard.length).toBeLessThan(5);
    expect(bob.asked).toBeGreaterThan(0);
    while (heard.at(-1) !== 20) {
      bob.drain();
      expect(bob.bufferedBytes).toBeLessThanOrEqual(LAG_BYTES_MAX);
      const more = bob.heard();
      expect(more).not.toEqual([]);
      heard.push(...more);
    }
    expect(heard).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
  });

  test('behind the backlog: closed as too slow, others are not', () => {
    const world = new World();
    const [ann, bob] = [world.one(), world.one()];
    bob.bufferedBytes = LAG_BYTES_MAX;
    const enough = Math.ceil(BACKLOG_MAX.bytes / 16_384) + 1;
    for (let seq = 1; seq <= enough; seq++) {
      world.tell(event(seq, 6));
      world.turn();
      if (seq < enough - 5) expect(bob.closed).toBeUndefined();
    }
    expect([bob.closed, bob.heard()]).toEqual(['tooSlow', []]);
    expect([ann.closed, ann.heard().length]).toEqual([undefined, enough]);
  });

  test('the events of one turn put no one behind the backlog', () => {
    const world = new World();
    const ann = world.one();
    const many = BACKLOG_MAX.entries + 50;
    for (let seq = 1; seq <= many; seq++) world.tell(event(seq));
    world.turn();
    expect([ann.closed, ann.heard().length]).toEqual([undefined, many]);
  });

  test('a join that waits for the store too long is too slow, and skips no gap', () => {
    const world = new World();
    world.one();
    const late = new Listener().subscribe(world.hub);
    for (let seq = 1; seq <= BACKLOG_MAX.entries + 1; seq++) world.tell(event(seq));
    world.turn();
    expect(late.closed).toBeUndefined();
    late.begin(0, 0, ['welcome']);
    expect([late.closed, late.heard()]).toEqual(['tooSlow', []]);
  });
});

describe('joining', () => {
  test('what happened since subscribing follows the welcome, without what the welcome has', () => {
    const world = new World();
    const ann = new Listener().subscribe(world.hub);
    for (const news of [event(5), presence(3), event(6), presence(4), profile]) world.tell(news);
    world.turn();
    expect(ann.written).toEqual([]);
    ann.begin(5, 3, ['welcome']);
    expect(ann.heard()).toEqual(['welcome', 6, 'presence', 'profile']);
  });

  test('an answer ahead of the notices: its events are not sent again', () => {
    const world = new World();
    const ann = new Listener().subscribe(world.hub).begin(6, 2);
    for (const news of [event(5), presence(2), event(6), event(7), presence(3)]) world.tell(news);
    world.turn();
    expect(ann.heard()).toEqual([7, 'presence']);
  });

  test('an answer that ends before the notices begin is a gap', () => {
    const world = new World();
    const ann = new Listener().subscribe(world.hub).begin(3);
    world.tell(event(5));
    world.turn();
    expect([ann.closed, ann.heard()]).toEqual(['serverError', []]);
  });

  test('a gap is noticed by every session, even by those still joining', () => {
    const world = new World();
    const [ann, bob] = [world.one(), new Listener().subscribe(world.hub)];
    world.tell(event(1));
    world.tell(event(3));
    expect([ann.notices, bob.notices]).toEqual([[{ type: 'hole' }], [{ type: 'hole' }]]);
  });
});
