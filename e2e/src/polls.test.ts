// Polls: made, voted in and closed, by key and by finger; and those that are made to be trouble.

import type { PollDraft } from '@mayfly/client';
import { expect, test } from 'vitest';
import { expectAccessible } from './accessibility.ts';
import { PHONE, type Person, type PersonOptions, openStage } from './stage.ts';
import { Talker } from './talker.ts';

const TOUCH: PersonOptions = { size: PHONE, touch: true, theme: 'dark' };

const dialog = ({ page }: Person) => page.getByRole('dialog', { name: 'New poll' });
const field = (person: Person, name: string) => dialog(person).getByRole('textbox', { name, exact: true });
const poll = (person: Person, question: string) => person.log().getByRole('group', { name: question });
const card = (person: Person, question: string) => person.log().locator('.poll', { hasText: question });

/** A screen reader's words about an option. */
async function saidOf(person: Person, question: string, option: string): Promise<string> {
  const id = await poll(person, question)
    .getByRole('radio', { name: option })
    .getAttribute('aria-describedby');
  return person.page.locator(`[id="${id}"]`).innerText();
}

async function votes(person: Person, question: string, option: string, said: string): Promise<void> {
  await expect.poll(() => saidOf(person, question, option)).toBe(said);
}

test('one is written, refused, put away and taken up again, sent, voted in and closed', async () => {
  await using stage = await openStage();
  const [ann, bob] = [await stage.person(), await stage.person(TOUCH)];
  await bob.join(await ann.createRoom({ name: 'Ann' }), 'Bob');
  await ann.participants(2);

  // By the menu and the keyboard; what is written stays when it is put away.
  await ann.page.getByRole('button', { name: 'Add', exact: true }).press('Enter');
  await ann.page.getByRole('menuitem', { name: 'Poll' }).press('Enter');
  await dialog(ann).getByRole('button', { name: 'Send poll' }).click();
  await dialog(ann).getByRole('alert').getByText('Write a question.').waitFor();
  await expectAccessible(ann, 'a poll without a question');
  expect(await ann.page.evaluate(() => document.activeElement?.id)).toBe(
    await field(ann, 'Question').getAttribute('id'),
  );
  await ann.page.keyboard.type('Where to?');
  await ann.page.keyboard.press('Enter');
  await ann.page.keyboard.type('x'.repeat(101));
  await dialog(ann).getByRole('alert').getByText('That’s 1 character too long. Shorten it.').waitFor();
  await ann.page.keyboard.press('Backspace');
  await dialog(ann).getByText('0 characters left').waitFor();
  await field(ann, 'Option 1').fill('North jetty');
  await ann.page.keyboard.press('Control+Enter');
  await dialog(ann).getByRole('alert').getByText('Write at least two options.').waitFor();
  await ann.page.keyboard.press('Escape');
  await dialog(ann).waitFor({ state: 'detached' });
  await ann.send('/poll');
  expect(await field(ann, 'Question').inputValue()).toBe('Where to?');
  await field(ann, 'Option 2').fill('North jetty');
  await dialog(ann).getByRole('button', { name: 'Send poll' }).click();
  await dialog(ann).getByRole('alert').getByText('Two options are the same.').waitFor();
  await field(ann, 'Option 2').fill('South gate');
  await field(ann, 'Option 3').fill('Stay home');
  expect(await dialog(ann).getByRole('textbox').count()).toBe(5);
  await dialog(ann).getByRole('button', { name: 'Remove option 3' }).click();
  await expectAccessible(ann, 'a new poll');
  await dialog(ann).getByRole('button', { name: 'Send poll' }).click();
  await dialog(ann).waitFor({ state: 'detached' });

  // A finger votes, arrow keys only move, and everyone sees who chose what.
  await card(bob, 'Where to?').getByText('Choose one. Votes are visible to everyone.').waitFor();
  await poll(bob, 'Where to?').getByText('South gate').tap();
  await votes(ann, 'Where to?', 'South gate', '1 vote, 100%');
  await poll(ann, 'Where to?').getByRole('radio', { name: 'North jetty' }).focus();
  await ann.page.keyboard.press('ArrowDown');
  await ann.page.keyboard.press('ArrowDown');
  expect(await poll(ann, 'Where to?').getByRole('radio', { checked: true }).count()).toBe(0);
  await ann.page.keyboard.press('Space');
  await votes(bob, 'Where to?', 'North jetty', '1 vote, 50%');
  await ann.page.keyboard.press('ArrowUp');
  await ann.page.keyboard.press('Space');
  await votes(bob, 'Where to?', 'South gate', '2 votes, 100%');
  await expectAccessible(bob, 'a poll on a phone');
  await card(ann, 'Where to?').getByRole('button', { name: 'Withdraw my vote' }).click();
  await votes(bob, 'Where to?', 'South gate', '1 vote, 100%');
  await card(ann, 'Where to?').getByRole('button', { name: '1 person voted' }).click();
  const voters = ann.page.getByRole('dialog', { name: 'Who voted' });
  await voters.getByRole('definition').getByText('Bob').waitFor();
  await expectAccessible(ann, 'who voted');
  await ann.page.keyboard.press('Escape');
  await voters.waitFor({ state: 'detached' });

  // Offline, a vote waits; the card says so until everyone can see it.
  bob.expectComplaints(/ERR_INTERNET_DISCONNECTED|WebSocket connection/);
  await bob.context.setOffline(true);
  await bob.page.getByText('You’re offline.').waitFor();
  await poll(bob, 'Where to?').getByText('North jetty').tap();
  await card(bob, 'Where to?').getByText('Your vote will be sent when you’re back.').waitFor();
  expect(await poll(bob, 'Where to?').getByRole('radio', { name: 'North jetty' }).isChecked()).toBe(true);
  await bob.context.setOffline(false);
  await votes(ann, 'Where to?', 'North jetty', '1 vote, 100%');
  await card(bob, 'Where to?').getByText('Your vote will be sent').waitFor({ state: 'detached' });

  // Only its author closes it, and then it stays as it is.
  expect(await card(bob, 'Where to?').getByRole('button', { name: 'Close poll' }).count()).toBe(0);
  await card(ann, 'Where to?').getByRole('button', { name: 'Close poll' }).click();
  const sure = ann.page.getByRole('dialog', { name: 'Close this poll?' });
  await expectAccessible(ann, 'closing a poll');
  await sure.getByRole('button', { name: 'Close poll' }).click();
  for (const person of [ann, bob]) {
    await card(person, 'Where to?').getByText('This poll is closed.').waitFor();
    expect(await poll(person, 'Where to?').getByRole('radio').first().isDisabled()).toBe(true);
  }
  await expectAccessible(bob, 'a closed poll');

  // Elsewhere it is its question; the search looks at the options, too.
  await card(ann, 'Where to?').click({ button: 'right', position: { x: 8, y: 4 } });
  await ann.page.getByRole('menuitem', { name: 'Pin for everyone' }).click();
  await bob.page.getByRole('region', { name: 'Pinned messages' }).getByText('Where to?').waitFor();
  await ann.page.keyboard.press('Control+f');
  await ann.page.getByRole('searchbox', { name: 'Search in this room' }).fill('north');
  await ann.page.getByRole('complementary').getByText('1 result', { exact: true }).waitFor();
  await ann.page.getByRole('complementary').locator('mark', { hasText: 'North' }).waitFor();
});

/** So many lines of text, at most, for a question and ten options. */
const LINES_MAX = 20 + 10 * 15 + 10;
const HOSTILE: PollDraft = {
  question: `\u202Eevil\u2066 ${'W'.repeat(190)}`,
  options: [
    '\u202Eterces',
    '<img src=x onerror=1>',
    ...Array.from({ length: 8 }, (_, at) => '﷽'.repeat(100 - at)),
  ],
  many: true,
};

const overflow = ({ page }: Person) =>
  page.evaluate(() => document.documentElement.scrollWidth - globalThis.innerWidth);

test('wide, long and reordered texts stay in their card, at 400 % and from right to left; someone muted asks in vain', async () => {
  await using stage = await openStage();
  const ann = await stage.person();
  using dee = new Talker(await ann.createRoom({ name: 'Ann' }), 'Dee');
  expect(dee.room.poll(HOSTILE).ok).toBe(true);
  const group = ann.log().getByRole('group').filter({ hasText: 'evil' });
  await group.getByText('Choose one or more.').waitFor();
  expect(await group.innerText()).not.toMatch(/[\u202A-\u202E\u2066-\u2069]/u);
  await group.getByRole('checkbox', { name: '<img' }).click({ force: true });
  await group.getByRole('checkbox', { name: 'terces' }).click({ force: true });
  await ann.log().getByText('1 person voted').waitFor();
  await expect.poll(() => group.getByRole('checkbox', { checked: true }).count()).toBe(2);

  await ann.page.setViewportSize({ width: 320, height: 640 });
  for (const dir of ['rtl', 'ltr']) {
    await ann.page.evaluate((to) => void (document.documentElement.dir = to), dir);
    expect(await overflow(ann)).toBeLessThanOrEqual(0);
    await expectAccessible(ann, `a hostile poll, ${dir}`);
  }
  const lines = await group.evaluate(
    (one) => one.getBoundingClientRect().height / Number.parseFloat(getComputedStyle(one).lineHeight),
  );
  expect(lines).toBeLessThan(LINES_MAX);

  await ann.page.setViewportSize({ width: 1440, height: 900 });
  await ann.page.getByRole('button', { name: 'About Dee' }).click();
  await ann.page.getByRole('switch', { name: 'Mute for me' }).click();
  await ann.page.keyboard.press('Escape');
  await ann.log().getByText('Dee is muted: 1 message').waitFor();
  expect(await group.count()).toBe(0);
});
