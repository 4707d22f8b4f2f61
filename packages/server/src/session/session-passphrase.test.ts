// The door of a room that needs a passphrase besides its link, on every store.

import { DENIED_AFTER_MS, type Join, encodeTerms, joinTranscript } from '@mayfly/protocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { limitsAt } from '../guard/limits.ts';
import { Guard } from '../guard/guard.ts';
import { TestClock, settled } from '../testing/clock.ts';
import { RedisRooms, settling } from '../testing/redis-rooms.ts';
import { type RedisProcess, startRedis } from '../testing/redis-server.ts';
import {
  type Connection,
  LIFE_MS,
  LIMITS,
  OWNER,
  ROOM,
  SessionFixture,
  joinFrame,
  signer,
} from '../testing/session-fixture.ts';
import { Signer, makeCommand } from '../testing/signer.ts';

const LINK = new Signer('link');
const STORE_LIMITS = { maxRooms: 5, maxMembers: LIMITS.members, ...LIMITS };

let redis: RedisProcess;
let world: RedisRooms;

beforeAll(async () => {
  redis = await startRedis();
  world = new RedisRooms([redis], redis.url);
});

afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await redis[Symbol.asyncDispose]();
});

type Place = {
  readonly fixture: SessionFixture;
  /** Time passes. */
  readonly pass: (ms: number) => Promise<void>;
};

async function inMemory(): Promise<Place> {
  const clock = new TestClock();
  return { fixture: new SessionFixture(undefined, { clock }), pass: async (ms) => clock.pass(ms) };
}

async function inRedis(): Promise<Place> {
  await world.fresh();
  const store = settling(await world.node(STORE_LIMITS), world);
  const fixture = new SessionFixture(undefined, { clock: world.clock, store });
  return { fixture, pass: (ms) => world.pass(ms) };
}

async function opened(make: () => Promise<Place>, lifeMs = LIFE_MS) {
  const { fixture, pass } = await make();
  await fixture.open(lifeMs, { door: 2, linkPk: LINK.pk });
  const guard = new Guard({
    limits: limitsAt('default'),
    clock: fixture.clock,
    random: fixture.random,
    vitals: () => ({ memoryShare: 0, loopP99Ms: 0 }),
    shed: () => {},
    onTrouble: () => {},
    report: { overloaded: () => {}, relieved: () => {} },
  });
  const connect = (address: string) => fixture.connect({ budget: guard.budgetFor(address) });
  /** From this address: with the link, and the right passphrase or a wrong one. */
  const join = async (name: string, address: string, isRight = true, more: Partial<Join> = {}) => {
    const { session, socket, nonce } = connect(address);
    session.receive(frame(name, nonce, isRight, more));
    await answered(socket);
    return socket;
  };
  /** From this address, by what the room knows of them, or by the owner's key. */
  const comeBack = async (name: string, address: string, as: 'member' | 'owner') => {
    const { session, socket, nonce } = connect(address);
    session.receive(joinFrame(name, nonce, { as }));
    await answered(socket);
    return socket;
  };
  return { fixture, connect, join, comeBack, pass };
}

async function answered({ sent }: Connection['socket']): Promise<void> {
  while (sent.length === 0) await settled();
}

function frame(name: string, nonce: Uint8Array, isRight: boolean, more: Partial<Join>): string {
  const transcript = joinTranscript(ROOM, nonce, signer(name).pk);
  const access = isRight ? new Signer(`access ${ROOM}`) : new Signer('another passphrase');
  return joinFrame(name, nonce, {
    keySig: access.sign('join', transcript),
    linkSig: LINK.sign('link', transcript),
    ...more,
  });
}

const stores = [
  ['in memory', inMemory],
  ['in Redis', inRedis],
] as const;

describe.each(stores)('the door, with rooms %s', (_where, make) => {
  test('JOIN-7: link and passphrase open the door; a wrong passphrase is told at once, and for good', async () => {
    const { join } = await opened(make);
    const wrong = await join('ann', '203.0.113.1', false);
    expect([wrong.sent, wrong.closed]).toEqual([['{"type":"wrong_passphrase"}'], 'denied']);
    expect((await join('ann', '203.0.113.1')).received()).toContain('welcome');
  });

  test('attack 20, LIMIT-12: after five wrong ones an address waits, also with the right one; others, members and the owner come in', async () => {
    const { join, comeBack, pass } = await opened(make);
    await join('bob', '203.0.113.1');
    for (let i = 0; i < 5; i++)
      expect((await join('eve', '203.0.113.1', false)).received()).toEqual(['wrong_passphrase']);
    const sixth = await join('eve', '203.0.113.1', false);
    expect([sixth.sent, sixth.closed]).toEqual([
      ['{"type":"refused","code":"rate","retryAfterMs":12000}'],
      'busy',
    ]);
    expect((await join('eve', '203.0.113.1')).closed).toBe('busy');
    expect((await join('cem', '203.0.113.2')).received()).toContain('welcome');
    expect((await comeBack('bob', '203.0.113.1', 'member')).received()).toContain('welcome');
    expect((await comeBack('owner', '203.0.113.1', 'owner')).received()).toContain('welcome');
    await pass(12_000);
    expect((await join('bob', '203.0.113.1')).received()).toContain('welcome');
  });

  test('COMMAND-7: a wrong passphrase at a closed door is a wrong passphrase; the right one is told that it is closed', async () => {
    const { fixture, join } = await opened(make);
    const ann = await fixture.store.join(ROOM, {
      idPk: signer('ann').pk,
      as: 'owner',
      verifiedWith: { accessPk: new Signer(`access ${ROOM}`).pk, epoch: 0 },
    });
    if (ann.outcome !== 'joined') throw new Error(ann.outcome);
    const closed = makeCommand(ROOM, OWNER, encodeTerms({ closed: true }));
    expect(await fixture.store.command(ROOM, ann.session, closed)).toMatchObject({ outcome: 'appended' });
    expect((await join('eve', '203.0.113.1', false)).received()).toEqual(['wrong_passphrase']);
    expect((await join('eve', '203.0.113.1')).received()).toEqual(['closed']);
  });
});

test('JOIN-7: without the link, a passphrase is neither right nor wrong', async () => {
  const { fixture, connect } = await opened(inMemory);
  const linkSig = LINK.sign('link', new Uint8Array(1));
  const strangers = [true, false].map((isRight) => {
    const { session, socket, nonce } = connect('203.0.113.1');
    session.receive(frame('eve', nonce, isRight, { linkSig }));
    return socket;
  });
  await settled();
  expect(strangers.map(({ sent }) => sent)).toEqual([[], []]);
  fixture.clock.pass(DENIED_AFTER_MS);
  await settled();
  expect(strangers.map(({ sent }) => sent)).toEqual([['{"type":"denied"}'], ['{"type":"denied"}']]);
});

test('attack 20, LIMIT-12: three hundred tries without the link use up nothing of those who have it', async () => {
  const { fixture, join } = await opened(inMemory, 1_000 * LIFE_MS);
  for (let i = 0; i < 300; i++) {
    const { session, nonce } = fixture.connect();
    session.receive(joinFrame('eve', nonce));
    session.detached();
  }
  await settled();
  expect((await join('ann', '203.0.113.1', false)).received()).toEqual(['wrong_passphrase']);
  expect((await join('ann', '203.0.113.1')).received()).toContain('welcome');
});
