// A reader whose browser lets no page keep anything (*Block all cookies*): they create, join and talk like everybody.

import { expect, test } from 'vitest';
import { openStage } from './stage.ts';

test('site data blocked: create, join and talk, both ways', async () => {
  await using stage = await openStage();
  const [ann, bob] = [
    await stage.person({ siteData: 'blocked' }),
    await stage.person({ siteData: 'blocked' }),
  ];
  await ann.open('/');
  const kept = ann.page.evaluate(() => globalThis.sessionStorage.length);
  await expect(kept, 'the browser blocks site data').rejects.toThrow('Access is denied');

  const link = await ann.createRoom({ name: 'Ann' });
  await ann.enterCreatedRoom();
  await bob.join(link, 'Bob');
  await bob.send('from a tab without storage');
  await ann.sees('from a tab without storage');
  await ann.send('to another one');
  await bob.sees('to another one');
});

test('site data blocked: the theme button works', async () => {
  await using stage = await openStage();
  const ann = await stage.person({ siteData: 'blocked' });
  await ann.open('/');
  await ann.page.getByRole('button', { name: 'Switch between light and dark' }).click();
  const theme = await ann.page.evaluate(() => globalThis.document.documentElement.dataset['theme']);
  expect(theme).toBe('dark');
});
