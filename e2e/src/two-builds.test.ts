// Two builds in one room: a page that knows texts alone and what is of today. While a deployment is going on, or where someone
// never reloads, that is the rule.

import { expect, test } from 'vitest';
import { startRedis } from '../../packages/server/src/testing/redis-server.ts';
import { PythonClient } from './foreign/python-client.ts';
import { oldPage } from './old-page.ts';
import { type Stage, openStage } from './stage.ts';
import { Talker } from './talker.ts';

/** What a member of the old build shows. */
type Seen = { readonly texts: readonly string[]; readonly unknown: number };

type OldMember = AsyncDisposable & {
  say(text: string): Promise<void>;
  sees(text: string): Promise<void>;
  /** Fails if it can't verify a message or misses one. */
  seen(): Promise<Seen>;
  /** Has heard that the room is over, if only by the server's word. */
  isOut(): Promise<void>;
};

test('to an old page everything new is a message that needs a newer one; both talk, and nothing is lost', async () => {
  await using redis = await startRedis();
  const settings = { REDIS_URL: redis.url };
  await using stage = await openStage({ settings });
  const ann = await stage.person();
  const link = await ann.createRoom({ name: 'Ann' });
  const page = oldPage();
  await using oldNode = await openStage({ settings, ...(page !== undefined && { page }) });
  await using bob = page === undefined ? await pythonMember(link) : await pageMember(oldNode, link);
  using dee = new Talker(link, 'Dee');

  await bob.say('from before');
  const before = await dee.keyOf('from before');
  await ann.sees('from before');
  await ann.send('first wording');
  await bob.sees('first wording');
  await ann.composer().press('ArrowUp');
  await ann.composer().fill('second wording');
  await ann.composer().press('Enter');
  await ann.sees('second wording');

  expect(dee.room.send('a reply', { replyTo: before }).ok).toBe(true);
  expect(dee.room.react(before, '👍').ok).toBe(true);
  expect(dee.room.poll({ question: 'When?', options: ['now', 'later'], many: false }).ok).toBe(true);
  expect(dee.room.noteSaved().ok).toBe(true);
  await ann.log().getByText('👍').waitFor();
  await ann.log().getByRole('group', { name: 'When?' }).getByText('later').click();
  await ann.log().getByRole('button', { name: '1 person voted' }).waitFor();
  expect(dee.room.closePoll(await dee.keyOf('When?')).ok).toBe(true);
  await ann.log().getByText('This poll is closed.').waitFor();
  expect(dee.room.send('at last').ok).toBe(true);
  await bob.sees('at last');
  using eve = new Talker(link, 'Eve');
  await ann.page.getByRole('button', { name: 'About Eve' }).click();
  await ann.page.getByRole('button', { name: 'Remove from room' }).click();
  await ann.page.getByRole('button', { name: 'Remove', exact: true }).click();
  await ann.log().getByText('You removed Eve').waitFor();
  await expect.poll(() => eve.room.send('too late').ok, { timeout: 120_000 }).toBe(false);
  await bob.say('still here');
  for (const member of [ann, bob]) await member.sees('still here');

  const fromAnn = ['an edit', 'a vote'].length;
  const fromDee = ['a reaction', 'a poll', 'a note', 'the end of the poll'].length;
  expect(await bob.seen()).toEqual({
    texts: ['from before', 'first wording', 'a reply', 'at last', 'still here'],
    unknown: fromAnn + fromDee,
  });

  await ann.page.getByRole('button', { name: 'More', exact: true }).click();
  await ann.page.getByRole('menuitem', { name: 'End room for everyone' }).click();
  await ann.page.getByRole('button', { name: 'End room now' }).click();
  await ann.heading('You ended this room');
  await bob.isOut();
});

/** In a window with the old page, from a node that serves it. */
async function pageMember(stage: Stage, link: string): Promise<OldMember> {
  const bob = await stage.person();
  const { pathname, hash } = new URL(link);
  await bob.join(stage.origin + pathname + hash, 'Bob');
  const unsupported = 'This message needs a newer version of the page. Reload to read it.';
  return {
    say: (text) => bob.send(text),
    sees: (text) => bob.sees(text),
    seen: async () => {
      // What came live, and then what history brings.
      const live = await bob.messages();
      await bob.page.reload();
      await bob.sees('still here');
      expect(await bob.messages()).toEqual(live);
      expect(await bob.page.getByText('couldn’t be verified').count()).toBe(0);
      expect(await bob.page.getByText('missing').count()).toBe(0);
      const texts = live.filter((text) => text !== unsupported);
      return { texts, unknown: live.length - texts.length };
    },
    isOut: () => bob.heading('The server ended this room'),
    [Symbol.asyncDispose]: async () => {},
  };
}

/** In a clone without the history of the old page: a client that knows as little. */
async function pythonMember(link: string): Promise<OldMember> {
  const bob = new PythonClient('join', link, 'Bob');
  await bob.sees({ saw: 'welcome' });
  return {
    say: async (text) => bob.say(text),
    sees: async (text) => void (await bob.sees({ saw: 'message', text })),
    seen: async () => {
      const { messages, unverified } = await bob.log();
      expect(unverified).toBe(0);
      if (!Array.isArray(messages)) return expect.unreachable();
      for (const { missing, conflicting } of messages) expect([missing, conflicting]).toEqual([0, false]);
      const texts = messages.flatMap(({ text }) => text ?? []);
      return { texts, unknown: messages.length - texts.length };
    },
    isOut: async () => void (await bob.sees({ saw: 'end' })),
    [Symbol.asyncDispose]: () => bob[Symbol.asyncDispose](),
  };
}
