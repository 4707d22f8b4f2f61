// What only the owner can do, as people see it.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectAccessible } from './accessibility.ts';
import { type Person, type Stage, openStage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage[Symbol.asyncDispose]());

const END = 'End room for everyone';

const menuItem = ({ page }: Person, name: string) => page.getByRole('menuitem', { name });

async function openMenu({ page }: Person): Promise<void> {
  await page.getByRole('button', { name: 'More', exact: true }).click();
  await page.getByRole('menu').waitFor();
}

test('the owner ends the room: asked first, then everyone sees whose doing it was, and nothing is left', async () => {
  const [ann, bob] = [await stage.person(), await stage.person()];
  const link = await ann.createRoom({ name: 'Ann' });
  await bob.join(link, 'Bob');
  await bob.send('hello');
  await ann.sees('hello');

  await openMenu(bob);
  await menuItem(bob, 'Leave room').waitFor();
  expect(await menuItem(bob, END).count()).toBe(0);
  await bob.page.keyboard.press('Escape');

  await openMenu(ann);
  await menuItem(ann, END).click();
  const dialog = ann.page.getByRole('dialog', { name: 'End this room for everyone?' });
  await dialog.getByText('You and one other person are disconnected').waitFor();
  expect(await focused(ann)).toBe('Keep the room');
  await expectAccessible(ann, 'the question before a room is ended');
  await ann.page.keyboard.press('Enter');
  await dialog.waitFor({ state: 'detached' });
  await bob.send('still here');
  await ann.sees('still here');

  await openMenu(ann);
  await menuItem(ann, 'Leave room').click();
  await ann.page.getByRole('dialog', { name: 'Leave this room?' }).getByRole('button', { name: END }).click();
  await dialog.getByRole('button', { name: 'End room now' }).click();
  await bob.heading('The owner ended this room');
  await ann.heading('You ended this room');
  for (const person of [ann, bob]) expect(await kept(person)).toEqual([]);

  await bob.open(link);
  await bob.heading('Room not found or has expired');
});

test('the owner removes someone: by name for those who stay, and for the one who goes, and for good', async () => {
  const [ann, bob, cem] = [await stage.person(), await stage.person(), await stage.person()];
  const link = await ann.createRoom({ name: 'Ann' });
  await bob.join(link, 'Bob');
  await cem.join(link, 'Cem');
  await bob.send('hello');
  await ann.sees('hello');
  await cem.page.getByRole('button', { name: 'About Bob' }).click();
  await cem.page.getByRole('dialog').getByRole('switch').waitFor();
  expect(await cem.page.getByRole('button', { name: 'Remove from room' }).count()).toBe(0);
  await cem.page.keyboard.press('Escape');

  await ann.page.getByRole('button', { name: 'About Bob' }).click();
  const sheet = ann.page.getByRole('dialog');
  await sheet.getByRole('button', { name: 'Remove from room' }).click();
  await sheet.getByText('With the link they can come back as someone new.').waitFor();
  expect(await focused(ann)).toBe('Cancel');
  await expectAccessible(ann, 'the question before a removal');
  await ann.page.keyboard.press('Enter');
  expect(await focused(ann)).toBe('Remove from room');
  await ann.page.keyboard.press('Enter');
  await sheet.getByRole('button', { name: 'Remove', exact: true }).click();
  await bob.heading('You were removed');
  await bob.page.getByText('Ann removed you from this room.').waitFor();
  await ann.log().getByText('You removed Bob').waitFor();
  await cem.log().getByText('Ann removed Bob').waitFor();
  await cem.participants(2);
  await sheet.waitFor({ state: 'detached' });
  for (const person of [ann, cem]) expect(await person.log().getByText('Bob left the chat').count()).toBe(0);
  expect(await kept(bob)).toEqual([]);

  await bob.join(link, 'Bob again');
  await bob.log().getByText('Ann removed Bob').waitFor();
  await ann.log().getByText('Bob again joined the chat').waitFor();

  await ann.page.getByRole('button', { name: 'About Cem' }).click();
  await sheet.getByRole('button', { name: 'Hand over to Cem' }).click();
  await sheet.getByText('Cem becomes the owner, and you stop being one').waitFor();
  expect(await focused(ann)).toBe('Cancel');
  await expectAccessible(ann, 'the question before a room is handed over');
  await ann.page.keyboard.press('Enter');
  expect(await focused(ann)).toBe('Hand over to Cem');
  await ann.page.keyboard.press('Enter');
  await sheet.getByRole('button', { name: 'Hand over now' }).click();
  await ann.log().getByText('You handed the room over to Cem').waitFor();
  for (const person of [bob, cem]) await person.log().getByText('Ann handed the room over to Cem').waitFor();
  await sheet.getByRole('button', { name: 'Hand over' }).waitFor({ state: 'detached' });
  await ann.page.keyboard.press('Escape');
  for (const person of [ann, cem]) await person.page.reload();
  await ann.inRoom();
  await openMenu(ann);
  await menuItem(ann, 'Leave room').waitFor();
  expect(await menuItem(ann, END).count()).toBe(0);
  await openMenu(cem);
  await menuItem(cem, END).waitFor();
  await cem.page.keyboard.press('Escape');
  await cem.page.getByRole('button', { name: 'About Bob again' }).click();
  await cem.page.getByRole('dialog').getByRole('button', { name: 'Remove from room' }).click();
  await cem.page.getByRole('button', { name: 'Remove', exact: true }).click();
  await bob.page.getByText('Cem removed you from this room.').waitFor();
});

/** What this tab stores of any room. */
function kept({ page }: Person): Promise<readonly string[]> {
  return page.evaluate(() => Object.keys(sessionStorage).filter((name) => name.includes(':')));
}

function focused({ page }: Person): Promise<string | null | undefined> {
  return page.evaluate(() => document.activeElement?.textContent);
}

test('the owner changes the room: everyone reads it by name, and a moderator can do as much as they may', async () => {
  const [ann, bob, cem] = [await stage.person(), await stage.person(), await stage.person()];
  const link = await ann.createRoom({ name: 'Ann' });
  await bob.join(link, 'Bob');
  await openMenu(bob);
  await menuItem(bob, 'Leave room').waitFor();
  expect(await menuItem(bob, 'Room settings').count()).toBe(0);
  await bob.page.keyboard.press('Escape');

  await openMenu(ann);
  await menuItem(ann, 'Room settings').click();
  const sheet = ann.page.getByRole('dialog', { name: 'Room settings' });
  await sheet.getByRole('switch', { name: 'Close the door' }).click();
  await bob.log().getByText('Ann closed the door: no one new can join').waitFor();
  // The page takes one order at a time.
  await ann.log().getByText('You closed the door').waitFor();
  await sheet.getByRole('textbox', { name: 'Room name' }).fill('Hatch morning');
  await sheet.getByRole('button', { name: 'Save' }).click();
  await bob.page.getByRole('heading', { name: 'Hatch morning' }).waitFor();
  await bob.log().getByText('The owner named the room Hatch morning').waitFor();
  await ann.log().getByText('You named the room Hatch morning').waitFor();
  await sheet.getByRole('radio', { name: '2 h', exact: true }).click({ force: true });
  await bob.log().getByText('The owner set the room to disappear after 2 hours').waitFor();
  await ann.log().getByText('You set the room to disappear after 2 hours').waitFor();
  await sheet.getByRole('radio', { name: '1 min', exact: true }).click({ force: true });
  await bob
    .log()
    .getByText('Ann set slow mode to a minute')
    .or(bob.log().getByText('Ann set slow mode to 1 minute'))
    .waitFor();
  await expectAccessible(ann, 'the settings of a room');
  await ann.page.keyboard.press('Escape');
  await bob.send('one');
  await bob.page.getByText('Slow mode: you can write again in').waitFor();
  await cem.open(link);
  await cem.page.getByText('taking new people').first().waitFor();

  await ann.page.getByRole('button', { name: 'About Bob' }).click();
  const about = ann.page.getByRole('dialog');
  await about.getByRole('switch', { name: 'Can close the door' }).click();
  await bob.log().getByText('The owner made Bob a moderator').waitFor();
  await expectAccessible(ann, 'the sheet about a moderator');
  await ann.page.keyboard.press('Escape');
  await openMenu(bob);
  await menuItem(bob, 'Room settings').click();
  const theirs = bob.page.getByRole('dialog', { name: 'Room settings' });
  expect(await theirs.getByRole('textbox').count()).toBe(0);
  await theirs.getByRole('switch', { name: 'Close the door' }).click();
  await ann.log().getByText('Bob opened the door').waitFor();
  await bob.page.keyboard.press('Escape');
  await cem.join(link, 'Cem');
  await ann.log().getByText('Cem joined the chat').waitFor();
  await cem.log().getByText('Bob opened the door').waitFor();

  await openMenu(ann);
  await menuItem(ann, 'Room settings').click();
  await sheet.getByRole('button', { name: 'Change the link' }).click();
  const asked = ann.page.getByRole('dialog', { name: 'Change the link?' });
  await asked.getByText('The old link stops working').waitFor();
  expect(await focused(ann)).toBe('Cancel');
  await asked.getByRole('switch', { name: 'Start fresh' }).click();
  await expectAccessible(ann, 'the question before the link changes');
  await asked.getByRole('button', { name: 'Change the link' }).click();
  const changed = ann.page.getByRole('dialog', { name: 'The link has changed' });
  const next = (await changed.locator('.secret__link').textContent()) ?? '';
  await changed.getByRole('button', { name: 'Copy link' }).waitFor();
  await ann.page.keyboard.press('Escape');
  await ann.log().getByText('You changed the link').waitFor();
  for (const person of [bob, cem]) await person.log().getByText('The owner changed the link').waitFor();
  await cem.send('still here');
  await ann.sees('still here');
  await cem.page.reload();
  await cem.sees('still here');
  await ann.send('after a reload');
  await cem.sees('after a reload');

  const dan = await stage.person();
  await dan.open(link);
  await dan.heading('Room not found or has expired');
  await dan.join(next, 'Dan');
  await dan.sees('after a reload');
  await ann.page.getByRole('button', { name: 'About Cem' }).click();
  await about.getByRole('button', { name: 'Remove from room' }).click();
  await about.getByRole('button', { name: 'Remove and change the link' }).click();
  await cem.heading('You were removed');
  const last = (await changed.locator('.secret__link').textContent()) ?? '';
  expect(new Set([link, next, last]).size).toBe(3);
  await ann.page.keyboard.press('Escape');
  await changed.waitFor({ state: 'detached' });
  await bob.log().getByText('The owner changed the link').nth(1).waitFor();
  await ann.send('without Cem');
  await dan.sees('without Cem');
  expect(await dan.log().getByText('one', { exact: true }).count()).toBe(0);
});
