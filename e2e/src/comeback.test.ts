// Coming back: from no network, from sleep, from a server that moves or dies. In real browsers, and over real sockets.

import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Connection,
  type Room,
  type Transport,
  type WireEvents,
  createRoom,
  openRoom,
  socketUrl,
  systemClock,
  webSocketTransport,
} from '@mayfly/client';
import { encodeServerControl } from '@mayfly/protocol';
import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { PATIENCE } from '../../packages/client/src/connection/connection.ts';
import { freePort } from '../../packages/server/src/testing/free-port.ts';
import { HastyClock } from './hasty-clock.ts';
import { hold } from './held-line.ts';
import { startServerProcess } from './server-process.ts';
import { type Person, type Stage, lanAddress, openStage, openStageAt, startTestServer } from './stage.ts';

const UNLIMITED = { RATE_LIMITS: 'off' };
const NO_NETWORK = /ERR_INTERNET_DISCONNECTED|ERR_CONNECTION|WebSocket connection/;

async function three(stage: Stage): Promise<{ ann: Person; bob: Person; cem: Person; link: string }> {
  const [ann, bob, cem] = [await stage.person(), await stage.person(), await stage.person()];
  const link = await ann.createRoom({ name: 'Ann' });
  await bob.join(link, 'Bob');
  await cem.join(link, 'Cem');
  for (const person of [ann, bob, cem]) await person.participants(3);
  return { ann, bob, cem, link };
}

async function offline(person: Person): Promise<void> {
  person.expectComplaints(NO_NETWORK);
  await person.context.setOffline(true);
  await person.page.getByText('You’re offline.').waitFor();
}

/** Every notice this person sees about `name` joining or leaving. */
function noticesOf(person: Person, name: string): Promise<readonly string[]> {
  return person
    .log()
    .getByText(new RegExp(`^${name}\\b.* (joined|left) the chat`))
    .allInnerTexts();
}

function ownMessages(person: Person): Promise<readonly string[]> {
  return person.log().locator('.turn--own .bubble p').allInnerTexts();
}

describe.concurrent('no network', () => {
  test('30 s, while two others write: everything is there once, in order; what was unsent goes out', async () => {
    await using stage = await openStage();
    const { ann, bob, cem } = await three(stage);
    await bob.send('before');
    await ann.sees('before');

    await offline(bob);
    await bob.send('written offline');
    await bob.page.getByText('Waiting for a connection').waitFor();
    const people = bob.page.getByRole('complementary', { name: 'People' });
    await people.getByText('These people were here before.').waitFor();
    await bob.composer().fill('half a sent');
    for (let i = 0; i < 10; i++) {
      await (i % 2 === 0 ? ann : cem).send(`meanwhile ${i}`);
      await sleep(3_000);
    }
    expect(await bob.messages()).toEqual(['before', 'written offline']);

    await bob.context.setOffline(false);
    for (const person of [ann, cem]) await person.sees('written offline');
    const expected = ['before', ...Array.from({ length: 10 }, (_, i) => `meanwhile ${i}`), 'written offline'];
    await bob.sees('meanwhile 9');
    await bob.page.getByText('Waiting for a connection').waitFor({ state: 'detached' });
    for (const person of [ann, bob, cem]) expect(await person.messages()).toEqual(expected);
    expect(await bob.composer().inputValue()).toBe('half a sent');
    await people.getByText('These people were here before.').waitFor({ state: 'detached' });
  });

  test('a reload, and 10 s without a network: nothing is announced', async () => {
    await using stage = await openStage();
    const { ann, bob, cem } = await three(stage);
    await bob.page.reload();
    await bob.inRoom();
    await offline(bob);
    await sleep(10_000);
    await bob.context.setOffline(false);
    await bob.page.getByText('You’re offline.').waitFor({ state: 'detached' });
    await bob.send('nobody noticed');
    for (const person of [ann, cem]) {
      await person.sees('nobody noticed');
      await person.participants(3);
    }
    expect(await noticesOf(ann, 'Bob')).toEqual(['Bob and Cem joined the chat']);
    expect(await noticesOf(cem, 'Bob')).toEqual([]);
    expect(await noticesOf(bob, 'Bob')).toEqual([]);
  });
});

/** Bob is away for an hour of his own time; `meanwhile` happens in the room. */
async function awayForAnHour(stage: Stage, meanwhile: (ann: Person) => Promise<void>) {
  const ann = await stage.person();
  const bob = await stage.person();
  const link = await ann.createRoom({ name: 'Ann' });
  await bob.page.clock.install();
  await bob.join(link, 'Bob');
  await ann.send('before');
  await bob.sees('before');
  await offline(bob);
  await meanwhile(ann);
  await bob.page.clock.fastForward('01:00:00');
  await bob.context.setOffline(false);
  return { ann, bob };
}

describe.concurrent('an hour in the background, the sockets cut meanwhile', () => {
  test('everything that was missed is there', async () => {
    await using stage = await openStage({ settings: UNLIMITED });
    const missed = Array.from({ length: 30 }, (_, i) => `missed ${i}`);
    const { ann, bob } = await awayForAnHour(stage, async (person) => {
      for (const text of missed) await person.send(text);
      await person.sees('missed 29');
    });
    await bob.sees('missed 29');
    expect(await bob.messages()).toEqual(['before', ...missed]);
    await bob.send('back');
    await ann.sees('back');
    expect(await bob.page.getByText('You were away for so long').count()).toBe(0);
  });

  test('more than the room keeps: it says that some are missing', async () => {
    await using stage = await openStage({ settings: { ...UNLIMITED, ROOM_HISTORY_MESSAGES: '10' } });
    const missed = Array.from({ length: 30 }, (_, i) => `missed ${i}`);
    const { bob } = await awayForAnHour(stage, async (person) => {
      for (const text of missed) await person.send(text);
      await person.sees('missed 29');
    });
    await bob.sees('missed 29');
    await bob.page.getByText('You were away for so long that some messages are no longer kept.').waitFor();
    expect(await bob.messages()).toEqual(['before', ...missed.slice(-10)]);
  });

  test('longer than the room’s life: it has disappeared, because it was quiet', async () => {
    const clock = new HastyClock();
    await using stage = await openStage({ settings: { ROOM_EXPIRY_MINUTES: '10' }, clock });
    const { bob } = await awayForAnHour(stage, async () => clock.forward(10 * 60_000));
    await bob.heading('This room has disappeared');
    await bob.page.getByText('It was quiet for 10 minutes.').waitFor();
    expect(await bob.page.evaluate(() => globalThis.sessionStorage.length)).toBe(0);
  });
});

describe.concurrent('a server that stops', () => {
  test.each(['SIGKILL', 'SIGTERM'] as const)(
    '%s, and starts again: the room has vanished',
    async (signal) => {
      await using first = await startServerProcess({ PORT: String(await freePort()) });
      await using stage = await openStageAt(first.port);
      const ann = await stage.person();
      await ann.createRoom({ name: 'Ann' });
      await ann.send('soon gone');
      await ann.sees('soon gone');
      ann.expectComplaints(NO_NETWORK);
      const exitCode = await first.stop(signal);
      expect(exitCode).toBe(signal === 'SIGTERM' ? 0 : null);
      await ann.page.getByText('Reconnecting…').waitFor();

      await using second = await startServerProcess({ PORT: String(first.port) });
      expect(second.port).toBe(first.port);
      await ann.heading('This room has disappeared');
      await ann.page
        .getByText('The server says it was restarted, and rooms live only in its memory.')
        .waitFor();
      expect(await ann.page.getByText('soon gone').count()).toBe(0);
      expect(ann.page.url()).not.toContain('#');
    },
  );
});

describe.concurrent.each([
  { where: 'on this machine', address: '127.0.0.1' },
  { where: 'over plain HTTP', address: lanAddress() },
])('a duplicated tab $where', ({ address }) => {
  test('is a new person of the same name; the first one stays, also through reloads', async () => {
    await using stage = await openStage({ address });
    const { ann, bob } = await three(stage);
    await bob.send('from the first tab');
    const twin = await bob.duplicateTab();
    await twin.inRoom();
    await twin.sees('from the first tab');
    await ann.participants(4);
    await twin.send('from the second tab');
    await bob.sees('from the second tab');
    await bob.send('still here');
    await twin.sees('still here');
    expect(await noticesOf(ann, 'Bob')).toHaveLength(2);

    for (const { page } of [bob, twin]) await page.reload();
    for (const person of [bob, twin]) await person.inRoom();
    await bob.send('as before');
    await twin.sees('as before');
    await ann.participants(4);
    expect(await noticesOf(ann, 'Bob')).toHaveLength(2);
    expect(await ownMessages(bob)).toEqual(['from the first tab', 'still here', 'as before']);
    expect(await ownMessages(twin)).toEqual(['from the second tab']);
  });
});

test.concurrent('a tab duplicated before it was admitted joins as someone else', async () => {
  await using stage = await openStage();
  const [ann, bob] = [await stage.person(), await stage.person()];
  const link = await ann.createRoom({ name: 'Ann' });
  const letGo = await hold(bob);
  await bob.page.goto(link);
  await bob.page.getByLabel('Display name').fill('Bob');
  await bob.page.getByRole('button', { name: 'Join Chat Room' }).click();
  await bob.page.getByText('Connecting…').first().waitFor();

  const twin = await bob.duplicateTab();
  await twin.heading('You’re invited to a room');
  await twin.page.getByRole('button', { name: 'Join Chat Room' }).click();
  await twin.inRoom();
  letGo();
  await bob.inRoom();
  await ann.participants(3);
  await bob.send('from the first tab');
  await twin.sees('from the first tab');
  await twin.send('from the second tab');
  await bob.sees('from the second tab');
});

/** A member on a real socket; the test sends it `goaway` at will. */
async function enter(origin: string, options: Pick<Parameters<typeof openRoom>[0], 'link' | 'identity'>) {
  const wires: WireEvents[] = [];
  const open = webSocketTransport(socketUrl(origin), WebSocket);
  const transport: Transport = (events) => {
    wires.push(events);
    return open(events);
  };
  const stored = new Map<string, string>();
  const storage = {
    getItem: (name: string) => stored.get(name) ?? null,
    setItem: (name: string, text: string) => void stored.set(name, text),
    removeItem: (name: string) => void stored.delete(name),
  };
  let aheadMs = 0;
  const clock = { ...systemClock, now: () => systemClock.now() + aheadMs };
  const room: Room = openRoom({ ...options, storage, transport, clock, name: '' });
  const seen: string[] = [];
  const states: Connection['state'][] = [];
  const oddities: string[] = [];
  room.subscribe((news) => {
    if (news.type === 'connection') states.push(news.connection.state);
    if (news.type === 'messages') seen.push(...news.messages.map(({ text }) => text ?? ''));
    if (news.type === 'messages' && news.messages.some((m) => m.missingBefore > 0 || m.conflicting))
      oddities.push('a chain with holes');
    if (news.type === 'reset' || news.type === 'unverified') oddities.push(news.type);
  });
  while (states.at(-1) !== 'live') await sleep(5);
  const goaway = () => {
    // By their own clock it is time for another move.
    aheadMs += PATIENCE.move;
    wires.at(-1)?.text(encodeServerControl({ type: 'goaway', withinMs: 20 }));
  };
  return { room, seen, states, oddities, wires, goaway };
}

describe.concurrent('CLOSE-4: moving to another server, here to the same one', () => {
  test('again and again, while everyone writes: nothing is lost, doubled or out of order, and nothing is announced', async () => {
    await using server = await startTestServer(UNLIMITED);
    const origin = `http://127.0.0.1:${server.port}`;
    const created = await createRoom({ origin, lifeSeconds: 600, history: 'all', name: '' });
    if (!created.ok) throw new Error(created.reason);
    const { link, identity } = created;
    const people = [
      await enter(origin, { link, identity }),
      await enter(origin, { link }),
      await enter(origin, { link }),
    ];
    const ROUNDS = 150;
    for (let round = 0; round < ROUNDS; round++) {
      people.forEach(({ room }, who) => expect(room.send(`${who}:${round}`).ok).toBe(true));
      people[round % 3]?.goaway();
      await sleep(10);
    }
    const all = ROUNDS * people.length;
    while (people.some(({ seen }) => seen.length < all)) await sleep(10);
    await sleep(100);

    const [first, ...others] = people.map(({ seen }) => seen);
    expect(new Set(first).size).toBe(all);
    for (const seen of others) expect(seen).toEqual(first);
    for (const who of people.keys()) {
      const rounds = first?.filter((text) => text.startsWith(`${who}:`)).map((text) => Number(text.slice(2)));
      expect(rounds).toEqual(Array.from({ length: ROUNDS }, (_, round) => round));
    }
    for (const { states, oddities, wires, room } of people) {
      expect(wires.length).toBeGreaterThan(20);
      expect(states).not.toContain('waiting');
      expect(states).not.toContain('ended');
      expect(oddities).toEqual([]);
      room.close();
    }
  });
});
