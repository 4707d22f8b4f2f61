// Rooms, subscribers and the fan-out together, with a store and sockets that the test controls.

import {
  type CloseReason,
  EPHEMERAL_BYTES,
  encodeEphemeralFrame,
  encodeMessageEvent,
  encodeProfileFrame,
} from '@mayfly/protocol';
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
import { Room } from './room.ts';
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

  subscribeTo(room: Room): this {
    this.#subscriber = room.subscribe(this, this);
    return this;
  }

  begin(seq = 0, presenceVersion = 0, welcome: readonly string[] = [], slot = new Uint8Array(8)): this {
    this.#subscriber?.begin({ logId: LOG, seq, presenceVersion }, welcome, slot);
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
  received(): readonly (string | number)[] {
    return this.written.splice(0).flatMap((encoded) =>
      decodeFrames(encoded).map((frame) => {
        if (typeof frame === 'string') return frame.includes('presence') ? 'presence' : frame;
        if (frame[0] === 0x95) return 'signal';
        return frame[0] === 0x91 ? Buffer.from(frame).readUInt32BE(1) : 'profile';
      }),
    );
  }
}

const ignore = () => {};

class Fixture {
  readonly clock = new TestClock();
  readonly #listeners = new Map<string, RoomListener>();
  readonly #turns: (() => void)[] = [];
  readonly hub: Hub;
  readonly #store: MemoryStore;
  readonly #fanOut = new FanOut(this.clock, (round) => this.#turns.push(round));

  constructor() {
    const limits = { maxRooms: 0, maxMembers: 0, historyMessages: 0, historyBytes: 0 };
    this.#store = new MemoryStore({ clock: this.clock, random: new SeededRandom(1).bytes, limits });
    vi.spyOn(this.#store, 'follow').mockImplementation((room, listener) => {
      this.#listeners.set(room, listener);
      return { [Symbol.dispose]: () => void this.#listeners.delete(room) };
    });
    this.hub = new Hub(this.#store, this.#fanOut);
  }

  get following(): number {
    return this.#listeners.size;
  }

  notify(notice: StoreNotice, room = ROOM): void {
    this.#listeners.get(room)?.(notice);
  }

  turn(): void {
    this.#turns.shift()?.();
  }

  /** One that no hub knows. */
  room(): Room {
    return new Room(ROOM, { store: this.#store, fanOut: this.#fanOut, onOver: ignore, onEmpty: ignore });
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
    const fixture = new Fixture();
    const [ann, bob] = fixture.listeners(2);
    for (const notice of [event(1), presence(1), profile, event(2)]) fixture.notify(notice);
    expect(ann?.written).toEqual([]);
    fixture.turn();
    expect(ann?.written).toHaveLength(1);
    expect(ann?.written[0]).toBe(bob?.written[0]);
    expect(ann?.received()).toEqual([1, 'presence', 'profile', 2]);
    fixture.turn();
    expect(ann?.written).toEqual([]);
  });

  test('a frame for one session follows earlier events, and later ones come once', () => {
    const fixture = new Fixture();
    const ann = fixture.one();
    fixture.notify(event(1));
    ann.say('pong');
    fixture.notify(event(2));
    fixture.turn();
    expect(ann.received()).toEqual([1, 'pong', 2]);
  });

  test('a subscriber that leaves before its end receives nothing more', () => {
    const fixture = new Fixture();
    const [ann, bob] = [fixture.one(), fixture.one()];
    fixture.notify(event(1));
    ann.leave();
    ann.say('pong');
    fixture.turn();
    expect([ann.received(), bob.received()]).toEqual([[], [1]]);
    bob.leave();
    expect([fixture.hub.size, fixture.following]).toEqual([0, 0]);
  });
});

describe('slices', () => {
  test("another room's event gets in between, and nothing that happens meanwhile is lost", () => {
    const fixture = new Fixture();
    const crowd = fixture.listeners(SLICE + 10);
    const [other] = fixture.listeners(1, OTHER);
    const [first, last] = [crowd[0], crowd.at(-1)];
    fixture.notify(event(1));
    fixture.turn();
    fixture.notify(event(1), OTHER);
    fixture.notify(event(2));
    expect([first?.received(), last?.received(), other?.received()]).toEqual([[1], [], []]);
    fixture.turn();
    expect([last?.received(), other?.received()]).toEqual([[1, 2], [1]]);
    for (let turns = 0; turns < 3; turns++) fixture.turn();
    expect(first?.received()).toEqual([2]);
    expect(crowd.filter((listener) => listener.closed !== undefined)).toEqual([]);
  });
});

const slotOf = (mark: number) => new Uint8Array(8).fill(mark);

describe('EPHEMERAL-1: a signal', () => {
  const signal: StoreNotice = {
    type: 'ephemeral',
    from: slotOf(1),
    frame: encodeEphemeralFrame(new Uint8Array(EPHEMERAL_BYTES)),
  };

  test('reaches everyone but its sender, after what was logged before it', () => {
    const fixture = new Fixture();
    const [ann, bob] = [1, 2].map((mark) =>
      new Listener().subscribe(fixture.hub).begin(0, 0, [], slotOf(mark)),
    );
    fixture.notify(event(1));
    fixture.notify(signal);
    fixture.turn();
    expect([ann?.received(), bob?.received()]).toEqual([[1], [1, 'signal']]);
    fixture.turn();
    expect(bob?.received()).toEqual([]);
  });

  test('never reaches a lagging socket, nor one that has not joined', () => {
    const fixture = new Fixture();
    const [late, bob] = [new Listener().subscribe(fixture.hub), fixture.one()];
    bob.bufferedBytes = LAG_BYTES_MAX;
    fixture.notify(signal);
    fixture.turn();
    late.begin();
    bob.drain();
    fixture.notify(event(1));
    fixture.turn();
    expect([late.received(), bob.received()]).toEqual([[1], [1]]);
  });

  test('skips a socket that still waits for events', () => {
    const fixture = new Fixture();
    const bob = fixture.one();
    bob.takesNothing = true;
    for (let seq = 1; seq <= 8; seq++) {
      fixture.notify(event(seq, 6));
      fixture.turn();
    }
    fixture.notify(signal);
    fixture.turn();
    expect(bob.asked).toBeGreaterThan(0);
    bob.takesNothing = false;
    bob.drain();
    expect(bob.received()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });
});

describe('a newcomer', () => {
  test('gets the welcome and what happened meanwhile in one write', () => {
    const fixture = new Fixture();
    const ann = new Listener().subscribe(fixture.hub);
    fixture.notify(event(1));
    ann.begin(0, 0, ['welcome']);
    expect(ann.written).toHaveLength(1);
    fixture.turn();
    expect(ann.received()).toEqual(['welcome', 1]);
  });

  test('has at most 64 KiB unsent with it', () => {
    const fixture = new Fixture();
    const ann = new Listener().subscribe(fixture.hub);
    ann.takesNothing = true;
    ann.bufferedBytes = 30 * 1024;
    fixture.notify(event(1, 6));
    ann.begin(0, 0, ['w'.repeat(30 * 1024)]);
    expect(ann.bufferedBytes).toBeLessThanOrEqual(LAG_BYTES_MAX);
    ann.drain();
    expect(ann.received().at(-1)).toBe(1);
  });
});

describe('a lagging subscriber', () => {
  test('has at most 64 KiB unsent and waits for the drain; then everything follows, in bounded batches', () => {
    const fixture = new Fixture();
    const [ann, bob] = [fixture.one(), fixture.one()];
    bob.takesNothing = true;
    for (let seq = 1; seq <= 20; seq++) {
      fixture.notify(event(seq, 6));
      fixture.turn();
      expect(bob.bufferedBytes).toBeLessThanOrEqual(LAG_BYTES_MAX);
    }
    expect(ann.received()).toHaveLength(20);
    const received = [...bob.received()];
    expect(received.length).toBeLessThan(5);
    expect(bob.asked).toBeGreaterThan(0);
    while (received.at(-1) !== 20) {
      bob.drain();
      expect(bob.bufferedBytes).toBeLessThanOrEqual(LAG_BYTES_MAX);
      const more = bob.received();
      expect(more).not.toEqual([]);
      received.push(...more);
    }
    expect(received).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
  });

  test('once everyone has caught up, the backlog is empty', () => {
    const fixture = new Fixture();
    const room = fixture.room();
    const bob = new Listener().subscribeTo(room).begin();
    for (let round = 0; round < 2; round++) {
      bob.takesNothing = true;
      for (let seq = 1; seq <= 10; seq++) fixture.notify(event(10 * round + seq, 6));
      fixture.turn();
      expect(room.backlog.end).toBeGreaterThan(room.backlog.start);
      bob.takesNothing = false;
      bob.drain();
      fixture.turn();
      expect([room.backlog.start, bob.received().length]).toEqual([room.backlog.end, 10]);
    }
  });

  test('behind the backlog: closed as too slow, others are not', () => {
    const fixture = new Fixture();
    const [ann, bob] = [fixture.one(), fixture.one()];
    bob.bufferedBytes = LAG_BYTES_MAX;
    const enough = Math.ceil(BACKLOG_MAX.bytes / 16_384) + 1;
    for (let seq = 1; seq <= enough; seq++) {
      fixture.notify(event(seq, 6));
      fixture.turn();
      if (seq < enough - 5) expect(bob.closed).toBeUndefined();
    }
    expect([bob.closed, bob.received()]).toEqual(['tooSlow', []]);
    expect([ann.closed, ann.received().length]).toEqual([undefined, enough]);
  });

  test('the events of one turn put no one behind the backlog', () => {
    const fixture = new Fixture();
    const ann = fixture.one();
    const many = BACKLOG_MAX.entries + 50;
    for (let seq = 1; seq <= many; seq++) fixture.notify(event(seq));
    fixture.turn();
    expect([ann.closed, ann.received().length]).toEqual([undefined, many]);
  });

  test('a join that waits for the store too long is too slow, and skips no gap', () => {
    const fixture = new Fixture();
    fixture.one();
    const late = new Listener().subscribe(fixture.hub);
    for (let seq = 1; seq <= BACKLOG_MAX.entries + 1; seq++) fixture.notify(event(seq));
    fixture.turn();
    expect(late.closed).toBeUndefined();
    late.begin(0, 0, ['welcome']);
    expect([late.closed, late.received()]).toEqual(['tooSlow', []]);
  });
});

describe('joining', () => {
  test('what happened since subscribing follows the welcome, without what the welcome has', () => {
    const fixture = new Fixture();
    const ann = new Listener().subscribe(fixture.hub);
    for (const notice of [event(5), presence(3), event(6), presence(4), profile]) fixture.notify(notice);
    fixture.turn();
    expect(ann.written).toEqual([]);
    ann.begin(5, 3, ['welcome']);
    expect(ann.received()).toEqual(['welcome', 6, 'presence', 'profile']);
  });

  test('an answer ahead of the notices: its events are not sent again', () => {
    const fixture = new Fixture();
    const ann = new Listener().subscribe(fixture.hub).begin(6, 2);
    for (const notice of [event(5), presence(2), event(6), event(7), presence(3)]) fixture.notify(notice);
    fixture.turn();
    expect(ann.received()).toEqual([7, 'presence']);
  });

  test('an answer that ends before the notices begin is a gap', () => {
    const fixture = new Fixture();
    const ann = new Listener().subscribe(fixture.hub).begin(3);
    fixture.notify(event(5));
    fixture.turn();
    expect([ann.closed, ann.received()]).toEqual(['serverError', []]);
  });

  test('a gap is noticed by every session, even by those still joining', () => {
    const fixture = new Fixture();
    const [ann, bob] = [fixture.one(), new Listener().subscribe(fixture.hub)];
    fixture.notify(event(1));
    fixture.notify(event(3));
    expect([ann.notices, bob.notices]).toEqual([[{ type: 'hole' }], [{ type: 'hole' }]]);
  });
});
