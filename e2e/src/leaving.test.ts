// The ways out of a room: Back steps out and Forward returns; leaving can be undone, and then is said and final.

import { describe, expect, test } from 'vitest';
import { expectAccessible } from './accessibility.ts';
import { PHONE, type Person, type Stage, openStage } from './stage.ts';

async function annAndBob(stage: Stage) {
  const ann = await stage.person();
  const bob = await stage.person({ size: PHONE, touch: true });
  const link = await ann.createRoom({ name: 'Ann' });
  await bob.open('/');
  const card = bob.page.getByRole('form', { name: 'Join existing room' });
  await card.getByLabel('Room link').fill(link);
  await card.getByLabel('Display name').fill('Bob');
  await card.getByRole('button', { name: 'Join Chat Room' }).click();
  await bob.inRoom();
  await ann.participants(2);
  const path = new URL(link).pathname;
  return { ann, bob, link, path, id: path.slice('/chat/'.length) };
}

function start(person: Person): Promise<void> {
  return person.page.getByRole('form', { name: 'Create a room' }).waitFor();
}

function undo(person: Person) {
  return person.page.getByRole('button', { name: 'Undo' });
}

async function noticesOf(person: Person): Promise<readonly string[]> {
  return person
    .log()
    .getByText(/ (joined|left) the chat/)
    .allInnerTexts();
}

async function storedOf({ page }: Person): Promise<number> {
  return page.evaluate(() => globalThis.sessionStorage.length);
}

describe('stepping out', () => {
  test.each([
    ['the browser’s Back', (bob: Person) => bob.page.goBack()],
    ['‹ in the room', (bob: Person) => bob.page.getByRole('button', { name: 'Back' }).click()],
  ])('by %s: Forward is the same person, and nobody is told', async (_, stepOut) => {
    await using stage = await openStage();
    const { ann, bob, path } = await annAndBob(stage);
    await bob.send('before');
    await ann.sees('before');
    await bob.composer().fill('half a sent');
    await stepOut(bob);
    await start(bob);
    expect(bob.page.url()).toBe(`${stage.origin}/`);
    await ann.send('meanwhile');
    await bob.page.goForward();
    await bob.inRoom();
    expect(bob.page.url()).toBe(stage.origin + path);
    await bob.sees('meanwhile');
    expect(await bob.composer().inputValue()).toBe('half a sent');
    await bob.send('still Bob');
    await ann.sees('still Bob');
    await ann.participants(2);
    expect(await ann.log().getByText('Bob joined the chat').count()).toBe(1);
    expect(await ann.log().getByText('Bob left the chat').count()).toBe(0);
    expect(await noticesOf(bob)).toEqual([]);
    expect(await bob.log().locator('.turn--own .bubble p').allInnerTexts()).toEqual(['before', 'still Bob']);
  });

  test('‹ leads someone who came by a link to the start page, and Back from there into the room', async () => {
    await using stage = await openStage();
    const { ann, link, path } = await annAndBob(stage);
    const cem = await stage.person({ size: PHONE, touch: true });
    await cem.join(link, 'Cem');
    await cem.page.getByRole('button', { name: 'Back' }).click();
    await start(cem);
    await cem.page.goBack();
    await cem.inRoom();
    expect(cem.page.url()).toBe(stage.origin + path);
    await ann.participants(3);
    expect(await ann.log().getByText('Cem left the chat').count()).toBe(0);
  });

  test('the creator is still the owner after returning', async () => {
    await using stage = await openStage();
    const { ann } = await annAndBob(stage);
    await ann.page.goBack();
    await start(ann);
    await ann.page.goForward();
    await ann.inRoom();
    await ann.page.getByText('you · owner').waitFor();
    await ann.participants(2);
  });
});

describe('leaving', () => {
  test('is in the menu and can be undone: nothing is lost or announced', async () => {
    await using stage = await openStage();
    const { ann, bob, path, id } = await annAndBob(stage);
    await bob.send('before');
    await bob.composer().fill('half a sent');
    await bob.leave();
    await start(bob);
    await bob.page.getByText(`You left ${id}`, { exact: true }).waitFor();
    await expectAccessible(bob, 'left');
    expect(await bob.composer().count()).toBe(0);
    expect(bob.page.url()).toBe(`${stage.origin}/`);
    await ann.send('meanwhile');
    await undo(bob).click();
    await bob.inRoom();
    expect(bob.page.url()).toBe(stage.origin + path);
    expect(await bob.composer().inputValue()).toBe('half a sent');
    await bob.sees('meanwhile');
    await bob.send('still Bob');
    await ann.sees('still Bob');
    expect(await ann.log().getByText('Bob left the chat').count()).toBe(0);
    await ann.participants(2);
  });

  test('is said after 10 s, and then nothing of the room is in the tab', async () => {
    await using stage = await openStage();
    const { ann, bob } = await annAndBob(stage);
    await bob.page.clock.install();
    await bob.leave();
    await undo(bob).waitFor();
    await bob.page.clock.fastForward(9_000);
    await ann.participants(2);
    await bob.page.clock.fastForward(2_000);
    await ann.sees('Bob left the chat');
    await ann.participants(1);
    await undo(bob).waitFor({ state: 'detached' });
    expect(await storedOf(bob)).toBe(0);
    expect(await bob.page.evaluate(() => globalThis.document.activeElement?.tagName)).toBe('H1');
  });

  test.each<[string, (bob: Person) => Promise<unknown>]>([
    ['the page goes', (bob) => bob.page.reload()],
    [
      'another room is opened',
      (bob) => bob.page.getByRole('button', { name: 'Create Shareable Link' }).click(),
    ],
  ])('is said at once when %s', async (_, end) => {
    await using stage = await openStage();
    const { ann, bob } = await annAndBob(stage);
    await bob.leave();
    await undo(bob).waitFor();
    await end(bob);
    await ann.sees('Bob left the chat');
    await ann.participants(1);
    expect(await undo(bob).count()).toBe(0);
  });

  test('an owner is asked, with what is lost', async () => {
    await using stage = await openStage();
    const { ann } = await annAndBob(stage);
    await ann.leave();
    const dialog = ann.page.getByRole('dialog', { name: 'Leave this room?' });
    await dialog.getByText('only its owner link brings you back').waitFor();
    await dialog.getByRole('button', { name: 'Save owner link' }).waitFor();
    await dialog.getByRole('button', { name: 'Give up the room' }).click();
    await dialog.getByText('Everyone is told that no one owns the room').waitFor();
    await dialog.getByRole('button', { name: 'Hand over…' }).click();
    await expectAccessible(ann, 'the question to a leaving owner');
    await dialog.getByRole('button', { name: 'Hand over to Bob' }).click();
    await dialog.waitFor({ state: 'detached' });
    await ann.page.getByRole('dialog').getByRole('button', { name: 'Hand over to Bob' }).waitFor();
    await ann.page.keyboard.press('Escape');
    await ann.leave();
    await dialog.getByRole('button', { name: 'Stay' }).click();
    await ann.leave();
    await dialog.getByRole('button', { name: 'Leave room' }).click();
    await undo(ann).click();
    await ann.page.getByText('you · owner').waitFor();
  });

  test('with unsent messages it is asked', async () => {
    await using stage = await openStage();
    const { bob } = await annAndBob(stage);
    bob.expectComplaints(/ERR_INTERNET_DISCONNECTED|WebSocket connection/);
    await bob.page.getByRole('button', { name: 'More', exact: true }).click();
    await bob.page.getByRole('menuitem', { name: 'Leave room' }).waitFor();
    await bob.page.keyboard.press('Escape');
    await bob.context.setOffline(true);
    await bob.send('unsent');
    await bob.page.getByText('Waiting for a connection').waitFor();
    await bob.leave();
    await bob.page.getByRole('dialog').getByText('One of your messages hasn’t been sent').waitFor();
  });

  test('with unsent messages it is asked, even if the menu never loaded', async () => {
    await using stage = await openStage();
    const ann = await stage.person();
    const bob = await stage.person({ size: PHONE, touch: true });
    bob.expectComplaints(/ERR_FAILED|ERR_INTERNET_DISCONNECTED|WebSocket connection/);
    await bob.page.route(/panels-part/, (route) => route.abort());
    await bob.join(await ann.createRoom({ name: 'Ann' }), 'Bob');
    await ann.participants(2);
    await bob.context.setOffline(true);
    await bob.send('unsent');
    await bob.page.getByText('Waiting for a connection').waitFor();
    await bob.page.getByRole('button', { name: 'More', exact: true }).click();
    const missing = bob.page.getByRole('dialog', { name: 'This couldn’t be loaded' });
    await missing.getByRole('button', { name: 'Panic: forget everything' }).waitFor();
    await missing.getByRole('button', { name: 'Leave room' }).click();
    const asked = bob.page.getByRole('dialog', { name: 'Leave this room?' });
    await asked.getByText('One of your messages hasn’t been sent').waitFor();
    await asked.getByRole('button', { name: 'Stay' }).click();
    expect(await bob.page.locator('dialog').count()).toBe(0);
    expect(await bob.log().getByText('unsent').count()).toBe(1);
  });
});

describe('a room just made', () => {
  test('is entered at once; its card has the link, Copy link focused, QR code and the name, until someone joins', async () => {
    await using stage = await openStage();
    const ann = await stage.person();
    const link = await ann.createRoom();
    expect(await ann.page.evaluate(() => globalThis.document.activeElement?.textContent)).toBe('Copy link');
    await ann.page.getByRole('button', { name: 'QR code' }).click();
    await ann.page.getByRole('dialog').getByRole('img', { name: 'QR code of the room link' }).waitFor();
    await ann.page.keyboard.press('Escape');
    await ann.page.getByRole('button', { name: 'Change your name' }).click();
    await ann.page.getByLabel('Display name').fill('Ann');
    await ann.page.getByRole('button', { name: 'Change name' }).click();
    await ann.page.locator('.created-card').getByText('Ann', { exact: true }).waitFor();
    await ann.page.getByRole('button', { name: 'Copy link' }).focus();

    const bob = await stage.person();
    await bob.join(link, 'Bob');
    await ann.sees('Bob joined the chat');
    await ann.page.getByRole('heading', { name: 'Room created' }).waitFor({ state: 'detached' });
    expect(await ann.page.evaluate(() => globalThis.document.activeElement?.ariaLabel)).toBe('Message');
    await bob.page.locator('.members').getByText('Ann', { exact: true }).waitFor();
  });
});
