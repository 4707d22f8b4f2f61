// A server that shows one page something else than the others: RECV-5 and RECV-6, as they are seen.

import { type LogEvent, decodeServerSealed, encodeMessageEvent, encodeStubEvent } from '@mayfly/protocol';
import { expect, test } from 'vitest';
import { expectAccessible } from './accessibility.ts';
import { type Person, openStage } from './stage.ts';
import { Talker } from './talker.ts';

/** Decides what arrives at this page in place of each event of the log. */
async function lieTo({ page }: Person, instead: (event: LogEvent) => Uint8Array | undefined): Promise<void> {
  await page.routeWebSocket(/\/ws$/, (wire) => {
    const server = wire.connectToServer();
    server.onMessage((message) => {
      const frame = typeof message === 'string' ? undefined : decodeServerSealed(new Uint8Array(message));
      const lie = frame !== undefined && 'seq' in frame ? instead(frame) : undefined;
      wire.send(lie === undefined ? message : Buffer.from(lie));
    });
  });
}

test('RECV-5: one person who differs is named, two say that it is the server', async () => {
  await using stage = await openStage();
  const ann = await stage.person();
  let first: Uint8Array | undefined;
  let swapped = false;
  // Carl's second message is replaced by the first one, a repeat that shows nothing.
  await lieTo(ann, (event) => {
    if (event.type !== 'message') return undefined;
    const isSecond = first !== undefined && !swapped;
    first ??= event.envelope;
    swapped ||= isSecond;
    return isSecond ? encodeMessageEvent(event.seq, first) : undefined;
  });
  const link = await ann.createRoom({ name: 'Ann' });
  using carl = new Talker(link, 'Carl');
  using bob = new Talker(link, 'Bob');
  const say = async (speaker: Talker, text: string) => {
    speaker.room.send(text);
    await Promise.all([carl.keyOf(text), bob.keyOf(text)]);
  };
  await say(carl, 'the first');
  await ann.sees('the first');
  await say(carl, 'pay account two');
  await say(bob, 'did you pay?');
  await ann.sees('did you pay?');
  const amber = ann.page.getByRole('alert').filter({ hasText: 'Bob sees a different history' });
  await amber.waitFor();
  await ann.log().getByText('Bob sees a different history').waitFor();
  const people = ann.page.getByRole('complementary', { name: 'People' });
  await people.getByRole('listitem').filter({ hasText: 'Bob' }).getByText('Other history').waitFor();
  await expectAccessible(ann, 'one person differs');
  await amber.getByRole('button', { name: 'Ask them to reload' }).click();
  expect(await ann.composer().inputValue()).toMatch(/^@Bob your page shows a different history/);
  await ann.composer().fill('');

  await say(carl, 'I did');
  const red = ann.page
    .getByRole('alert')
    .filter({ hasText: 'This server shows different things to different people' });
  await red.getByText('Bob and Carl each see a different history than you do.').waitFor();
  await ann.page.getByText('The server may not show this to everyone.').waitFor();
  await ann.page.getByText('Server not trusted').waitFor();
  await expectAccessible(ann, 'the server lies');
  await red.getByRole('button', { name: 'Copy to compare' }).click();
  await red.getByText(/^(?:Copied|Your browser blocked copying\.)$/).waitFor();
  await red.getByRole('button', { name: 'Make this notice small' }).click();
  await expect.poll(() => red.getByText('What to do').count()).toBe(0);
  await red.getByRole('button', { name: 'Read' }).click();
  await red.getByRole('button', { name: 'Leave room' }).click();
  await ann.page.getByRole('dialog', { name: 'Leave this room?' }).waitFor();
});

test('RECV-6, attack 40: a message that is said to be unsent, without a proof, is the server’s doing', async () => {
  await using stage = await openStage();
  const ann = await stage.person();
  await lieTo(ann, (event) => {
    if (event.type !== 'message') return undefined;
    const header = event.envelope.slice(0, 23);
    const [restHash, proof] = [new Uint8Array(32), new Uint8Array(16)];
    return encodeStubEvent({ seq: event.seq, reason: 1, header, restHash, proof });
  });
  const link = await ann.createRoom({ name: 'Ann' });
  using bob = new Talker(link, 'Bob');
  bob.room.send('hidden');
  await bob.keyOf('hidden');
  await ann.page.getByRole('alert').getByText('couldn’t show that its author or a timer erased it').waitFor();
  expect(await ann.messages()).toEqual([]);
});
