import {
  BASE58,
  CONTROL_BYTES_MAX,
  type CloseReason,
  DENIED_AFTER_MS,
  FIRST_FRAME_MS,
  GRACE_MS,
  type Join,
  KEEP_EVERY_MS,
  type ServerControl,
  type ServerSealed,
  concat,
  decodeServerControl,
  decodeServerSealed,
  encodeClientControl,
  encodeClientSealed,
  encodeMessageEvent,
  joinTranscript,
} from '@mayfly/protocol';
import { describe, expect, test, vi } from 'vitest';
import { MemoryStore } from '../store/memory-store.ts';
import type { RoomListener, RoomNews, RoomStore } from '../store/room-store.ts';
import { StoreUnavailable } from '../store/store-unavailable.ts';
import { TestClock, settled } from '../testing/clock.ts';
import { SeededRandom } from '../testing/random.ts';
import { Signer, envelope, makeCharter, roomId, sealedProfile } from '../testing/signer.ts';
import { decodeFrames } from '../testing/frames.ts';
import { FanOut } from './fan-out.ts';
import { Hub } from './hub.ts';
import { Turnstile } from './turnstile.ts';
import { RING_MAX } from './ring.ts';
import { LAG_BYTES_MAX, type Socket } from './seat.ts';
import { Session, type SessionEvents, UNREAD_BYTES_MAX, WAITING_MAX } from './session.ts';

const ROOM = roomId('Room11');
const OWNER = new Signer('owner');
const ACCESS = new Signer(`access ${ROOM}`);
const LIFE_MS = 60_000;
const LIMITS = { members: 3, historyMessages: 50, historyBytes: 100_000 };

class TestSocket implements Socket {
  bufferedBytes = 0;
  readonly sent: (string | Uint8Array)[] = [];
  /** As they went to the network. */
  readonly written: Uint8Array[] = [];
  closed: CloseReason | undefined;
  write(encoded: Uint8Array): void {
    expect(this.closed, 'a frame after the close').toBeUndefined();
    this.written.push(encoded);
    if (this.takesNothing) this.bufferedBytes += encoded.length;
    this.sent.push(...decodeFrames(encoded));
  }
  /** It has been asked to say when it has taken everything. */
  asked = false;
  takesNothing = false;
  tellWhenDrained(): void {
    this.asked = true;
  }
  close(why: CloseReason): void {
    this.closed = why;
  }

  /** What came since this was last asked, by name: the type, and the seq of an event. */
  heard(): readonly string[] {
    return this.sent.splice(0).map((frame) => {
      if (typeof frame === 'string') return decodeServerControl(frame)?.type ?? 'unreadable';
      const sealed = decodeServerSealed(frame);
      return sealed === undefined ? 'unreadable' : 'seq' in sealed ? `${sealed.seq}` : sealed.type;
    });
  }

  sealed(): readonly ServerSealed[] {
    return this.sent.flatMap((frame) => (typeof frame === 'string' ? [] : (decodeServerSealed(frame) ?? [])));
  }

  last<T extends ServerControl['type']>(type: T): Extract<ServerControl, { type: T }> {
    const frames = this.sent.flatMap((frame) =>
      typeof frame === 'string' ? (decodeServerControl(frame) ?? []) : [],
    );
    const found = frames.findLast(
      (frame): frame is Extract<ServerControl, { type: T }> => frame.type === type,
    );
    if (found === undefined) throw new Error(`no ${type} was sent`);
    return found;
  }
}

type Connection = {
  readonly socket: TestSocket;
  readonly session: Session;
  readonly nonce: Uint8Array;
  /** The network takes what waits. */
  drain(): void;
};

class World {
  readonly clock = new TestClock();
  readonly random = new SeededRandom(11).bytes;
  readonly store: RoomStore;
  readonly hub: Hub;
  readonly turnstile = new Turnstile(this.clock);
  readonly events = {
    joined: vi.fn<SessionEvents['joined']>(),
    turnedBack: vi.fn<SessionEvents['turnedBack']>(),
    trouble: vi.fn<SessionEvents['trouble']>(),
  };

  constructor(listedMax?: number) {
    this.store = new MemoryStore({
      clock: this.clock,
      random: this.random,
      limits: { maxRooms: 5, maxMembers: LIMITS.members, ...LIMITS },
      ...(listedMax !== undefined && { listedMax }),
    });
    this.hub = new Hub(this.store, new FanOut(this.clock));
  }

  async open(lifeMs = LIFE_MS): Promise<this> {
    await this.store.create(ROOM, { ownerPk: OWNER.pk, lifeMs, history: 'all' });
    await this.store.open(ROOM, makeCharter(ROOM, OWNER));
    return this;
  }

  connect(): Connection {
    const socket = new TestSocket();
    const { clock, random, store, hub, turnstile, events } = this;
    const session = new Session(socket, { clock, random, store, hub, turnstile, events, limits: LIMITS });
    const { nonce } = socket.last('challenge');
    socket.sent.length = 0;
    const drain = () => {
      socket.bufferedBytes = 0;
      if (socket.asked) session.drained();
    };
    return { socket, session, nonce, drain };
  }

  async join(name: string, more: Partial<Join> = {}): Promise<Connection> {
    const connection = this.connect();
    connection.session.receive(joinFrame(name, connection.nonce, more));
    await settled();
    return connection;
  }

  /** As `join`, with the answer heard and put aside. */
  async enter(name: string, more: Partial<Join> = {}): Promise<Connection> {
    const connection = await this.join(name, more);
    expect(connection.socket.heard()).toContain('welcome');
    return connection;
  }
}

const signers = new Map<string, Signer>();
function signer(name: string): Signer {
  const known = signers.get(name) ?? new Signer(name);
  signers.set(name, known);
  return known;
}

function makeJoin(name: string, nonce: Uint8Array, more: Partial<Join> = {}): Join {
  const { pk: idPk } = signer(name);
  const { id = ROOM, as = 'key' } = more;
  const transcript = joinTranscript(id, nonce, idPk);
  const keySig = {
    key: ACCESS.sign('join', transcript),
    owner: OWNER.sign('owner', transcript),
    member: undefined,
  };
  return {
    type: 'join',
    id,
    idPk,
    as,
    idSig: signer(name).sign('id', transcript),
    ...(keySig[as] && { keySig: keySig[as] }),
    ...more,
  };
}

const joinFrame = (...parts: Parameters<typeof makeJoin>) => encodeClientControl(makeJoin(...parts));
const sendFrame = (n: number, bytes = envelope(n)) =>
  encodeClientSealed({ type: 'send', n, envelope: bytes });
const bigFrame = (n: number) => sendFrame(n, envelope(n, { bucket: 6 }));
const profileFrame = encodeClientSealed({ type: 'profile', sealed: sealedProfile(1) });

async function tell({ session }: Connection, ...frames: readonly (string | Uint8Array)[]): Promise<void> {
  for (const frame of frames) session.receive(frame);
  await settled();
}

describe('greeting', () => {
  test('JOIN-1: the server speaks first, with a nonce of its own for each connection', async () => {
    const world = await new World().open();
    const [one, two] = [world.connect(), world.connect()];
    expect(one.nonce).toHaveLength(32);
    expect(one.nonce).not.toEqual(two.nonce);
  });

  test('JOIN-1: who says nothing in time is closed', async () => {
    const world = await new World().open();
    const { socket, session, nonce } = world.connect();
    world.clock.pass(FIRST_FRAME_MS - 1);
    expect(socket.closed).toBeUndefined();
    world.clock.pass(1);
    expect(socket.closed).toBe('silent');
    session.receive(joinFrame('ann', nonce));
    await settled();
    expect(socket.sent).toEqual([]);
  });

  test.each<[string, string | Uint8Array, CloseReason]>([
    ['a ping', '{"type":"ping"}', 'badFrame'],
    ['a leave', '{"type":"leave"}', 'badFrame'],
    ['a keep', '{"type":"keep"}', 'badFrame'],
    ['no JSON', 'join', 'badFrame'],
    ['nothing', '', 'badFrame'],
    ['an array', '[{"type":"join"}]', 'badFrame'],
    ['an unknown type', '{"type":"redeem"}', 'badFrame'],
    ['a join without its fields', '{"type":"join"}', 'badFrame'],
    ['a message', sendFrame(1), 'badFrame'],
    ['a profile', profileFrame, 'badFrame'],
    ['an empty binary frame', new Uint8Array(0), 'badFrame'],
    ['a text that is too long', ' '.repeat(CONTROL_BYTES_MAX + 1), 'tooBig'],
    ['a text that is too long in bytes', 'é'.repeat(CONTROL_BYTES_MAX / 2 + 1), 'tooBig'],
  ])('FRAME-3: the first frame is %s', async (_title, frame, why) => {
    const world = await new World().open();
    const connection = world.connect();
    await tell(connection, frame);
    expect(connection.socket.closed).toBe(why);
    expect(connection.socket.sent).toEqual([]);
    expect(world.clock.pending).toBe(1);
  });

  test('FRAME-3: a join of exactly 4 KiB is read, unknown fields and all', async () => {
    const world = await new World().open();
    const connection = world.connect();
    const join = joinFrame('ann', connection.nonce);
    const padding = CONTROL_BYTES_MAX - join.length - ',"x":""'.length;
    await tell(connection, `${join.slice(0, -1)},"x":"${'x'.repeat(padding)}"}`);
    expect(connection.socket.heard()).toContain('welcome');
  });
});

describe('joining', () => {
  test('WELCOME-1, WELCOME-2: welcome, who is there, their profiles, the log', async () => {
    const world = await new World().open();
    const ann = await world.enter('ann');
    await tell(ann, profileFrame, sendFrame(1), sendFrame(2));
    const bob = await world.join('bob');
    const { limits, seq, first, count, mode, reason } = bob.socket.last('welcome');
    expect({ limits, seq, first, count, mode, reason }).toEqual({
      limits: LIMITS,
      seq: 3,
      first: 1,
      count: 2,
      mode: 'reset',
      reason: 'fresh',
    });
    expect(bob.socket.last('presence')).toMatchObject({ snapshot: true, count: 2 });
    expect(bob.socket.heard()).toEqual(['welcome', 'presence', 'profile', '1', '2', '3', 'life']);
    expect(world.events.joined).toHaveBeenCalledTimes(2);
    expect(world.events.trouble).not.toHaveBeenCalled();
  });

  test('RESUME-1: first says what follows, also when nothing does', async () => {
    const world = await new World().open();
    const ann = await world.join('ann');
    const { logId } = ann.socket.last('welcome');
    await tell(ann, sendFrame(1), sendFrame(2));
    const some = await world.join('ann', { as: 'member', position: { logId, seq: 2 } });
    expect(some.socket.last('welcome')).toMatchObject({ mode: 'resume', seq: 3, first: 3, lastN: 2 });
    expect(some.socket.heard()).toEqual(['welcome', 'presence', '3']);
    const none = await world.join('ann', { as: 'member', position: { logId, seq: 3 } });
    expect(none.socket.last('welcome')).toMatchObject({ mode: 'resume', seq: 3, first: 4 });
    expect(none.socket.heard()).toEqual(['welcome', 'presence']);
  });

  test('JOIN-2: the owner gets in by the owner key, a stranger does not get in as a member', async () => {
    const world = await new World().open();
    await world.enter('ann', { as: 'owner' });
    const stranger = await world.join('bob', { as: 'member' });
    world.clock.pass(DENIED_AFTER_MS);
    await settled();
    expect(stranger.socket.closed).toBe('denied');
  });

  test('JOIN-4: a newer session takes over, the older is closed for good', async () => {
    const world = await new World().open();
    const old = await world.enter('ann');
    const young = await world.enter('ann', { as: 'member' });
    expect(old.socket.closed).toBe('replaced');
    await tell(young, sendFrame(1));
    expect(young.socket.heard()).toEqual(['2']);
    world.clock.pass(GRACE_MS);
    await settled();
    expect(young.socket.heard()).toEqual([]);
  });

  test('JOIN-5: full is said at once, after a full proof, and never to a member', async () => {
    const world = await new World().open();
    const [ann] = [await world.enter('ann'), await world.enter('bob'), await world.enter('cem')];
    const late = await world.join('dan');
    expect(late.socket.heard()).toEqual(['full']);
    expect(late.socket.closed).toBe('full');
    const wrong = await world.join('dan', { keySig: OWNER.sign('join', new Uint8Array(1)) });
    expect(wrong.socket.sent).toEqual([]);
    world.clock.pass(DENIED_AFTER_MS);
    await settled();
    expect(wrong.socket.closed).toBe('denied');
    expect(world.events.turnedBack.mock.calls).toEqual([['full'], ['denied']]);
    await world.enter('ann', { as: 'member' });
    expect(ann?.socket.closed).toBe('replaced');
  });

  test('who is in leaves no timer behind', async () => {
    const world = await new World().open();
    await world.enter('ann');
    expect(world.clock.pending).toBe(1);
  });

  test('LIFE-4: who still waits in a room that ended does not make its successor deaf', async () => {
    const world = await new World().open();
    const answer = gate(world.store);
    const ann = await world.join('ann');
    world.clock.pass(LIFE_MS);
    await world.open();
    const bob = await world.enter('bob');
    await tell(bob, sendFrame(1));
    expect(bob.socket.heard()).toEqual(['2']);
    answer.ask();
    answer.deliver();
    await settled();
    expect(ann.socket.heard()).toEqual(['denied']);
    await tell(bob, sendFrame(2));
    expect(bob.socket.heard()).toEqual(['3']);
  });

  test('the wait for the first frame ends with it', async () => {
    const world = await new World().open();
    const ann = await world.enter('ann');
    world.clock.pass(FIRST_FRAME_MS);
    expect(ann.socket.closed).toBeUndefined();
  });

  test('WELCOME-3: what happens while the store answers comes after the welcome, once and without a hole', async () => {
    const world = await new World().open();
    const ann = await world.enter('ann');
    const answer = gate(world.store);
    const bob = await world.join('bob');
    await tell(ann, sendFrame(1));
    answer.ask();
    await settled();
    await tell(ann, sendFrame(2), sendFrame(3));
    expect(bob.socket.sent).toEqual([]);
    answer.deliver();
    await settled();
    expect(bob.socket.heard()).toEqual(['welcome', 'presence', '1', '2', 'life', '3', '4']);
  });

  test('LIFE-4: a room that ends while the store answers is an ended room, not a wiped welcome', async () => {
    const world = await new World().open();
    const answer = gate(world.store);
    const ann = await world.join('ann');
    answer.ask();
    await settled();
    world.clock.pass(LIFE_MS);
    answer.deliver();
    await settled();
    expect(ann.socket.heard()).toEqual(['ended']);
    expect(ann.socket.closed).toBe('ended');
    expect(world.hub.size).toBe(0);
  });

  test('PRESENCE-2: who is gone before the store has answered is a member without a connection', async () => {
    const world = await new World().open();
    const answer = gate(world.store);
    const ann = await world.join('ann');
    ann.session.detached();
    answer.ask();
    answer.deliver();
    await settled();
    expect(ann.socket.sent).toEqual([]);
    expect(world.hub.size).toBe(0);
    const bob = await world.enter('bob');
    world.clock.pass(GRACE_MS);
    await settled();
    expect(bob.socket.heard()).toEqual(['presence', 'presence']);
  });

  test.each(['keys', 'join'] as const)(
    'a store that fails at %s costs the connection, and nothing else',
    async (call) => {
      const world = await new World().open();
      vi.spyOn(world.store, call).mockRejectedValueOnce(new Error('lost'));
      const ann = await world.join('ann');
      expect(ann.socket.closed).toBe('serverError');
      expect(ann.socket.sent).toEqual([]);
      expect(world.events.trouble).toHaveBeenCalledTimes(1);
      expect(world.hub.size).toBe(0);
      await world.enter('ann');
    },
  );
});

const eventNews = (logId: string, seq: number): RoomNews => ({
  type: 'event',
  logId,
  event: { seq, frame: encodeMessageEvent(seq, envelope(seq)) },
});

/** Lets a test tell a room what the store never would. */
function tapNews(store: RoomStore): (...news: readonly RoomNews[]) => void {
  const listeners: RoomListener[] = [];
  const real = store.follow.bind(store);
  vi.spyOn(store, 'follow').mockImplementation((room, listener) => {
    listeners.push(listener);
    return real(room, listener);
  });
  return (...news) => {
    for (const listener of listeners) for (const item of news) listener(item);
  };
}

/** Holds the next join back twice: before the store hears of it, and before its answer comes. */
function gate(store: RoomStore): { ask(): void; deliver(): void } {
  const [asked, delivered] = [new Signal(), new Signal()];
  const real = store.join.bind(store);
  vi.spyOn(store, 'join').mockImplementationOnce(async (room, request) => {
    await asked.given;
    const answer = await real(room, request);
    await delivered.given;
    return answer;
  });
  return { ask: () => asked.give(), deliver: () => delivered.give() };
}

class Signal {
  #give: (() => void) | undefined;
  readonly given = new Promise<void>((resolve) => {
    this.#give = resolve;
  });
  give(): void {
    this.#give?.();
  }
}

const wrongKey = (nonce: Uint8Array) =>
  signer('eve').sign('join', joinTranscript(ROOM, nonce, signer('ann').pk));

describe('denied', () => {
  const unknown = roomId('Nobody');
  test.each<[string, (nonce: Uint8Array) => Partial<Join>]>([
    ['an unknown room', () => ({ id: unknown })],
    ['a wrong key', (nonce) => ({ keySig: wrongKey(nonce) })],
    ['a wrong identity', (nonce) => ({ idSig: wrongKey(nonce) })],
    ['a signature of no shape', () => ({ keySig: new Uint8Array(64) })],
    ['a missing record', () => ({ as: 'member' })],
    ['an owner who is none', (nonce) => ({ as: 'owner', keySig: wrongKey(nonce) })],
    ['a link where there is none', (nonce) => ({ linkSig: wrongKey(nonce) })],
  ])('JOIN-5: %s: the one answer, 300 ms after the frame came', async (_title, more) => {
    const world = await new World().open();
    const connection = world.connect();
    await tell(connection, joinFrame('ann', connection.nonce, more(connection.nonce)));
    const { socket } = connection;
    world.clock.pass(DENIED_AFTER_MS - 0.01);
    await settled();
    expect([socket.sent, socket.closed]).toEqual([[], undefined]);
    world.clock.pass(0.01);
    await settled();
    expect([socket.sent, socket.closed]).toEqual([['{"type":"denied"}'], 'denied']);
    expect(world.hub.size).toBe(0);
    expect(world.clock.pending).toBe(1);
  });

  test('JOIN-5: the pause runs while the store is asked, not after it', async () => {
    const world = await new World().open();
    const answer = gate(world.store);
    const { socket } = await world.join('ann', { as: 'member' });
    world.clock.pass(DENIED_AFTER_MS - 1);
    answer.ask();
    answer.deliver();
    await settled();
    expect(socket.sent).toEqual([]);
    world.clock.pass(1);
    await settled();
    expect(socket.heard()).toEqual(['denied']);
  });

  test('JOIN-3: a proof that was heard opens no other connection', async () => {
    const world = await new World().open();
    const first = world.connect();
    const captured = joinFrame('ann', first.nonce);
    await tell(first, captured);
    expect(first.socket.heard()).toContain('welcome');
    const second = world.connect();
    await tell(second, captured);
    world.clock.pass(DENIED_AFTER_MS);
    await settled();
    expect(second.socket.heard()).toEqual(['denied']);
    expect(first.socket.closed).toBeUndefined();
  });

  test('JOIN-3: one nonce, one proof: a second join is no frame for this place', async () => {
    const world = await new World().open();
    const ann = await world.enter('ann');
    await tell(ann, joinFrame('ann', ann.nonce));
    expect(ann.socket.closed).toBe('badFrame');
  });

  test('frames behind a denied join are never read', async () => {
    const world = await new World().open();
    const connection = world.connect();
    await tell(connection, joinFrame('ann', connection.nonce, { id: unknown }), 'rubbish', sendFrame(1));
    world.clock.pass(DENIED_AFTER_MS);
    await settled();
    expect(connection.socket.heard()).toEqual(['denied']);
    expect(connection.socket.closed).toBe('denied');
  });

  test('a connection that goes while it waits leaves no timer behind', async () => {
    const world = await new World().open();
    const { session } = await world.join('ann', { id: unknown });
    expect(world.clock.pending).toBe(2);
    session.detached();
    expect(world.clock.pending).toBe(1);
  });

  test('JOIN-5: ten thousand guessed ids hear the same as a wrong key', { timeout: 60_000 }, async () => {
    const world = await new World().open(200 * DENIED_AFTER_MS);
    const guess = new SeededRandom(4);
    const answers = new Set<string>();
    for (let batch = 0; batch < 100; batch++) {
      const guesses = Array.from({ length: 100 }, () => world.connect());
      for (const [i, { session }] of guesses.entries()) {
        const id =
          i === 50 ? ROOM : roomId(Array.from({ length: 6 }, () => BASE58.charAt(guess.below(58))).join(''));
        const signature = guess.bytes(64);
        const join: Join = {
          type: 'join',
          id,
          idPk: OWNER.pk,
          as: 'key',
          idSig: signature,
          keySig: signature,
        };
        session.receive(encodeClientControl(join));
      }
      await settled();
      const early = guesses.map(({ socket }) => socket.sent.length);
      world.clock.pass(DENIED_AFTER_MS);
      await settled();
      for (const [i, { socket }] of guesses.entries()) {
        answers.add(JSON.stringify([early[i], socket.sent, socket.closed]));
      }
    }
    expect([...answers]).toEqual(['[0,["{\\"type\\":\\"denied\\"}"],"denied"]']);
    expect(await world.store.keys(ROOM)).toBeDefined();
    expect(world.hub.size).toBe(0);
  });
});

describe('live', () => {
  test('SEND-2: the echo is the only acknowledgement, the same bytes for everybody', async () => {
    const world = await new World().open();
    const [ann, bob] = [await world.enter('ann'), await world.enter('bob')];
    ann.socket.heard();
    await tell(ann, sendFrame(1));
    expect(ann.socket.sent).toHaveLength(1);
    expect(ann.socket.written.at(-1)).toBe(bob.socket.written.at(-1));
    const event = bob.socket.sealed()[0];
    expect(event).toEqual({ type: 'message', seq: 2, envelope: envelope(1) });
  });

  test('SEND-1: a repeat is silent, a gap is refused and nothing is logged', async () => {
    const world = await new World().open();
    const ann = await world.enter('ann');
    await tell(ann, sendFrame(1), sendFrame(1), sendFrame(3), sendFrame(2));
    expect(ann.socket.last('refused')).toEqual({ type: 'refused', n: 3, code: 'gap', retryAfterMs: 0 });
    expect(ann.socket.heard()).toEqual(['2', 'refused', '3']);
  });

  test('SEND-3: an envelope of another epoch is refused', async () => {
    const world = await new World().open();
    const ann = await world.enter('ann');
    await tell(ann, sendFrame(1, envelope(1, { epoch: 2 })));
    expect(ann.socket.last('refused')).toMatchObject({ n: 1, code: 'epoch' });
  });

  test('SEND-5: erasing is refused, and spends no n', async () => {
    const world = await new World().open();
    const ann = await world.enter('ann');
    const erase = { seq: 1, proof: new Uint8Array(16) };
    await tell(ann, encodeClientSealed({ type: 'send', n: 1, erase, envelope: envelope(1) }));
    expect(ann.socket.last('refused')).toMatchObject({ n: 1, code: 'not_allowed' });
    await tell(ann, sendFrame(1));
    expect(ann.socket.heard()).toEqual(['refused', '2']);
  });

  test('FRAME-5: frames are worked on one after the other, however slow the store is', async () => {
    const world = await new World().open();
    const ann = await world.enter('ann');
    const real = world.store.append.bind(world.store);
    let slow = true;
    vi.spyOn(world.store, 'append').mockImplementation(async (...request) => {
      const wait = slow ? settled() : Promise.resolve();
      slow = false;
      await wait;
      return real(...request);
    });
    await tell(ann, sendFrame(1), sendFrame(2), '{"type":"ping"}', sendFrame(3));
    await settled();
    expect(ann.socket.heard()).toEqual(['2', '3', 'pong', '4']);
  });

  test('FRAME-5: what waits is bounded by number and by bytes', async () => {
    const world = await new World().open();
    const [ann, bob] = [await world.enter('ann'), await world.enter('bob')];
    vi.spyOn(world.store, 'append').mockReturnValue(new Promise(() => {}));
    await tell(ann, sendFrame(1), ...Array.from({ length: WAITING_MAX.frames }, () => '{"type":"ping"}'));
    expect(ann.socket.closed).toBeUndefined();
    await tell(ann, '{"type":"ping"}');
    expect(ann.socket.closed).toBe('tooFast');
    const big = new Uint8Array(WAITING_MAX.bytes / 8);
    await tell(bob, sendFrame(1), ...Array.from({ length: 8 }, () => big));
    expect(bob.socket.closed).toBeUndefined();
    await tell(bob, sendFrame(2));
    expect(bob.socket.closed).toBe('tooFast');
  });

  test.each<[string, string | Uint8Array, CloseReason]>([
    ['no JSON', '{', 'badFrame'],
    ['an unknown type', '{"type":"knock"}', 'badFrame'],
    ['a reserved kind', Uint8Array.of(3, 1, 2), 'badFrame'],
    ['an empty frame', new Uint8Array(0), 'badFrame'],
    ['a message number 0', concat(Uint8Array.of(1, 0, 0, 0, 0, 0), envelope(1)), 'badFrame'],
    ['an envelope of no bucket', sendFrame(1).subarray(0, -1), 'badFrame'],
    ['a profile of another length', profileFrame.subarray(0, -1), 'badFrame'],
    ['a text that is too long', ' '.repeat(CONTROL_BYTES_MAX + 1), 'tooBig'],
  ])('FRAME-3: closed for %s, and what follows is not read', async (_title, frame, why) => {
    const world = await new World().open();
    const [ann, bob] = [await world.enter('ann'), await world.enter('bob')];
    await tell(ann, frame, sendFrame(1));
    expect(ann.socket.closed).toBe(why);
    expect(bob.socket.heard()).toEqual([]);
    expect(world.events.trouble).not.toHaveBeenCalled();
  });

  test('PROFILE-1: a profile reaches everybody with slot and identity', async () => {
    const world = await new World().open();
    const [ann, bob] = [await world.enter('ann'), await world.enter('bob')];
    await tell(ann, profileFrame);
    expect(bob.socket.sealed()[0]).toMatchObject({
      type: 'profile',
      idPk: signer('ann').pk,
    });
  });

  test('LIFE-3: keep is taken once a minute from a session', async () => {
    const world = await new World().open();
    const ann = await world.enter('ann');
    await tell(ann, '{"type":"keep"}');
    expect(ann.socket.heard()).toEqual(['life']);
    world.clock.pass(KEEP_EVERY_MS / 2 + 0.5);
    await tell(ann, '{"type":"keep"}');
    expect(ann.socket.last('refused')).toEqual({
      type: 'refused',
      code: 'rate',
      retryAfterMs: KEEP_EVERY_MS / 2,
    });
    world.clock.pass(KEEP_EVERY_MS / 2 - 1);
    await tell(ann, sendFrame(1));
    world.clock.pass(1);
    ann.socket.heard();
    await tell(ann, '{"type":"keep"}');
    expect(ann.socket.heard()).toEqual(['life']);
  });

  test('PRESENCE-5, PRESENCE-6: in a crowd a profile is acknowledged to its author, and told to nobody else', async () => {
    const world = await new World(1).open();
    const [ann, bob] = [await world.enter('ann'), await world.enter('bob')];
    await tell(ann, profileFrame, sendFrame(1));
    expect(ann.socket.heard()).toEqual(['presence', 'life', 'profile', '2']);
    expect(bob.socket.heard()).toEqual(['2']);
  });

  test('PRESENCE-3: leave is told at once and closes as left', async () => {
    const world = await new World().open();
    const [ann, bob] = [await world.enter('ann'), await world.enter('bob')];
    await tell(ann, sendFrame(1), '{"type":"leave"}', sendFrame(2));
    expect(ann.socket.closed).toBe('left');
    expect(bob.socket.last('presence')).toMatchObject({ count: 1 });
    expect(bob.socket.heard()).toEqual(['2', 'presence']);
    world.clock.pass(GRACE_MS);
    await settled();
    expect(bob.socket.heard()).toEqual([]);
  });

  test('PRESENCE-2: a lost connection is told after a while, and not at all when it is back', async () => {
    const world = await new World().open();
    const [ann, bob] = [await world.enter('ann'), await world.enter('bob')];
    ann.session.detached();
    await settled();
    await world.enter('ann', { as: 'member' });
    world.clock.pass(GRACE_MS);
    await settled();
    expect(bob.socket.heard()).toEqual([]);
  });

  test('LIFE-4: at the end everybody hears it and is closed; nobody gets in any more', async () => {
    const world = await new World().open();
    const [ann, bob] = [await world.enter('ann'), await world.enter('bob')];
    bob.socket.heard();
    ann.socket.heard();
    world.clock.pass(LIFE_MS);
    for (const { socket } of [ann, bob]) {
      expect(socket.last('ended').reason).toBe('expired');
      expect(socket.heard()).toEqual(['ended']);
      expect(socket.closed).toBe('ended');
    }
    expect(world.hub.size).toBe(0);
    expect(world.clock.pending).toBe(0);
    const late = await world.join('ann', { as: 'member' });
    world.clock.pass(DENIED_AFTER_MS);
    await settled();
    expect(late.socket.heard()).toEqual(['denied']);
  });

  test('LIFE-4: a message to a room whose time is up is not logged, and the room is over', async () => {
    const world = await new World().open();
    const ann = await world.enter('ann');
    world.clock.jump(LIFE_MS);
    await tell(ann, sendFrame(1));
    expect(ann.socket.heard()).toEqual(['ended']);
    expect(ann.socket.closed).toBe('ended');
  });

  test('LIFE-4: a session that learns of the end from an answer says so', async () => {
    const world = await new World().open();
    const ann = await world.enter('ann');
    vi.spyOn(world.store, 'append').mockResolvedValueOnce({ outcome: 'gone' });
    await tell(ann, sendFrame(1));
    expect(ann.socket.heard()).toEqual(['ended']);
    expect(ann.socket.closed).toBe('ended');
  });

  test('SEND-3: a session that was replaced elsewhere is closed', async () => {
    const world = await new World().open();
    const ann = await world.enter('ann');
    vi.spyOn(world.store, 'append').mockResolvedValueOnce({ outcome: 'replaced' });
    await tell(ann, sendFrame(1));
    expect(ann.socket.closed).toBe('replaced');
  });

  test('WELCOME-3: a hole in the news is not hidden; the connection ends and may come back', async () => {
    const world = await new World().open();
    const tellRoom = tapNews(world.store);
    const ann = await world.join('ann');
    const { logId } = ann.socket.last('welcome');
    tellRoom(eventNews(logId, 1), eventNews(logId, 2), eventNews(logId, 2));
    await settled();
    expect(ann.socket.closed).toBeUndefined();
    expect(ann.socket.heard()).toEqual(['welcome', 'presence', '1', 'life', '2']);
    tellRoom(eventNews(logId, 4));
    expect(ann.socket.closed).toBe('serverError');
    expect(world.hub.size).toBe(0);
  });

  test('WELCOME-3: a hole between the welcome and the first news is none to hide either', async () => {
    const world = await new World().open();
    const tellRoom = tapNews(world.store);
    const ann = await world.join('ann');
    tellRoom(eventNews(ann.socket.last('welcome').logId, 3));
    await settled();
    expect(ann.socket.closed).toBe('serverError');
  });

  test('WELCOME-3: a hole while the store answers ends the connection before its welcome', async () => {
    const world = await new World().open();
    const tellRoom = tapNews(world.store);
    const answer = gate(world.store);
    const ann = await world.join('ann');
    tellRoom(eventNews('AAAAAAAAAAA', 1), eventNews('AAAAAAAAAAA', 3));
    answer.ask();
    answer.deliver();
    await settled();
    expect([ann.socket.sent, ann.socket.closed]).toEqual([[], 'serverError']);
  });

  test('WELCOME-3: another log is not a continuation', async () => {
    const world = await new World().open();
    const tellRoom = tapNews(world.store);
    const ann = await world.enter('ann');
    tellRoom(eventNews('AAAAAAAAAAA', 2));
    await settled();
    expect(ann.socket.closed).toBe('serverError');
  });

  test('WELCOME-3: a store that answers with a hole is our trouble, not a welcome', async () => {
    const world = await new World().open();
    await tell(await world.enter('ann'), sendFrame(1), sendFrame(2));
    const real = world.store.join.bind(world.store);
    vi.spyOn(world.store, 'join').mockImplementationOnce(async (...request) => {
      const answer = await real(...request);
      return answer.outcome === 'joined' ? { ...answer, missed: answer.missed.slice(0, -1) } : answer;
    });
    const bob = await world.join('bob');
    expect(bob.socket.sent).toEqual([]);
    expect(bob.socket.closed).toBe('serverError');
    expect(world.events.trouble).toHaveBeenCalledTimes(1);
  });

  test('a socket that lags gets nothing queued, and everything once it has taken what it had', async () => {
    const world = await new World().open();
    const [ann, bob] = [await world.enter('ann'), await world.enter('bob')];
    bob.socket.heard();
    bob.socket.bufferedBytes = LAG_BYTES_MAX;
    await tell(ann, sendFrame(1));
    await tell(ann, sendFrame(2));
    expect([bob.socket.heard(), bob.socket.asked]).toEqual([[], true]);
    expect(ann.socket.heard()).toEqual(['presence', 'life', '2', '3']);
    bob.drain();
    expect(bob.socket.heard()).toEqual(['2', '3']);
    await tell(ann, sendFrame(3));
    expect(bob.socket.heard()).toEqual(['4']);
  });

  test('CLOSE-1: who lags until the ring has gone on is closed as too slow; others are not', async () => {
    const world = await new World().open();
    const [ann, bob] = [await world.enter('ann'), await world.enter('bob')];
    bob.socket.heard();
    bob.socket.bufferedBytes = LAG_BYTES_MAX;
    for (let n = 1; bob.socket.closed === undefined && n < 100; n++) await tell(ann, bigFrame(n));
    expect([bob.socket.closed, bob.socket.heard()]).toEqual(['tooSlow', []]);
    expect(ann.socket.closed).toBeUndefined();
    expect(ann.socket.heard().length).toBeGreaterThan(RING_MAX.bytes / 17_000);
  });

  test('WELCOME-2: a long history goes out as the socket takes it, and what happens meanwhile behind it', async () => {
    const world = await new World().open();
    const ann = await world.enter('ann');
    for (let n = 1; n <= 5; n++) await tell(ann, bigFrame(n));
    const bob = world.connect();
    bob.socket.takesNothing = true;
    await tell(bob, joinFrame('bob', bob.nonce));
    await tell(ann, sendFrame(6));
    expect(bob.socket.bufferedBytes).toBeLessThanOrEqual(LAG_BYTES_MAX);
    const heard = [...bob.socket.heard()];
    expect(heard).not.toContain('7');
    while (heard.at(-1) !== '7') {
      bob.drain();
      expect(bob.socket.bufferedBytes).toBeLessThanOrEqual(LAG_BYTES_MAX);
      const more = bob.socket.heard();
      expect(more).not.toEqual([]);
      heard.push(...more);
    }
    expect(heard).toEqual(['welcome', 'presence', '1', '2', '3', '4', '5', '6', 'life', '7']);
  });

  test('LIFE-4: the end comes at once also to who is still owed history, and nothing wiped with it', async () => {
    const world = await new World().open();
    const ann = await world.enter('ann');
    for (let n = 1; n <= 5; n++) await tell(ann, bigFrame(n));
    const bob = world.connect();
    bob.socket.takesNothing = true;
    await tell(bob, joinFrame('bob', bob.nonce));
    bob.socket.heard();
    world.clock.pass(LIFE_MS);
    expect([bob.socket.heard(), bob.socket.closed]).toEqual([['ended'], 'ended']);
    bob.drain();
    expect(bob.socket.heard()).toEqual([]);
  });

  test('a word of its own comes behind what happened before it', async () => {
    const world = await new World().open();
    const [ann, bob] = [await world.enter('ann'), await world.enter('bob')];
    bob.socket.heard();
    ann.session.receive(sendFrame(1));
    bob.session.receive('{"type":"ping"}');
    await settled();
    expect(bob.socket.heard()).toEqual(['2', 'pong']);
  });

  test('CLOSE-1: who asks and never reads is too slow as well', async () => {
    const world = await new World().open();
    const ann = await world.enter('ann');
    ann.socket.bufferedBytes = UNREAD_BYTES_MAX;
    await tell(ann, '{"type":"ping"}');
    expect(ann.socket.closed).toBeUndefined();
    ann.socket.bufferedBytes = UNREAD_BYTES_MAX + 1;
    await tell(ann, '{"type":"ping"}');
    expect(ann.socket.closed).toBe('tooSlow');
  });

  test('a store that fails costs the connection, and the place is kept for a return', async () => {
    const world = await new World().open();
    const ann = await world.enter('ann');
    vi.spyOn(world.store, 'append').mockRejectedValueOnce(new Error('lost'));
    vi.spyOn(world.store, 'detach').mockRejectedValueOnce(new Error('lost'));
    await tell(ann, sendFrame(1));
    expect(ann.socket.closed).toBe('serverError');
    expect(world.events.trouble).toHaveBeenCalledTimes(2);
    const back = await world.enter('ann', { as: 'member' });
    await tell(back, sendFrame(1));
    expect(back.socket.heard()).toEqual(['2']);
  });

  test('the hub forgets a room when the last one is out', async () => {
    const world = await new World().open();
    const [ann, bob] = [await world.enter('ann'), await world.enter('bob')];
    expect(world.hub.size).toBe(1);
    ann.session.detached();
    expect(world.hub.size).toBe(1);
    bob.session.close('drain');
    expect(bob.socket.closed).toBe('drain');
    expect(world.hub.size).toBe(0);
  });
});

describe('a store that cannot be asked', () => {
  const orders: readonly [string, 'append' | 'publishProfile' | 'renew', string | Uint8Array, object][] = [
    ['SEND-6: a message', 'append', sendFrame(1), { n: 1 }],
    ['a profile', 'publishProfile', profileFrame, {}],
    ['a keep', 'renew', '{"type":"keep"}', {}],
  ];
  test.each(orders)(
    '%s is refused, with when to try again; the socket stays',
    async (_title, ask, frame, more) => {
      const world = await new World().open();
      const ann = await world.enter('ann');
      vi.spyOn(world.store, ask).mockRejectedValueOnce(new StoreUnavailable());
      await tell(ann, frame);
      expect(ann.socket.last('refused')).toEqual({
        type: 'refused',
        code: 'unavailable',
        retryAfterMs: 2_000,
        ...more,
      });
      expect(ann.socket.closed).toBeUndefined();
      expect(world.events.trouble).not.toHaveBeenCalled();
      ann.socket.sent.length = 0;
      await tell(ann, frame);
      const heard = ann.socket.heard();
      expect(heard).not.toEqual([]);
      expect(heard).not.toContain('refused');
    },
  );

  test.each(['keys', 'join'] as const)('JOIN-6: a join is put off where %s fails', async (ask) => {
    const world = await new World().open();
    const ann = await world.enter('ann');
    vi.spyOn(world.store, ask).mockRejectedValueOnce(new StoreUnavailable('server_full'));
    const bob = await world.join('bob');
    expect(bob.socket.sent).toHaveLength(1);
    expect(bob.socket.last('refused')).toEqual({ type: 'refused', code: 'server_full', retryAfterMs: 5_000 });
    expect(bob.socket.closed).toBe('busy');
    ann.session.close('left');
    expect(world.hub.size).toBe(0);
    world.clock.pass(DENIED_AFTER_MS);
    expect(bob.socket.sent).toHaveLength(1);
    expect(world.events.trouble).not.toHaveBeenCalled();
  });

  test('JOIN-6: nothing is said to somebody who has gone meanwhile', async () => {
    const world = await new World().open();
    const bob = world.connect();
    vi.spyOn(world.store, 'join').mockImplementationOnce(async () => {
      bob.session.close('left');
      throw new StoreUnavailable();
    });
    await tell(bob, joinFrame('bob', bob.nonce));
    expect(bob.socket.sent).toEqual([]);
    expect(bob.socket.closed).toBe('left');
  });

  test('what the store has missed for good is a hole: everybody has to resume', async () => {
    const world = await new World().open();
    const listeners: RoomListener[] = [];
    const follow = world.store.follow.bind(world.store);
    vi.spyOn(world.store, 'follow').mockImplementation((room, listener) => {
      listeners.push(listener);
      return follow(room, listener);
    });
    const [ann, bob] = [await world.enter('ann'), await world.enter('bob')];
    for (const listener of listeners) listener({ type: 'hole' });
    expect([ann.socket.closed, bob.socket.closed]).toEqual(['serverError', 'serverError']);
  });
});
