// What people do with a message that is there: by mouse, by keyboard, and by finger.

import { expect, test } from 'vitest';
import { expectAccessible } from './accessibility.ts';
import { PHONE, type Person, type PersonOptions, type Stage, openStage } from './stage.ts';

async function inOneRoom(stage: Stage, options: PersonOptions = {}): Promise<[Person, Person]> {
  const [ann, ben] = [await stage.person(), await stage.person(options)];
  const link = await ann.createRoom({ name: 'Ann' });
  await ben.join(link, 'Ben');
  await ann.participants(2);
  return [ann, ben];
}

const bubble = (person: Person, text: string) => person.log().locator('.bubble', { hasText: text });
const bar = ({ page }: Person) => page.getByRole('toolbar', { name: 'Message actions' });
const menu = ({ page }: Person) => page.getByRole('dialog', { name: 'Message actions' });
const row = (person: Person, name: string) => menu(person).getByRole('menuitem', { name });
const pins = ({ page }: Person) => page.getByRole('region', { name: 'Pinned messages' });
const about = ({ page }: Person) => page.locator('.composer-about');

/** In sight, and where the next key goes. */
const focusedText = ({ page }: Person) =>
  page.evaluate(() => document.activeElement?.querySelector('.bubble')?.textContent);

async function isInSight({ page }: Person, text: string): Promise<boolean> {
  return page.evaluate((wanted) => {
    const log = document.querySelector('[role=log]')?.getBoundingClientRect();
    const all = [...document.querySelectorAll('.bubble')];
    const box = all.find((one) => one.textContent === wanted)?.getBoundingClientRect();
    return log !== undefined && box !== undefined && box.top >= log.top && box.bottom <= log.bottom;
  }, text);
}

test('mouse and keyboard: react, reply, go to what a quote quotes, copy, info', async () => {
  await using stage = await openStage();
  const [ann, ben] = await inOneRoom(stage);
  await ben.send('the question');
  for (let i = 0; i < 25; i++) await ben.send(`in between ${i}`);
  await ann.sees('in between 24');

  // A bar beside the message under the mouse moves nothing.
  const place = () => bubble(ann, 'in between 20').boundingBox();
  await bubble(ann, 'in between 20').hover();
  const before = await place();
  await bar(ann).waitFor();
  expect(await place()).toEqual(before);
  await expectAccessible(ann, 'message bar');
  await bar(ann).getByRole('button', { name: 'React' }).click();
  await menu(ann).getByRole('button', { name: 'React with 👍' }).click();
  await ann.log().getByRole('button', { name: '👍 1: you', pressed: true }).waitFor();
  const chip = ben.log().getByRole('button', { name: '👍 1: Ann' });
  await chip.click();
  await ann.log().getByRole('button', { name: '👍 2: Ben and you', pressed: true }).click();
  await ben.log().getByRole('button', { name: '👍 1: you', pressed: true }).waitFor();

  // More emoji, by the keyboard; the letters are no shortcuts there.
  await bubble(ann, 'in between 24').click({ button: 'right' });
  await menu(ann).getByRole('button', { name: 'More emoji' }).press('Enter');
  await menu(ann).getByRole('searchbox').and(ann.page.locator(':focus')).waitFor();
  await ann.page.keyboard.type('cricket');
  await ann.page.keyboard.press('ArrowDown');
  await expectAccessible(ann, 'more emoji in a menu');
  await ann.page.keyboard.press('Enter');
  await ben.log().getByRole('button', { name: '🦗 1: Ann' }).waitFor();

  // Who reacted, by a right click on the chip.
  await ann.log().getByRole('button', { name: '👍 1: Ben' }).click({ button: 'right' });
  const info = ann.page.getByRole('dialog', { name: 'Message info' });
  await info.getByText('Reacted with 👍').waitFor();
  await info.getByText('Valid. Only Ben could have written this').waitFor();
  await expectAccessible(ann, 'message info');
  await ann.page.keyboard.press('Escape');
  await info.waitFor({ state: 'detached' });

  // The keyboard: arrows go from message to message, Enter opens the menu, a letter chooses.
  await ann.log().focus();
  await ann.page.keyboard.press('ArrowUp');
  expect(await focusedText(ann)).toBe('in between 24');
  await ann.page.keyboard.press('ArrowUp');
  await ann.page.keyboard.press('ArrowDown');
  expect(await focusedText(ann)).toBe('in between 24');
  await ann.page.keyboard.press('Enter');
  await row(ann, 'Copy text').waitFor();
  await expectAccessible(ann, 'message menu');
  await ann.page.keyboard.press('c');
  await menu(ann).waitFor({ state: 'detached' });
  expect(await focusedText(ann)).toBe('in between 24');
  await ann.page.keyboard.press('Shift+F10');
  await menu(ann).waitFor();
  await ann.page.keyboard.press('i');
  await info.waitFor();
  await ann.page.keyboard.press('Escape');
  await info.waitFor({ state: 'detached' });
  await ann.page.keyboard.press('Shift+F10');
  await menu(ann).waitFor();
  await ann.page.keyboard.press('Escape');
  await menu(ann).waitFor({ state: 'detached' });
  await ann.page.keyboard.press('Escape');
  expect(await ann.page.evaluate(() => document.activeElement?.ariaLabel)).toBe('Messages');

  // A reply, kept through a reload, and the way back to what it answers.
  await ann.log().evaluate((log) => log.scrollTo(0, 0));
  await bubble(ann, 'the question').click({ button: 'right' });
  await row(ann, 'Reply').click();
  await ann.page.keyboard.type('the answer');
  await ann.page.reload();
  await ann.inRoom();
  await about(ann).getByText('the question').waitFor();
  await expectAccessible(ann, 'reply');
  await ann.composer().press('Enter');
  await ben.sees('the answer');
  await about(ann).waitFor({ state: 'detached' });
  expect(await isInSight(ben, 'the question')).toBe(false);
  await ben.log().getByRole('button', { name: 'Ben the question' }).click();
  await expect.poll(() => isInSight(ben, 'the question')).toBe(true);
  expect(await focusedText(ben)).toBe('the question');
});

test('a finger: it rests for the menu, and swipes to reply', async () => {
  await using stage = await openStage();
  const [ann, ben] = await inOneRoom(stage, { size: PHONE, touch: true, theme: 'dark' });
  await ann.send('hold me');
  await ann.send('swipe me');
  await ben.sees('swipe me');
  await ben.page.waitForFunction(() => document.querySelector('#message-keys') !== null);

  const finger = await fingerOf(ben);
  await finger.down(await middleOf(ben, 'hold me'));
  await menu(ben).waitFor();
  await finger.up();
  await expectAccessible(ben, 'message sheet');
  await row(ben, 'Reply').tap();
  await about(ben).getByText('hold me').waitFor();
  await ben.page.getByRole('button', { name: 'Cancel reply' }).tap();
  await about(ben).waitFor({ state: 'detached' });

  const { x, y } = await middleOf(ben, 'swipe me');
  await finger.down({ x, y });
  for (let dx = 10; dx <= 80; dx += 10) await finger.move({ x: x + dx, y: y + 2 });
  await ben.page.locator('.swipe-disc--full').waitFor();
  await finger.up();
  await about(ben).getByText('swipe me').waitFor();
  expect(await bubble(ben, 'swipe me').evaluate((one) => one.parentElement?.style.translate)).toBe('');

  // Against the line a swipe does nothing.
  await ben.composer().press('Escape');
  await about(ben).waitFor({ state: 'detached' });
  await finger.down({ x, y });
  for (let dx = 10; dx <= 80; dx += 10) await finger.move({ x: x - dx, y });
  await finger.up();
  expect(await about(ben).count()).toBe(0);

  // Any emoji, from the sheet.
  await finger.down({ x, y });
  await menu(ben).waitFor();
  await finger.up();
  await menu(ben).getByRole('button', { name: 'More emoji' }).tap();
  await menu(ben).getByRole('tab', { name: 'Food and drink' }).tap();
  await expectAccessible(ben, 'more emoji in a sheet');
  await menu(ben).getByRole('button', { name: 'teapot' }).tap();
  await menu(ben).waitFor({ state: 'detached' });
  await ann.log().getByRole('button', { name: '🫖 1: Ben' }).waitFor();
});

test('pins: by the owner, shown to all, with a way there; and a message taken back to be written again', async () => {
  await using stage = await openStage();
  const [ann, ben] = await inOneRoom(stage, { size: PHONE, touch: true });
  await ben.send('gate code: 4417');
  for (let i = 0; i < 20; i++) await ann.send(`in between ${i}`);
  await ann.send('boots, not sandals');
  await ben.sees('boots, not sandals');
  for (const text of ['gate code: 4417', 'boots, not sandals']) {
    await bubble(ann, text).click({ button: 'right' });
    await row(ann, 'Pin for everyone').click();
    await pins(ann).getByText(text).waitFor();
  }
  await ann.log().getByText('You pinned a message').first().waitFor();
  await ben.log().getByText('Ann pinned a message').first().waitFor();
  await pins(ben).getByText('Pinned by Ann, 1 of 2').waitFor();
  await expectAccessible(ben, 'pinned messages');
  await pins(ben).getByRole('button', { name: /boots/ }).tap();
  await pins(ben)
    .getByRole('button', { name: /gate code/ })
    .tap();
  await expect.poll(() => isInSight(ben, 'gate code: 4417')).toBe(true);
  await pins(ben).getByRole('button', { name: 'List pinned messages' }).tap();
  await expectAccessible(ben, 'list of pinned messages');
  await ben.page.keyboard.press('Escape');
  await ben.log().press('Shift+F10');
  expect(await row(ben, 'Pin for everyone').count()).toBe(0);
  await ben.page.keyboard.press('Escape');

  // Unsent: gone from both pages and from the pins, and its text is back in the composer.
  await bubble(ann, 'boots, not sandals').click({ button: 'right' });
  await row(ann, 'Unsend').click();
  const ask = ann.page.getByRole('dialog', { name: 'Unsend this message?' });
  await ask.getByText('Open pages that are offline may keep it.').waitFor();
  await expectAccessible(ann, 'unsend');
  await ask.getByRole('button', { name: 'Unsend and write again' }).click();
  await bubble(ben, 'boots, not sandals').waitFor({ state: 'detached' });
  await ben.log().getByText('Message unsent').waitFor();
  await pins(ben).getByText('boots, not sandals').waitFor({ state: 'detached' });
  expect(await ann.composer().inputValue()).toBe('boots, not sandals');
});

/** Once the page has what it needs to show this without a connection. */
async function goOffline({ page, context }: Person): Promise<void> {
  await page.waitForFunction(() =>
    [/marks-part.*\.js$/, /actions-part.*\.js$/, /marks-part.*\.css$/].every((file) =>
      performance.getEntriesByType('resource').some(({ name }) => file.test(name)),
    ),
  );
  await page.waitForLoadState('networkidle');
  await context.setOffline(true);
  await page.getByText('You’re offline.').waitFor();
}

test('offline: a reaction, a pin, an edit and an unsent message are marked until they are in the log', async () => {
  await using stage = await openStage();
  const [ann, ben] = await inOneRoom(stage);
  for (const text of ['the old wording', 'take me back']) await ann.send(text);
  await ben.sees('take me back');
  ann.expectComplaints(/ERR_INTERNET_DISCONNECTED|WebSocket connection/);
  await goOffline(ann);

  const marks = ann.log().locator('.message').filter({ hasText: 'the old wording' });
  await bubble(ann, 'the old wording').click({ button: 'right' });
  await menu(ann).getByRole('button', { name: 'React with 👍' }).click();
  await marks.getByRole('img', { name: '👍 Your reaction will be sent when you’re back.' }).waitFor();
  await bubble(ann, 'the old wording').click({ button: 'right' });
  await row(ann, 'Pin for everyone').click();
  await marks.getByText('It will be pinned when you’re back.').waitFor();
  await bubble(ann, 'the old wording').click({ button: 'right' });
  await row(ann, 'Edit').click();
  await about(ann).waitFor();
  await ann.composer().fill('the new wording');
  await ann.composer().press('Enter');
  await marks.getByText('Your edit will be saved when you’re back.').waitFor();
  await bubble(ann, 'take me back').click({ button: 'right' });
  await row(ann, 'Unsend').click();
  await ann.page.getByRole('button', { name: 'Unsend', exact: true }).click();
  await ann.log().getByText('It will be unsent when you’re back.').waitFor();
  await expectAccessible(ann, 'pending work');

  await ann.context.setOffline(false);
  await bubble(ben, 'the new wording').waitFor();
  await ben.log().getByRole('button', { name: '👍 1: Ann' }).waitFor();
  await pins(ben).getByText('the new wording').waitFor();
  await bubble(ben, 'take me back').waitFor({ state: 'detached' });
  await ann.log().getByText('when you’re back').first().waitFor({ state: 'detached' });
  await ann.log().getByRole('img', { name: 'when you’re back' }).waitFor({ state: 'detached' });
});

type Point = { readonly x: number; readonly y: number };

async function middleOf(person: Person, text: string): Promise<Point> {
  const box = await bubble(person, text).boundingBox();
  if (box === null) throw new Error(`${text} is not in sight`);
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

async function fingerOf({ context, page }: Person) {
  const browser = await context.newCDPSession(page);
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', at?: Point) =>
    browser.send('Input.dispatchTouchEvent', { type, touchPoints: at === undefined ? [] : [at] });
  return {
    down: (at: Point) => touch('touchStart', at),
    move: (at: Point) => touch('touchMove', at),
    up: () => touch('touchEnd'),
  };
}
