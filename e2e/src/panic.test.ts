// The panic key: Esc three times, or the menu, and nothing of the room is in the tab.

import { describe, expect, test } from 'vitest';
import { expectAccessible } from './accessibility.ts';
import { PHONE, type Person, type Stage, openStage } from './stage.ts';

async function annAndBob(stage: Stage, onPhone = false) {
  const ann = await stage.person();
  const bob = await stage.person(onPhone ? { size: PHONE, touch: true } : {});
  await bob.join(await ann.createRoom({ name: 'Ann' }), 'Bob');
  await ann.participants(2);
  await bob.send('my secret');
  await ann.sees('my secret');
  return { ann, bob, room: bob.page.url() };
}

async function pressEsc({ page }: Person, times: number): Promise<void> {
  for (let press = 0; press < times; press++) await page.keyboard.press('Escape');
}

async function isBlank({ page }: Person): Promise<void> {
  await page.waitForURL('about:blank');
  expect(await page.evaluate(() => document.documentElement.textContent)).toBe('');
  expect(await page.title()).toBe('');
}

/** What the tab has stored for the server's pages. */
async function storedOf({ page }: Person, room: string): Promise<number> {
  await page.goto(new URL('/robots.txt', room).href);
  return page.evaluate(() => globalThis.sessionStorage.length);
}

describe('panic', () => {
  test('Esc three times: a blank page, nothing in the tab, no goodbye, and no way back', async () => {
    await using stage = await openStage();
    const { ann, bob, room } = await annAndBob(stage);
    await bob.composer().fill('half a sentence');
    await bob.composer().press('Space');
    await pressEsc(bob, 3);
    await isBlank(bob);
    await bob.page.goBack();
    expect(bob.page.url()).not.toContain('/chat/');
    expect(await storedOf(bob, room)).toBe(0);
    await ann.page.getByText('Away').waitFor();
    expect(await ann.log().getByText('Bob left the chat').count()).toBe(0);
    await bob.page.goto(room);
    await bob.heading('This link is missing its key');
  });

  test('Esc still closes a dialog and a menu first, and counts', async () => {
    await using stage = await openStage();
    const { bob } = await annAndBob(stage);
    await bob.page.getByRole('button', { name: 'Invite' }).click();
    await bob.page.getByRole('dialog').waitFor();
    await pressEsc(bob, 1);
    await bob.page.getByRole('dialog').waitFor({ state: 'detached' });
    await bob.page.getByRole('button', { name: 'More', exact: true }).click();
    await bob.page.getByRole('menu').waitFor();
    await bob.composer().press('x');
    await bob.page.getByRole('button', { name: 'More', exact: true }).click();
    await pressEsc(bob, 1);
    await bob.page.getByRole('menu').waitFor({ state: 'detached' });
    await bob.page.getByRole('button', { name: 'Invite' }).click();
    await bob.page.getByRole('dialog').waitFor();
    await pressEsc(bob, 3);
    await isBlank(bob);
  });

  test('from the menu, on a phone, with messages that were not sent', async () => {
    await using stage = await openStage();
    const { bob, room } = await annAndBob(stage, true);
    bob.expectComplaints(/ERR_INTERNET_DISCONNECTED|WebSocket connection/);
    await bob.context.setOffline(true);
    await bob.send('unsent');
    await bob.page.getByText('Waiting for a connection').waitFor();
    await bob.page.getByRole('button', { name: 'More', exact: true }).click();
    await expectAccessible(bob, 'menu');
    await bob.page.getByRole('menuitem', { name: 'Panic: forget everything' }).click();
    await isBlank(bob);
    await bob.context.setOffline(false);
    expect(await storedOf(bob, room)).toBe(0);
  });
});
