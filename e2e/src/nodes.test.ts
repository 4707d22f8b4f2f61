// People on several nodes that share a Redis: what they see when a node dies under them and Redis stands still.

import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type RedisProcess, startRedis } from '../../packages/server/src/testing/redis-server.ts';
import { BalancedNodes, type NodeName } from './balanced-nodes.ts';
import { startServerProcess } from './server-process.ts';
import { type Person, type Stage, openStageAt } from './stage.ts';

const PAUSE_MS = 5_000;

/** Three people of one room, each on a node of their own. */
async function three(stage: Stage, cluster: BalancedNodes) {
  let link = '';
  const come = async (name: string, node: NodeName): Promise<Person> => {
    await cluster.open(node);
    const person = await stage.person();
    if (link === '') {
      link = await person.createRoom({ name });
    } else await person.join(link, name);
    return person;
  };
  const people = {
    ann: await come('Ann', 'node1'),
    bob: await come('Bob', 'node2'),
    cem: await come('Cem', 'node3'),
  };
  await cluster.open('node1', 'node2', 'node3');
  for (const person of Object.values(people)) await person.participants(3);
  // Once the pages have loaded their later parts, only sockets are left.
  await expect.poll(() => cluster.sockets()).toEqual({ node1: 1, node2: 1, node3: 1 });
  return people;
}

class Conversation {
  readonly said: string[] = [];
  readonly #redis: RedisProcess;

  constructor(redis: RedisProcess) {
    this.#redis = redis;
  }

  async say(person: Person, text: string): Promise<void> {
    this.said.push(text);
    await person.send(text);
  }

  /** Everything that was said, once and in the order in which it was. */
  async isSeenBy(...people: readonly Person[]): Promise<void> {
    for (const person of people) {
      for (const text of this.said) await person.sees(text);
      await person.page.locator('.send-state').waitFor({ state: 'detached' });
      expect(await person.messages()).toEqual(this.said);
    }
  }

  /** Pages would hide a double. The log begins with the charter. */
  async isStoredOnce(): Promise<void> {
    const log = String(await this.#redis.ask('KEYS', 's{*'));
    expect(await this.#redis.ask('XLEN', log)).toBe(1 + this.said.length);
  }
}

test('a node is killed under one of three people: all that is said arrives once and in order', async () => {
  await using redis = await startRedis();
  await using cluster = await BalancedNodes.start(redis);
  await using stage = await openStageAt(cluster.port);
  const { ann, bob, cem } = await three(stage, cluster);
  const talk = new Conversation(redis);
  for (const person of [ann, bob, cem]) {
    await talk.say(person, `hello ${talk.said.length}`);
    await talk.isSeenBy(ann, bob, cem);
  }

  await cluster.nodes.node3.stop('SIGKILL');
  await talk.say(ann, 'while a node dies');
  await talk.isSeenBy(ann, bob);
  await talk.say(bob, 'and after it');
  await talk.isSeenBy(ann, bob, cem);
  await talk.say(cem, 'back elsewhere');
  await talk.isSeenBy(ann, bob, cem);
  await talk.isStoredOnce();
  expect(await cluster.sockets()).toMatchObject({ node3: 0 });
  for (const person of [ann, bob, cem]) await person.participants(3);
});

test('Redis hangs for 5 s, a node is killed, subscribers are cut off: people are informed, and nothing is lost or doubled', async () => {
  await using redis = await startRedis();
  await using cluster = await BalancedNodes.start(redis);
  await using stage = await openStageAt(cluster.port);
  const { ann, bob, cem } = await three(stage, cluster);
  const talk = new Conversation(redis);
  await talk.say(ann, 'before');
  await talk.isSeenBy(ann, bob, cem);

  redis.pause();
  const isOver = sleep(PAUSE_MS);
  await cluster.nodes.node3.stop('SIGKILL');
  await talk.say(ann, 'into the silence');
  await ann.page.getByText('Sending…').waitFor();
  await ann.page.getByText(/^The server can’t take messages right now. Sending resumes in /).waitFor();
  await cem.page.getByText('The server is having trouble.').waitFor();
  expect(await bob.messages()).toEqual(['before']);
  await isOver;
  redis.resume();

  await talk.isSeenBy(ann, bob, cem);
  for (const person of [cem, bob, ann]) {
    // Nodes that have just gone deaf hear what they missed.
    await redis.ask('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await talk.say(person, `goodbye ${talk.said.length}`);
    await talk.isSeenBy(ann, bob, cem);
  }
  await talk.isStoredOnce();
  await cem.page.locator('.banner').waitFor({ state: 'detached' });
  for (const person of [ann, bob, cem]) await person.participants(3);
  expect(
    await ann
      .log()
      .getByText(/ (joined|left) the chat/)
      .allInnerTexts(),
  ).toEqual(['Bob and Cem joined the chat']);
});

test('Redis dies: the page is served and says what cannot be done; Redis starts again: the room is over', async () => {
  await using redis = await startRedis();
  await using server = await startServerProcess({ REDIS_URL: redis.url });
  await using stage = await openStageAt(server.port);
  const [ann, bob, cem] = [await stage.person(), await stage.person(), await stage.person()];
  const link = await ann.createRoom({ name: 'Ann' });

  await redis.kill();
  await ann.send('into nothing');
  await ann.page.getByText(/^The server can’t take messages right now. Sending resumes in /).waitFor();
  await bob.page.goto(link);
  await bob.page.getByRole('button', { name: 'Join Chat Room' }).click();
  await bob.page.getByText('The server is having trouble.').waitFor();
  // The number is unknown, which isn't zero.
  await bob.page.getByRole('button', { name: 'People', exact: true }).waitFor();
  cem.expectComplaints(/503/);
  await cem.open('/');
  await cem.page.getByRole('button', { name: 'Create Shareable Link' }).click();
  await cem.page.getByText('The server is busy or restarting. Try again').waitFor();

  await redis.restart();
  await ann.heading('The server ended this room');
  await bob.heading('Room not found or has expired');
  await cem.page.getByRole('button', { name: 'Create Shareable Link' }).click();
  await cem.roomCreated();
  expect(server.output).not.toContain('trouble');
  expect(server.output.match(/Redis does not answer/g)).toHaveLength(1);
});
