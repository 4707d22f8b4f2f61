// A server that lies as hard as it can: what that costs us is bounded, and what we say of it stays calm.

import { LISTED_MAX, type PresentMember, WAIT_MS_MAX, encodeProfileFrame, u32 } from '@mayfly/protocol';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { PATIENCE } from './connection/connection.ts';
import { CATCH_UP_MS } from './live-room.ts';
import { PROFILE_PAUSE_MIN_MS } from './outgoing/own-profile.ts';
import { Author } from './testing/author.ts';
import { enter, open } from './testing/open-room.ts';
import { LOG_ID } from './testing/server-double.ts';

beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) }));
afterEach(() => void vi.useRealTimers());

type Stage = Awaited<ReturnType<typeof open>>;

const STEP_MS = 50;
const STORM_MS = 20_000;

/** Says the lie again and again while time passes; `greet` sees each new wire once. */
function storm({ server, network }: Stage, lie: () => void, greet: () => void = () => server.letIn()): void {
  let greeted = server.wire;
  for (let ms = 0; ms < STORM_MS; ms += STEP_MS) {
    if (server.wire !== greeted) {
      greeted = server.wire;
      greet();
    }
    lie();
    vi.advanceTimersByTime(STEP_MS);
    if (network.open.length > 2) throw new Error('a third wire');
  }
}

/** What the page did to the server, and what it keeps running. */
function cost({ network }: Stage) {
  return {
    wires: network.wires.length,
    frames: network.wires.reduce((sum, { sent }) => sum + sent.length, 0),
    timers: vi.getTimerCount(),
  };
}

/** More than any of these stages needs in 20 s, and far less than a loop makes. */
const MOST = { wires: 12, frames: 120, timers: 10 };

function expectBounded(stage: Stage): void {
  const { wires, frames, timers } = cost(stage);
  expect(wires).toBeLessThanOrEqual(MOST.wires);
  expect(frames).toBeLessThanOrEqual(MOST.frames);
  expect(timers).toBeLessThanOrEqual(MOST.timers);
}

// As JSON; the last ones aren't valid numbers.
const EDGES = ['0', '-0', '1', '2147483648', '4294967295', '1099511627776', '9007199254740991'];
const ODD = ['-1', '1.5', '1e300', '1e999', 'null', '"5"', 'true', '[]', '{}'];

describe.each([...EDGES, ...ODD])('BOUND-1: %s', (claim) => {
  test.each([
    ['as a pause before a message', `{"type":"refused","n":1,"code":"rate","retryAfterMs":${claim}}`],
    ['as a pause where the room is busy', `{"type":"refused","n":1,"code":"busy","retryAfterMs":${claim}}`],
    ['as the number of a message', `{"type":"refused","n":${claim},"code":"gap","retryAfterMs":0}`],
    ['as a pause before anything else', `{"type":"refused","code":"rate","retryAfterMs":${claim}}`],
    ['as a window to move in', `{"type":"goaway","withinMs":${claim}}`],
    ['as the time left', `{"type":"life","expiresInMs":${claim}}`],
    [
      'as who is here',
      `{"type":"presence","version":${claim},"snapshot":false,"joined":[],"away":[],"left":[],"count":${claim}}`,
    ],
  ])('%s', async (_where, frame) => {
    const stage = await enter();
    stage.room.send('hello');
    storm(stage, () => stage.server.wire.sayText(frame));
    expectBounded(stage);
    expect(stage.connection()).toMatch(/^(connecting|live|waiting)$/);
    expect(stage.last('life')?.expiresInMs).toBeLessThanOrEqual(7 * 24 * 3_600_000);
    const until = stage.last('outbox')?.outgoing[0]?.until ?? 0;
    expect(until - Date.now()).toBeLessThanOrEqual(WAIT_MS_MAX);
  });

  test.each(['seq', 'first', 'c', 'lastN', 'slow', 'count', 'lifeMs', 'expiresInMs'])(
    'as `%s` of a welcome',
    async (name) => {
      const stage = await open();
      const lyingWelcome = () => {
        const welcome = stage.server.welcomeFor(stage.server.challenge());
        const text = JSON.stringify({
          ...welcome,
          slot: Buffer.from(welcome.slot).toString('base64url'),
          charter: Buffer.from(welcome.charter).toString('base64url'),
          blob: Buffer.from(welcome.blob).toString('base64url'),
          [name]: '?',
        });
        stage.server.wire.sayText(text.replace('"?"', claim));
        for (const frame of stage.server.frames) stage.server.wire.give(frame);
      };
      lyingWelcome();
      stage.room.send('hello');
      storm(stage, () => stage.server.logSent(), lyingWelcome);
      expectBounded(stage);
      const { lifeMs = 3_000 } = stage.last('facts')?.facts ?? {};
      expect(lifeMs).toBeGreaterThanOrEqual(3_000);
      expect(stage.connection()).toMatch(/^(connecting|live|waiting|false_room)$/);
    },
  );
});

describe("BOUND-3: a server can't speed anything up", () => {
  test('a timer of 2^40 ms does not fire at once', async () => {
    const stage = await open();
    stage.server.wire.say({ type: 'refused', code: 'busy', retryAfterMs: 2 ** 40 });
    stage.server.wire.breakWith(1013);
    vi.advanceTimersByTime(WAIT_MS_MAX - 1);
    expect(stage.network.wires).toHaveLength(1);
    vi.advanceTimersByTime(PATIENCE.firstRetry + 1);
    expect(stage.network.wires).toHaveLength(2);
  });

  test('a profile refused again and again is signed once in 5 s', async () => {
    const stage = await enter();
    const { wire } = stage.server;
    const profiles = () => wire.sealed.filter(({ type }) => type === 'profile').length;
    let answered = 0;
    storm(stage, () => {
      if (profiles() === answered) return;
      answered = profiles();
      wire.say({ type: 'refused', code: 'rate', retryAfterMs: 0 });
    });
    expect(profiles()).toBeLessThanOrEqual(1 + STORM_MS / PROFILE_PAUSE_MIN_MS);
    expect(profiles()).toBeGreaterThan(2);
  });

  test('LIFE-3: a room is kept alive once a minute, regardless of the caller; the next wire may ask again', async () => {
    const stage = await enter();
    const kept = () => stage.server.wire.said.filter(({ type }) => type === 'keep').length;
    storm(stage, () => {
      stage.room.keepAlive();
      stage.server.wire.say({ type: 'refused', code: 'rate', retryAfterMs: 0 });
    });
    expect(kept()).toBe(1);
    vi.advanceTimersByTime(20_000);
    stage.server.wire.say({ type: 'pong' });
    vi.advanceTimersByTime(20_000);
    stage.room.keepAlive();
    expect(kept()).toBe(2);
    stage.reconnect();
    stage.server.letIn();
    stage.room.keepAlive();
    expect(kept()).toBe(1);
  });

  test('one challenge of a wire is answered', async () => {
    const stage = await open();
    const { wire } = stage.server;
    storm(
      stage,
      () => wire.say({ type: 'challenge', nonce: new Uint8Array(32) }),
      () => {},
    );
    expect(wire.said.map(({ type }) => type)).toEqual(['join']);
  });

  test('CLOSE-4: sent away again and again, a client moves once in 10 s', async () => {
    const stage = await enter();
    storm(stage, () => stage.server.wire.say({ type: 'goaway', withinMs: 0 }));
    expect(stage.network.wires.length).toBeLessThanOrEqual(2 + STORM_MS / PATIENCE.move);
    expect(stage.connection()).toBe('live');
  });

  test("CLOSE-4: sent away to servers that don't let us in: with growing pauses", async () => {
    const stage = await enter();
    const { wire } = stage.server;
    storm(
      stage,
      () => wire.say({ type: 'goaway', withinMs: 0 }),
      () => stage.server.wire.breakWith(1006),
    );
    expectBounded(stage);
    expect(wire.open).toBe(true);
  });

  test.each([0, 999, 1004, 1005, 1006, 1015, 2999, 3000, 4030, 4499, 5000, 65_535, Number.NaN])(
    'CLOSE-2: after the unknown code %d we come back with growing pauses, joined or not',
    async (code) => {
      for (const letIn of [true, false]) {
        const stage = await enter();
        const drop = () => {
          if (letIn) stage.server.letIn();
          stage.server.wire.breakWith(code);
        };
        stage.server.wire.breakWith(code);
        storm(stage, () => {}, drop);
        expectBounded(stage);
        expect(stage.connection()).not.toBe('ended');
        stage.room.close();
      }
    },
  );

  test('WELCOME-3: a hole after each welcome brings us back with growing pauses', async () => {
    const stage = await enter();
    const hole = Uint8Array.of(0x91, ...u32(77), ...new Author('Ann').write('?').envelope);
    storm(stage, () => stage.server.wire.give(hole));
    expectBounded(stage);
  });
});

describe('BOUND-4: what a welcome announces', () => {
  test("is no more than the room's history; otherwise the welcome is rejected", async () => {
    const stage = await open();
    stage.server.letIn({ first: 1, seq: 2 ** 32 - 1 });
    expect(stage.connection()).toBe('waiting');
    expect(stage.of('facts')).toEqual([]);
    storm(
      stage,
      () => {},
      () => stage.server.letIn({ first: 1, seq: 2 ** 32 - 1 }),
    );
    expectBounded(stage);
    expect(stage.connection()).not.toBe('live');
  });

  test('arrives within a minute, or is requested again from where it stopped; what came is shown', async () => {
    const stage = await enter({});
    const ann = new Author('Ann');
    stage.reconnect();
    const { wire } = stage.server;
    stage.server.letIn({ seq: 400 });
    for (let i = 0; i < 5; i++) {
      stage.server.append(ann.write(`${i}`).envelope);
      vi.advanceTimersByTime(CATCH_UP_MS / 6);
    }
    expect(stage.texts()).toEqual([]);
    vi.advanceTimersByTime(CATCH_UP_MS / 6 - 1);
    expect(wire.open).toBe(true);
    vi.advanceTimersByTime(1);
    expect(wire.open).toBe(false);
    expect(stage.texts()).toEqual(['0', '1', '2', '3', '4']);
    vi.advanceTimersByTime(PATIENCE.firstRetry);
    expect(stage.server.letIn().position).toEqual({ logId: LOG_ID, seq: 6 });
    vi.advanceTimersByTime(PATIENCE.silence - 1);
    expect(stage.connection()).toBe('live');
  });
});

describe('BOUND-5: what is kept', () => {
  let drawn = 0;
  const stranger = (): PresentMember => {
    drawn += 1;
    const slot = Uint8Array.of(9, 9, 9, 9, ...u32(drawn));
    return { slot, idPk: Uint8Array.from([...slot, ...slot, ...slot, ...slot]) };
  };
  const crowd = () => Array.from({ length: LISTED_MAX }, stranger);

  test('PRESENCE-1: at most 200 people are listed, ourselves always among them', async () => {
    const stage = await enter();
    const self = { slot: stage.server.slot, idPk: stage.server.challenge().idPk };
    let version = 0;
    const say = (snapshot: boolean, joined: readonly PresentMember[]) => {
      version += 1;
      const rest = { away: [], left: [], count: LISTED_MAX };
      stage.server.wire.say({ type: 'presence', version, snapshot, joined, ...rest });
    };
    say(true, [self]);
    for (let i = 0; i < 10; i++) say(false, crowd());
    const { members = [], whole } = stage.last('members') ?? {};
    expect(members).toHaveLength(LISTED_MAX);
    expect(members.some(({ you }) => you)).toBe(true);
    expect(whole).toBe(false);
    // Each of them is waited for: a profile says the name.
    expect(vi.getTimerCount()).toBeLessThanOrEqual(LISTED_MAX + MOST.timers);
  });

  test('a profile that does not open has no effect', async () => {
    const stage = await enter();
    const { slot, idPk } = stranger();
    const sealed = Uint8Array.of(0x13, ...new Uint8Array(300));
    const before = stage.updates.length;
    for (let i = 0; i < 1000; i++) stage.server.wire.give(encodeProfileFrame(slot, idPk, sealed));
    vi.advanceTimersByTime(1000);
    expect(stage.updates).toHaveLength(before);
  });
});
