// A room that needs a passphrase besides its link.

import { expect, test } from 'vitest';
import { expectAccessible } from './accessibility.ts';
import { sightings } from './canary.ts';
import { recordTraffic } from './recorder.ts';
import { startServerProcess } from './server-process.ts';
import { PHONE, type Person, openStageAt } from './stage.ts';

const PASSPHRASE = 'canary-lake 🦋 at dawn';
const NEXT = 'canary-hill at noon';

const field = ({ page }: Person) => page.getByLabel('Passphrase', { exact: true });

async function enterWith(person: Person, passphrase: string): Promise<void> {
  await field(person).fill(passphrase);
  await person.page.getByRole('button', { name: 'Join Chat Room' }).click();
}

test('a wrong passphrase is told at the door, the right one opens the room, and the owner link opens it on a phone; none leaves the page', async () => {
  await using server = await startServerProcess();
  await using wire = await recordTraffic(server.port);
  await using stage = await openStageAt(wire.port);
  const [ann, bob] = [await stage.person(), await stage.person()];
  const link = await ann.createRoom({ name: 'Ann', passphrase: PASSPHRASE });
  expect(link).toContain('#2');
  await ann.page.getByText(PASSPHRASE).waitFor();
  await ann.page.getByText('Anyone with this link and the passphrase can read the room.').waitFor();

  await bob.page.goto(link);
  await field(bob).waitFor();
  await bob.page.getByLabel('Display name').fill('Bob');
  await holdWork(bob);
  await enterWith(bob, PASSPHRASE.toUpperCase());
  await expectAccessible(bob, 'a key in the making');
  await bob.page.getByRole('button', { name: 'Cancel' }).click();
  await bob.page.evaluate(() => dispatchEvent(new Event('go-on')));
  await bob.page.locator('button[type=submit]:focus').waitFor();
  await enterWith(bob, PASSPHRASE.toUpperCase());
  await bob.page.getByRole('alert').getByText('That passphrase doesn’t open this room').waitFor();
  await expectAccessible(bob, 'a wrong passphrase');
  await enterWith(bob, PASSPHRASE);
  await bob.inRoom();
  expect(bob.page.url()).not.toContain('#');
  await bob.send('hello');
  await ann.sees('hello');
  await ann.log().getByText('Bob joined the chat').waitFor();

  for (const person of [ann, bob]) {
    await person.page.reload();
    await person.inRoom();
    await person.sees('hello');
  }
  await ann.participants(2);
  await ann.page.getByRole('button', { name: 'Invite' }).click();
  await ann.page.getByText('This tab doesn’t keep it').waitFor();
  await ann.page.keyboard.press('Escape');

  const next = await changedLink(ann);
  await bob.log().getByText('The owner changed the link').waitFor();
  await bob.send('moved along');
  await ann.sees('moved along');
  await bob.page.reload();
  await bob.sees('moved along');

  const ownerLink = await savedOwnerLink(ann);
  const code = ownerLink.split('#')[1]?.slice(1, 33) ?? '';
  const phone = await stage.person({ size: PHONE, touch: true });
  await phone.page.goto(ownerLink);
  await phone.heading('This is an owner link');
  await phone.page.waitForURL((url) => url.hash === '');
  await expectAccessible(phone, 'an owner link');
  await phone.page.reload();
  await phone.page.getByLabel('Display name').fill('Ann’s phone');
  await phone.page.getByRole('button', { name: 'Join Chat Room' }).click();
  await phone.inRoom();
  await phone.sees('moved along');
  await ann.participants(3);
  for (const person of [ann, bob, phone])
    await person.log().getByText('Ann’s phone owns the room now, with the owner link').waitFor();
  await bob.page
    .getByRole('listitem')
    .filter({ hasText: 'Ann’s phone' })
    .getByText('owner')
    .first()
    .waitFor();
  for (const bytes of [wire.fromClients(), wire.fromServer(), await server.heapSnapshot()])
    for (const secret of [PASSPHRASE, NEXT, link.split('#')[1] ?? '', next.split('#')[1] ?? '', code])
      expect(sightings(bytes, secret), secret).toEqual([]);

  await phone.page.reload();
  await phone.inRoom();
  await phone.page.getByRole('button', { name: 'More', exact: true }).click();
  await phone.page.getByRole('menuitem', { name: 'End room for everyone' }).click();
  await phone.page.getByRole('button', { name: 'End room now' }).click();
  for (const person of [ann, bob]) await person.heading('The owner ended this room');
});

/** With another passphrase, which is shown with the link. */
async function changedLink({ page }: Person): Promise<string> {
  await page.getByRole('button', { name: 'More', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Room settings' }).click();
  await page.getByRole('button', { name: 'Change the link' }).click();
  const asked = page.getByRole('dialog', { name: 'Change the link?' });
  await asked.getByText('Five random words').waitFor();
  await asked.getByLabel('Passphrase', { exact: true }).fill(NEXT);
  await asked.getByRole('button', { name: 'Change the link' }).click();
  const changed = page.getByRole('dialog', { name: 'The link has changed' });
  const link = (await changed.locator('.secret__link').textContent()) ?? '';
  expect(link).toContain('#2');
  await changed.getByText(NEXT).waitFor();
  await page.keyboard.press('Escape');
  return link.trim();
}

async function savedOwnerLink({ page }: Person): Promise<string> {
  await page.getByRole('button', { name: 'More', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Save owner link' }).click();
  const dialog = page.getByRole('dialog', { name: 'Save owner link' });
  await dialog.getByText('Whoever has this link owns the room').waitFor();
  const link = await dialog.locator('.secret__link').innerText();
  await page.keyboard.press('Escape');
  return link.trim();
}

/** Between two slices of its work, the page waits for an event. */
async function holdWork({ page }: Person): Promise<void> {
  await page.evaluate(() => {
    const isHeld = { value: true };
    addEventListener('go-on', () => (isHeld.value = false));
    const goOn = () =>
      new Promise<void>((resolve) => {
        if (isHeld.value) addEventListener('go-on', () => resolve(), { once: true });
        else setTimeout(resolve, 0);
      });
    Object.defineProperty(globalThis, 'scheduler', { value: { yield: goOn } });
  });
}
