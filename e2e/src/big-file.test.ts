// The largest file a server takes by default, from browser to browser, over a line that goes away at half.

import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { type Person, openStage } from './stage.ts';

const NAME = 'hatch.mp4';
/** Of 100. */
const HALF = 50;

async function savedBy({ page }: Person): Promise<string> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page
      .getByRole('log')
      .getByRole('button', { name: `Save ${NAME}` })
      .click(),
  ]);
  return hashOf(await readFile(await download.path()));
}

function hashOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

test('25 MB: it waits while its sender is offline, goes on, and is the same for everyone', async () => {
  await using stage = await openStage();
  const [ann, bob] = [await stage.person(), await stage.person()];
  ann.expectComplaints(/ERR_INTERNET_DISCONNECTED|ERR_FAILED|WebSocket/);
  const link = await ann.createRoom({ name: 'Ann' });
  await bob.join(link, 'Bob');
  const bytes = randomBytes(25 * 1024 * 1024);

  const puts: string[] = [];
  await ann.context.route(/\/files\/[^/]+\/\d+$/, async (route) => {
    const part = route.request().url().split('/').at(-1) ?? '';
    puts.push(part);
    const isFirst = puts.filter((one) => one === part).length === 1;
    if (part !== `${HALF}` || !isFirst) return route.continue();
    await ann.context.setOffline(true);
    return route.abort();
  });
  await ann.page
    .locator('input[type=file][multiple]')
    .setInputFiles({ name: NAME, mimeType: 'video/mp4', buffer: bytes });
  await ann.page.getByRole('list', { name: 'To send' }).getByText(NAME).waitFor();
  await ann.page.getByRole('button', { name: 'Send', exact: true }).click();
  const upload = ann.log().getByRole('list', { name: 'Files being sent' });
  await upload.getByText(/^Waiting for a connection, \d+% of 26 MB$/).waitFor();
  expect(await bob.log().getByText(NAME).count()).toBe(0);
  await ann.context.setOffline(false);
  await bob.log().getByText(NAME).waitFor();
  await upload.waitFor({ state: 'detached' });
  // No part twice, but the one that was cut.
  expect(puts.length).toBeLessThanOrEqual(new Set(puts).size + 1);

  const late = await stage.person();
  await late.join(link, 'Late');
  expect(await savedBy(bob)).toBe(hashOf(bytes));
  expect(await savedBy(late)).toBe(hashOf(bytes));
});
