// Reporting a room to the server’s operator: offered only where there is a contact, and never with the key.

import { expect, test } from 'vitest';
import { expectAccessible } from './accessibility.ts';
import { PHONE, openStage } from './stage.ts';

test('ABUSE_CONTACT is on the first page and in the room’s menu; what is copied has the code and the time, and no key', async () => {
  await using stage = await openStage({
    settings: { ABUSE_CONTACT: 'abuse@chat.example' },
    ownBrowser: true,
  });
  const ann = await stage.person();
  await ann.open('/');
  const onPage = ann.page.getByRole('contentinfo').getByRole('link', { name: 'abuse@chat.example' });
  expect(await onPage.getAttribute('href')).toBe('mailto:abuse@chat.example');
  await expectAccessible(ann, 'the first page with a contact');
  const link = await ann.createRoom({ name: 'Ann' });

  // People who join by link haven’t seen the first page.
  const bob = await stage.person({ size: PHONE, touch: true });
  await bob.join(link, 'Bob');
  await bob.page.getByRole('button', { name: 'More', exact: true }).click();
  await bob.page.getByRole('menuitem', { name: 'Report this room' }).click();
  const dialog = bob.page.getByRole('dialog', { name: 'Report this room' });
  await dialog.getByRole('button', { name: 'Copy code and time' }).click();
  await dialog.getByText('Copied').waitFor();
  const [, code = '', key = 'no key'] = /\/chat\/(\w+)#(.+)$/.exec(link) ?? [];
  const { text, addresses } = await dialog.evaluate((element) => ({
    text: element.textContent,
    addresses: [...element.querySelectorAll('a')].map(({ href }) => href),
  }));
  await bob.page.keyboard.press('Escape');
  await bob.composer().fill('');
  await bob.composer().press('Control+V');
  const copied = await bob.composer().inputValue();
  expect(copied).toMatch(new RegExp(`^Room ${code}, \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d UTC$`));
  expect(text).toContain(copied);
  expect(addresses).toEqual(['mailto:abuse@chat.example']);
  expect(text).not.toContain(key);
});

test('without ABUSE_CONTACT there is nothing to report to', async () => {
  await using stage = await openStage();
  const ann = await stage.person();
  const asked = ann.page.waitForResponse(/\/api\/limits$/);
  await ann.open('/');
  await asked;
  expect(await ann.page.getByRole('contentinfo').getByRole('link').count()).toBe(0);
  const again = ann.page.waitForResponse(/\/api\/limits$/);
  await ann.createRoom();
  await again;
  await ann.page.getByRole('button', { name: 'More', exact: true }).click();
  await ann.page.getByRole('menuitem', { name: 'Room details' }).waitFor();
  expect(await ann.page.getByRole('menuitem', { name: 'Report this room' }).count()).toBe(0);
});
