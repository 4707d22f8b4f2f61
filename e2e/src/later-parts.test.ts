// Parts of the page that come later, and the day the server doesn't answer for them.

import { EventEmitter, once } from 'node:events';
import { expect, test } from 'vitest';
import { expectAccessible } from './accessibility.ts';
import { openStage } from './stage.ts';

test('a part that did not load says so, and is there after Try again; its style sheet has its hash', async () => {
  await using stage = await openStage();
  const ann = await stage.person();
  ann.expectComplaints(/ERR_FAILED/);
  await ann.page.route(/panels-part/, (route) => route.abort());
  await ann.createRoom({ name: 'Ann' });
  await ann.send('plain text needs none of it');
  await ann.sees('plain text needs none of it');
  await ann.page.keyboard.press('Control+f');
  const missing = ann.page.getByRole('dialog', { name: 'This couldn’t be loaded' });
  await missing.waitFor();
  await expectAccessible(ann, 'a part that is missing');
  await ann.page.unroute(/panels-part/);
  await missing.getByRole('button', { name: 'Try again' }).click();
  await ann.page.getByRole('searchbox', { name: 'Search in this room' }).waitFor();
  const hashes = await ann.page
    .locator('link[rel=stylesheet]:not([disabled])')
    .evaluateAll((links) => links.map((link) => link.getAttribute('integrity')));
  expect(hashes.length).toBeGreaterThan(1);
  for (const hash of hashes) expect(hash).toMatch(/^sha384-/);
});

test('what is typed after Ctrl+F, before the search is there, is never sent', async () => {
  await using stage = await openStage();
  const ann = await stage.person();
  const gate = new EventEmitter();
  const held = once(gate, 'open');
  await ann.page.route(/panels-part.*\.js$/, async (route) => {
    await held;
    await route.continue();
  });
  await ann.createRoom({ name: 'Ann' });
  await ann.composer().focus();
  await ann.page.keyboard.press('Control+f');
  await ann.page.locator('main[inert]').waitFor();
  await ann.page.keyboard.type('a name to look for');
  await ann.page.keyboard.press('Enter');
  gate.emit('open');
  await ann.page.getByRole('searchbox', { name: 'Search in this room' }).waitFor();
  expect(await ann.composer().inputValue()).toBe('');
  expect(await ann.messages()).toEqual([]);
});
