// A reader whose browser lets no page keep anything (*Block all cookies*): they create, join and talk like everybody.

import { expect, test } from 'vitest';
import { drawn } from './drawn.ts';
import { BLOCK_SITE_DATA, OwnProfile } from './own-profile.ts';
import { openStage } from './stage.ts';

async function twoThatKeepNothing() {
  const [first, second] = [await OwnProfile.open(BLOCK_SITE_DATA), await OwnProfile.open(BLOCK_SITE_DATA)];
  const close = async () => {
    await first[Symbol.asyncDispose]();
    await second[Symbol.asyncDispose]();
  };
  return { first, second, [Symbol.asyncDispose]: close };
}

test('site data blocked: create, join and talk, both ways, and share a picture', async () => {
  await using profiles = await twoThatKeepNothing();
  await using stage = await openStage();
  const ann = await stage.person({ profile: profiles.first });
  const bob = await stage.person({ profile: profiles.second });
  await ann.open('/');
  const kept = ann.page.evaluate(() => globalThis.sessionStorage.length);
  await expect(kept, 'the browser blocks site data').rejects.toThrow('Access is denied');

  const link = await ann.createRoom({ name: 'Ann' });
  await bob.join(link, 'Bob');
  await bob.send('from a tab without storage');
  await ann.sees('from a tab without storage');
  await ann.send('to another one');
  await bob.sees('to another one');

  const file = { name: 'dawn.png', mimeType: 'image/png', buffer: await drawn(bob, 'image/png') };
  await bob.page.locator('input[type=file][multiple]').setInputFiles(file);
  await bob.page.getByRole('button', { name: 'Remove dawn.png' }).waitFor();
  await bob.composer().fill('at dawn');
  await bob.page.getByRole('button', { name: 'Send', exact: true }).click();
  await ann.log().getByRole('button', { name: 'Open dawn.png' }).waitFor();
  await ann.sees('at dawn');

  await ann.page.getByRole('button', { name: 'More', exact: true }).click();
  await ann.page.getByRole('menuitem', { name: 'Settings', exact: true }).click();
  const keep = ann.page.getByRole('switch', { name: 'Keep on this device' });
  for (let attempt = 1; attempt <= 2; attempt++) {
    await keep.click();
    await ann.page.getByText('Your browser doesn’t let this page keep anything').waitFor();
    await expect.poll(() => keep.isChecked()).toBe(false);
  }
});

test('site data blocked: only the address brings the key through a reload, so it is there, and the page says why', async () => {
  await using profiles = await twoThatKeepNothing();
  await using stage = await openStage();
  const ann = await stage.person({ profile: profiles.first });
  const bob = await stage.person({ profile: profiles.second });
  const link = await ann.createRoom();
  await ann.page.getByText('the key stays in the address bar').waitFor();
  expect(ann.page.url()).toBe(link);
  await bob.join(link, 'Bob');
  expect(bob.page.url()).toBe(link);
  await bob.page.getByRole('button', { name: 'Invite', exact: true }).click();
  await bob.page.getByRole('dialog').getByText('the key stays in the address bar').waitFor();
  await bob.page.reload();
  await bob.heading('You’re invited to a room');
});

test('site data blocked: the theme button works', async () => {
  await using profile = await OwnProfile.open(BLOCK_SITE_DATA);
  await using stage = await openStage();
  const ann = await stage.person({ profile });
  await ann.open('/');
  await ann.page.getByRole('button', { name: 'Switch theme' }).click();
  const theme = await ann.page.evaluate(() => globalThis.document.documentElement.dataset['theme']);
  expect(theme).toBe('dark');
});
