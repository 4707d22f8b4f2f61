// Link changes with the complete SDK and server sessions, in fake time: who moves along, who is left out, and what can fail on the way.

import { endRoom, removePerson } from '@mayfly/client/owner';
import { expect, test } from 'vitest';
import { OwnedRoom, type Tab } from './owned-room.ts';

const NUMBERS = ['one', 'two', 'three'];

const stateOf = ({ state, unverified, unsent }: Tab) => ({ state, unverified, unsent });
const FINE = { state: 'live', unverified: 0, unsent: 0 };

test('ROTATE-5, ROTATE-6: 20 asleep through three changes, beyond the list and long gone, come back and read on', async () => {
  const world = await OwnedRoom.create({ listedMax: 3 });
  const { owner } = world;
  const sleepers = Array.from({ length: 20 }, (_, i) => world.enter(`Sleeper ${i}`));
  const awake = [world.enter('Bob'), world.enter('Cem')];
  await world.calm();
  owner.write('zero');
  await world.calm();
  for (const tab of sleepers) tab.sleep();
  // Past the grace: the server counts them as gone.
  await world.calm(25_000);
  for (const text of NUMBERS) {
    expect(await world.change()).toEqual({ ok: true });
    awake[0]?.write(text);
    await world.calm();
  }
  for (const tab of sleepers) tab.open(world.link);
  await world.calm();
  for (const [i, tab] of sleepers.entries()) tab.write(`back ${i}`);
  await world.calm();
  const all = [owner, ...awake, ...sleepers];
  expect(all.map(stateOf)).toEqual(all.map(() => FINE));
  expect(new Set(all.map(({ texts }) => texts.join())).size).toBe(1);
  expect(owner.texts).toHaveLength(24);
  expect(owner.texts.slice(0, 4)).toEqual(['zero', ...NUMBERS]);
  expect(new Set(all.map(({ link }) => link.secret)).size).toBe(1);
  expect(all.map(({ lines }) => lines)).toEqual(all.map(() => 3));
  const [old, next] = [world.enter('Old'), world.enter('New', owner.link)];
  await world.calm();
  expect([old.state, next.texts]).toEqual(['denied', owner.texts]);
});

test('ROTATE-7: after a fresh start newcomers read nothing older; who slept through it reads everything', async () => {
  const world = await OwnedRoom.create();
  const bob = world.enter('Bob');
  await world.calm();
  world.owner.write('before');
  await world.calm();
  bob.sleep();
  expect(await world.change(world.owner, { fresh: true })).toEqual({ ok: true });
  world.owner.write('after');
  bob.open(world.link);
  const late = world.enter('Late', world.owner.link);
  await world.calm();
  expect([bob.texts, late.texts, bob.unverified, late.unverified]).toEqual([
    ['before', 'after'],
    ['after'],
    0,
    0,
  ]);
});

test('ROTATE-5: a page that moved once moves along on the same connection, with what it wrote meanwhile', async () => {
  const world = await OwnedRoom.create();
  const [bob, cem] = [world.enter('Bob'), world.enter('Cem')];
  await world.calm();
  expect(await world.change()).toEqual({ ok: true });
  const { opened } = world.network;
  for (let i = 0; i < 2; i++) {
    const changed = world.owner.change();
    for (let j = 0; j < 6; j++) {
      bob.write(`${i}.${j}`);
      await world.time.pass(15);
    }
    expect(await world.done(changed)).toEqual({ ok: true });
    await world.calm();
  }
  expect(world.network.opened).toBe(opened);
  const all = [world.owner, bob, cem];
  expect(all.map(stateOf)).toEqual(all.map(() => FINE));
  expect(all.map(({ texts, lines }) => [texts.length, lines])).toEqual(all.map(() => [12, 3]));
  expect(new Set(all.map(({ texts }) => texts.join())).size).toBe(1);
  expect(new Set(all.map(({ link }) => link.secret)).size).toBe(1);
});

const P = (fill: number) => new Uint8Array(32).fill(fill);

test('SLICE-4: with a passphrase, members move along without it; newcomers need the new one with the new link', async () => {
  const world = await OwnedRoom.create({ second: async () => P(1) });
  const [bob, cem] = [world.enter('Bob'), world.enter('Cem')];
  await world.calm();
  world.owner.write('before');
  await world.calm();
  cem.sleep();
  expect(await world.change()).toEqual({ ok: false, reason: 'no_passphrase' });
  expect(await world.change(world.owner, { second: async () => P(2) })).toEqual({ ok: true });
  expect(bob.link).toMatchObject({ secret: world.owner.link.secret, door: 2, second: P(2) });
  world.owner.write('after');
  await world.calm();
  // A reload, by what the tab kept; and one whose address still has the old link.
  bob.sleep();
  bob.open();
  cem.open(world.link);
  await world.calm();
  const { second: _, ...locked } = world.owner.link;
  const comers = [
    world.enter('right', world.owner.link),
    world.enter('old passphrase', { ...locked, second: P(1) }),
    world.enter('no passphrase', locked),
    world.enter('old link', world.link),
  ];
  await world.calm();
  expect([bob, cem, ...comers.slice(0, 1)].map(({ texts }) => texts)).toEqual([
    ['before', 'after'],
    ['before', 'after'],
    ['before', 'after'],
  ]);
  expect(comers.map(({ state }) => state)).toEqual(['live', 'wrong_passphrase', 'denied', 'denied']);
  expect(await world.change(world.owner, { second: async () => P(2) })).toEqual({ ok: true });
  const all = [world.owner, bob, cem];
  expect(all.map(stateOf)).toEqual(all.map(() => FINE));
});

test('ROTATE-4: two tabs of the owner’s at once: one link, and both have it', async () => {
  const world = await OwnedRoom.create();
  const [other, bob] = [world.enterAsOwner('Ann’s phone'), world.enter('Bob')];
  await world.calm();
  const both = [world.owner.change(), other.change()];
  await world.calm();
  const results = await Promise.all(both);
  expect(results.filter(({ ok }) => ok)).toHaveLength(1);
  bob.write('still here');
  await world.calm();
  const all = [world.owner, other, bob];
  expect(all.map(({ texts }) => texts)).toEqual(all.map(() => ['still here']));
  expect(new Set(all.map(({ link }) => link.secret)).size).toBe(1);
  expect(all.map(({ lines }) => lines)).toEqual([1, 1, 1]);
});

/** Milliseconds after the change began, at each step of it. */
const MOMENTS = [0, 25, 45, 60];

test.each(MOMENTS)(
  'COMMAND-4, COMMAND-5: someone is removed, or the room ends, %i ms into a change',
  async (moment) => {
    const world = await OwnedRoom.create({ seed: moment + 1 });
    const [bob, cem] = [world.enter('Bob'), world.enter('Cem')];
    await world.calm();
    const changed = world.owner.change();
    await world.time.pass(moment);
    const removed = removePerson(world.owner.room.orders, cem.idPk);
    const outcomes = await world.done(Promise.all([changed, removed]));
    await world.calm();
    expect([bob.state, world.owner.state]).toEqual(['live', 'live']);
    // If he was reconnecting for his slice, he is turned away and only knows that the link changed.
    expect(cem.state).toMatch(/^(removed|link_changed)$/);
    const { link } = world.owner;
    expect(outcomes.map(({ ok }) => ok)).toEqual([link.secret !== world.link.secret, true]);
    expect(bob.link.secret).toBe(link.secret);
    // Removed first, he gets no slice.
    if (world.owner.orders[0] === 'removed') expect(cem.link.secret).toBe(world.link.secret);
    bob.write('without Cem');
    await world.calm();
    expect([cem.texts, world.owner.texts]).toEqual([[], ['without Cem']]);

    const again = world.owner.change();
    await world.time.pass(moment);
    const ended = endRoom(world.owner.room.orders);
    await world.done(Promise.all([again, ended]));
    await world.calm();
    expect(world.owner.state).toBe('ended_by_you');
    // If he was reconnecting for his slice, only the server tells him (LIFE-4).
    expect(bob.state).toMatch(/^(ended_by_)?owner$/);
    expect(await world.node.leftovers()).toEqual({ hub: 0, store: 0 });
  },
);

const TROUBLES = [
  'the owner reloads',
  'the owner is cut off',
  'a member reloads',
  'a member is cut off',
  'it is stopped',
] as const;
const CASES = Array.from({ length: 10 }, (_, i) => ({
  moment: i * 7,
  trouble: TROUBLES[i % 5] ?? TROUBLES[0],
}));

function meet(trouble: (typeof TROUBLES)[number], world: OwnedRoom, bob: Tab, stop: AbortController): void {
  const tab = trouble.startsWith('the owner') ? world.owner : bob;
  if (trouble === 'it is stopped') stop.abort();
  else if (trouble.endsWith('reloads')) {
    tab.sleep();
    tab.open();
  } else tab.cut(world.random.pick(['reset', 'client_gone', 'silent']));
}

test.each(CASES)(
  'ROTATE-1 to ROTATE-6: $trouble, $moment ms into a change: one link for all, no message lost or doubled',
  async ({ moment, trouble }) => {
    const world = await OwnedRoom.create({ seed: moment + 1 });
    const [bob, cem] = [world.enter('Bob'), world.enter('Cem')];
    await world.calm();
    const stop = new AbortController();
    const changed = world.owner.change({ signal: stop.signal });
    bob.write('b1', 'b2');
    await world.time.pass(moment);
    cem.write('c1');
    meet(trouble, world, bob, stop);
    bob.write('b3');
    world.owner.write('a1');
    const { ok } = await world.done(changed);
    await world.calm(120_000);
    const all = [world.owner, bob, cem];
    expect(all.map(stateOf)).toEqual(all.map(() => FINE));
    expect(world.owner.texts.toSorted()).toEqual(['a1', 'b1', 'b2', 'b3', 'c1']);
    expect(new Set(all.map(({ texts }) => texts.join())).size).toBe(1);
    const { secret } = world.owner.link;
    expect(all.map(({ link }) => link.secret)).toEqual(all.map(() => secret));
    if (ok) expect(secret).not.toBe(world.link.secret);
    // Whatever became of the first, the next one is possible.
    expect(await world.change()).toEqual({ ok: true });
    expect(all.map(({ link }) => link.secret)).toEqual(all.map(() => world.owner.link.secret));
    expect(world.owner.link.secret).not.toBe(secret);
  },
);
