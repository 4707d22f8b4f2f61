import { GRACE_MS } from '@mayfly/protocol';
import type { StoreNotice } from '../room-store.ts';
import { describe, expect, test } from 'vitest';
import { TestClock } from '../../testing/clock.ts';
import { SeededRandom } from '../../testing/random.ts';
import { Signer, envelope, makeCharter, roomId, sealedProfile, unsignedKick } from '../../testing/signer.ts';
import { MemoryStore } from './memory-store.ts';
import { keepsTheLastBars } from '../contract/bars.ts';
import type { MakeStore } from '../contract/fixture.ts';
import { NO_FILES } from '../file-store.ts';
import { fileStoreContract, roomStoreContract } from '../contract/room-store-contract.ts';

const make: MakeStore = async (limits) => {
  const clock = new TestClock();
  const store = new MemoryStore({ clock, random: new SeededRandom(7).bytes, limits });
  return {
    store,
    files: store.files ?? NO_FILES,
    pass: async (ms) => clock.pass(ms),
    jump: async (ms) => clock.jump(ms),
  };
};

roomStoreContract('memory store', make);
fileStoreContract('memory store', make);

describe('memory store: what only memory can promise', () => {
  const room = roomId('Room11');
  const owner = new Signer('owner');
  const charter = makeCharter(room, owner);

  async function openRoom(listedMax = 200) {
    const clock = new TestClock();
    const limits = { maxRooms: 2, maxMembers: 5, historyMessages: 10, historyBytes: 100_000 };
    const store = new MemoryStore({ clock, random: new SeededRandom(3).bytes, limits, listedMax });
    await store.create(room, { ownerPk: owner.pk, lifeMs: 60_000, history: 'all' });
    await store.open(room, charter);
    const join = async (name: string) => {
      const verifiedWith = { accessPk: charter.args.accessPk, epoch: 0 };
      const answer = await store.join(room, { idPk: new Signer(name).pk, as: 'key', verifiedWith });
      if (answer.outcome !== 'joined') throw new Error('not in');
      return answer;
    };
    return { clock, store, join };
  }

  test('COMMAND-5: one of 5,000 members is removed: an event and one number for all, not a word for each', async () => {
    const clock = new TestClock();
    const limits = { maxRooms: 1, maxMembers: 5_000, historyMessages: 10, historyBytes: 100_000 };
    const store = new MemoryStore({ clock, random: new SeededRandom(4).bytes, limits });
    await store.create(room, { ownerPk: owner.pk, lifeMs: 60_000, history: 'all' });
    await store.open(room, charter);
    const random = new SeededRandom(5);
    const join = async () => {
      const idPk = random.bytes(32);
      const verifiedWith = { accessPk: charter.args.accessPk, epoch: 0 };
      const answer = await store.join(room, { idPk, as: 'key', verifiedWith });
      if (answer.outcome !== 'joined') throw new Error(answer.outcome);
      return { idPk, session: answer.session };
    };
    const [ann, bob] = [await join(), await join()];
    for (let i = 2; i < 5_000; i++) await join();
    clock.pass(2_000);
    const heard: StoreNotice[] = [];
    store.follow(room, (notice) => heard.push(notice));
    const kick = unsignedKick(room, owner.pk, 2, bob.idPk);
    expect(await store.command(room, ann.session, kick)).toMatchObject({ outcome: 'appended' });
    clock.pass(2_000);
    expect(heard).toMatchObject([
      { type: 'event' },
      { type: 'presence', presence: { count: 4_999, left: [] } },
    ]);
    expect(await store.append(room, bob.session, 1, envelope(1))).toEqual({ outcome: 'removed' });
  });

  test('COMMAND-5: of 5,001 that were removed the last 5,000 stay out', async () => {
    const { store, join } = await openRoom();
    await keepsTheLastBars(store, (await join('ann')).session, { room, charter });
  });

  test('LIFE-4: what an ended room held is overwritten', async () => {
    const { clock, store, join } = await openRoom();
    const ann = await join('ann');
    await store.append(room, ann.session, 1, envelope(1));
    await store.publishProfile(room, ann.session, sealedProfile(1));
    const keys = await store.keys(room);
    const bob = await join('bob');
    const held = [
      ...bob.missed.map((event) => event.frame),
      ...bob.profiles,
      bob.terms.charter,
      bob.terms.blob,
    ];
    held.push(keys?.accessPk ?? fail(), keys?.ownerPk ?? fail());
    expect(held).toHaveLength(7);
    expect(held.every((bytes) => bytes.some((byte) => byte !== 0))).toBe(true);
    clock.pass(60_000);
    expect(held.every((bytes) => bytes.every((byte) => byte === 0))).toBe(true);
  });

  test('RESUME-4: while memory is short the newest share of the history stays, and positions before it are too old', async () => {
    const { store, join } = await openRoom();
    const { session, logId } = await join('ann');
    for (let n = 1; n <= 12; n++) await store.append(room, session, n, envelope(n));
    await store.shorten(0.25);
    const back = async (seq: number) => {
      const verifiedWith = { accessPk: charter.args.accessPk, epoch: 0 };
      const { pk: idPk } = new Signer('ann');
      const answer = await store.join(room, { idPk, as: 'member', verifiedWith, position: { logId, seq } });
      return answer.outcome === 'joined' ? [answer.mode, answer.missed.map((event) => event.seq)] : [];
    };
    expect(await back(11)).toEqual(['resume', [12, 13]]);
    expect(await back(10)).toEqual(['reset', [12, 13]]);
    const { session: newest } = await join('ann');
    for (let n = 13; n <= 30; n++) await store.append(room, newest, n, envelope(n));
    expect((await back(21))[1]).toHaveLength(10);
  });

  test("RESUME-4: trimmed frames aren't overwritten, because they may still be sending", async () => {
    const { store, join } = await openRoom();
    const ann = await join('ann');
    const events: StoreNotice[] = [];
    store.follow(room, (notice) => events.push(notice));
    for (let n = 1; n <= 12; n++) await store.append(room, ann.session, n, envelope(n));
    const [first] = events;
    expect(first?.type === 'event' && first.event.frame.subarray(5)).toEqual(envelope(1));
  });

  test('LIFE-4: a store that stops ends its rooms', async () => {
    const { store, join } = await openRoom();
    await join('ann');
    await store.create(roomId('Room22'), { ownerPk: owner.pk, lifeMs: 60_000, history: 'all' });
    const heard: StoreNotice[] = [];
    store.follow(room, (notice) => heard.push(notice));
    await store[Symbol.asyncDispose]();
    expect(heard).toEqual([{ type: 'ended', reason: 'server' }]);
    expect(await store.size()).toBe(0);
  });

  test('no timer outlives its room', async () => {
    const { clock, store, join } = await openRoom();
    const [ann, bob] = [await join('ann'), await join('bob')];
    await store.detach(room, ann.session);
    await store.detach(room, bob.session);
    clock.pass(6_000);
    await store.create(roomId('Room22'), { ownerPk: owner.pk, lifeMs: 60_000, history: 'all' });
    expect(clock.pending).toBe(4);
    await store[Symbol.asyncDispose]();
    expect(clock.pending).toBe(0);
  });

  test('PRESENCE-6: no timer of a crowd outlives its room, and nothing is announced after its end', async () => {
    const { clock, store, join } = await openRoom(1);
    for (const name of ['ann', 'bob', 'cem']) await join(name);
    const told: StoreNotice[] = [];
    store.follow(room, (notice) => told.push(notice));
    await store[Symbol.asyncDispose]();
    expect(clock.pending).toBe(0);
    clock.pass(60_000);
    expect(told).toEqual([{ type: 'ended', reason: 'server' }]);
  });
});

describe('LIFE-1: a machine that sleeps', () => {
  const room = roomId('Room11');
  const owner = new Signer('owner');
  const charter = makeCharter(room, owner);
  const verifiedWith = { accessPk: charter.args.accessPk, epoch: 0 };
  const LIFE_MS = 30 * 60_000;
  const NIGHT_MS = 8 * 3_600_000;

  async function openRoom() {
    const clock = new TestClock();
    let ahead = 1_700_000_000_000;
    const limits = { maxRooms: 2, maxMembers: 5, historyMessages: 10, historyBytes: 100_000 };
    const random = new SeededRandom(3).bytes;
    const store = new MemoryStore({ clock, random, limits, wall: () => ahead + clock.now() });
    await store.create(room, { ownerPk: owner.pk, lifeMs: LIFE_MS, history: 'all' });
    await store.open(room, charter);
    const heard: StoreNotice[] = [];
    store.follow(room, (notice) => heard.push(notice));
    const join = () => store.join(room, { idPk: new Signer('ann').pk, as: 'key', verifiedWith });
    // The machine's own clock stands still meanwhile.
    const sleep = (ms: number) => {
      ahead += ms;
    };
    return { clock, store, heard, join, sleep };
  }

  test('for longer than a room had left: it ends within seconds, and followers are notified', async () => {
    const { clock, store, heard, join, sleep } = await openRoom();
    await join();
    heard.length = 0;
    sleep(NIGHT_MS);
    clock.pass(10_000);
    expect(heard).toEqual([{ type: 'ended', reason: 'expired' }]);
    expect(await store.size()).toBe(0);
    await store[Symbol.asyncDispose]();
    expect(clock.pending).toBe(0);
  });

  test('LIFE-4: nothing revives it in those seconds', async () => {
    const { store, join, sleep } = await openRoom();
    const ann = await join();
    if (ann.outcome !== 'joined') throw new Error('not in');
    sleep(LIFE_MS);
    expect(await store.append(room, ann.session, 1, envelope(1))).toEqual({ outcome: 'gone' });
    expect(await join()).toEqual({ outcome: 'denied' });
  });

  test('for less: its time left is shorter by that, and announced', async () => {
    const { clock, heard, join, sleep } = await openRoom();
    await join();
    heard.length = 0;
    sleep(LIFE_MS - 60_000);
    clock.pass(10_000);
    expect(heard).toEqual([{ type: 'life', expiresInMs: 50_000 }]);
    expect(await join()).toMatchObject({ outcome: 'joined', expiresInMs: 50_000 });
    clock.pass(49_999);
    expect(heard.at(-1)?.type).not.toBe('ended');
    clock.pass(1);
    expect(heard.at(-1)).toEqual({ type: 'ended', reason: 'expired' });
  });

  test('more than once: all sleep counts, and activity restarts a whole life', async () => {
    const { clock, store, join, sleep } = await openRoom();
    const ann = await join();
    if (ann.outcome !== 'joined') throw new Error('not in');
    for (let i = 0; i < 2; i++) {
      sleep(LIFE_MS / 3);
      clock.pass(10_000);
    }
    expect(await join()).toMatchObject({ expiresInMs: LIFE_MS / 3 - 20_000 });
    const back = await join();
    if (back.outcome !== 'joined') throw new Error('not in');
    await store.renew(room, back.session);
    expect(await join()).toMatchObject({ expiresInMs: LIFE_MS });
  });

  test.each([60_000, -NIGHT_MS])('adjusting the clock by %i ms is not a sleep', async (ms) => {
    const { clock, heard, join, sleep } = await openRoom();
    await join();
    heard.length = 0;
    for (let i = 0; i < 5; i++) {
      sleep(ms);
      clock.pass(10_000);
    }
    expect(heard).toEqual([]);
    expect(await join()).toMatchObject({ expiresInMs: LIFE_MS - 50_000 });
  });

  test('API-1: a reservation does not outlast a sleep either', async () => {
    const { clock, store, sleep } = await openRoom();
    await store.create(roomId('Room22'), { ownerPk: owner.pk, lifeMs: LIFE_MS, history: 'all' });
    sleep(61_000);
    clock.pass(10_000);
    expect(await store.size()).toBe(1);
  });

  test('PRESENCE-2: the grace begins when the machine is awake', async () => {
    const { clock, store, heard, join, sleep } = await openRoom();
    const ann = await join();
    if (ann.outcome !== 'joined') throw new Error('not in');
    await store.detach(room, ann.session);
    heard.length = 0;
    sleep(LIFE_MS / 2);
    clock.pass(GRACE_MS - 1);
    expect(heard.flatMap((notice) => (notice.type === 'presence' ? notice.presence.left : []))).toEqual([]);
  });
});

function fail(): never {
  throw new Error('not there');
}
