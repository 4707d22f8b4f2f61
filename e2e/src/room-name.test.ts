// A room's name and topic: set when it is created, read by everyone with the link, and by no one else.

import { expect, test } from 'vitest';
import { expectAccessible } from './accessibility.ts';
import { DESKTOP, PHONE, openStage } from './stage.ts';

const NAME = 'Hatch morning';
const TOPIC = 'North jetty, blue boat. Bring gloves & <b>tea</b>.';

test('CHARTER-6, LOOK-5: creator, invitation and newcomer see name and topic; title and details too', async () => {
  await using stage = await openStage();
  const ann = await stage.person();
  const link = await ann.createRoom({ name: 'Ann', roomName: `\u202E${NAME}`, topic: TOPIC });
  await ann.heading(NAME);
  expect(await ann.page.title()).toBe(`Mayfly chat · ${NAME}`);
  await ann.page.locator('.bar').getByText(TOPIC, { exact: true }).waitFor();
  await expectAccessible(ann, 'a room with a name');

  const bob = await stage.person({ size: PHONE, theme: 'dark' });
  await bob.page.goto(link);
  await bob.page.getByText(`· ${NAME}`).waitFor();
  await bob.heading('You’re invited to a room');
  await expectAccessible(bob, 'an invitation with a name');
  await bob.join(link, 'Bob');
  await bob.heading(NAME);
  await bob.log().getByText(TOPIC, { exact: true }).waitFor();
  await bob.page.getByRole('button', { name: 'More', exact: true }).click();
  await bob.page.getByRole('menuitem', { name: 'Room details' }).click();
  await bob.page.getByRole('dialog').getByText(TOPIC, { exact: true }).waitFor();
  expect(
    await bob.page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
  ).toBeLessThanOrEqual(0);
  await bob.page.keyboard.press('Escape');

  await bob.page.reload();
  await bob.heading(NAME);
});

test('CHARTER-5, CHARTER-6: a name or a topic that is too long says so and creates nothing; the next try has no owner', async () => {
  await using stage = await openStage();
  const ann = await stage.person({ size: DESKTOP });
  await ann.askForRoom({ roomName: 'n'.repeat(51), topic: 'é'.repeat(101) });
  const card = ann.page.getByRole('form', { name: 'Create a room' });
  await card.getByText('That name is too long. Use up to 50 characters.').waitFor();
  await card.getByText('That topic is too long. Shorten it.').waitFor();
  await expectAccessible(ann, 'a room name that is too long');
  await card.getByLabel('Room name').fill('ليلى');
  await card.getByLabel('Topic').fill('');
  await card.getByRole('radio', { name: 'No one owns this room' }).check({ force: true });
  await card.getByText('Not even you.').waitFor();
  await card.getByRole('button', { name: 'Create Shareable Link' }).click();
  await ann.roomCreated();
  await ann.heading('ليلى');
  await ann.page.getByRole('button', { name: 'More', exact: true }).click();
  await ann.page.getByRole('menuitem', { name: 'Room details' }).waitFor();
  for (const name of ['Room settings', 'End room for everyone'])
    expect(await ann.page.getByRole('menuitem', { name }).count()).toBe(0);
  await ann.page.getByRole('menuitem', { name: 'Room details' }).click();
  await ann.page.getByText('Whoever made this room says no one owns it').waitFor();
});
