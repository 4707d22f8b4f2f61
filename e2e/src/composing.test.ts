// Writing a message with the help of the composer: completion, commands, texts that are too long. By key and by touch.

import { expect, test } from 'vitest';
import { expectAccessible } from './accessibility.ts';
import { PHONE, type Person, type Stage, openStage } from './stage.ts';

const HOSTILE_NAME = 'A.*(\\';

async function inOneRoom(stage: Stage): Promise<readonly [Person, Person]> {
  const [ann, bob] = [await stage.person(), await stage.person({ size: PHONE, touch: true, theme: 'dark' })];
  await bob.join(await ann.createRoom({ name: HOSTILE_NAME }), 'Bob');
  await ann.participants(2);
  for (const { page } of [ann, bob]) await page.getByRole('button', { name: 'Emoji' }).waitFor();
  return [ann, bob];
}

const offers = ({ page }: Person) => page.getByRole('option');
const panel = ({ page }: Person) => page.getByRole('dialog', { name: 'Emoji' });
const alerts = ({ page }: Person) => page.locator('.composer-area').getByRole('alert');

test('names and commands are completed by key and by touch, and commands run', async () => {
  await using stage = await openStage();
  const [ann, bob] = await inOneRoom(stage);

  await ann.composer().pressSequentially('hi @b');
  await ann.page.getByRole('listbox', { name: 'Mention someone' }).waitFor();
  await expectAccessible(ann, 'completion of a name');
  const chosen = await ann.composer().getAttribute('aria-activedescendant');
  expect(await ann.page.locator(`#${chosen}`).innerText()).toContain('Bob');
  await ann.page.keyboard.press('Enter');
  expect(await ann.composer().inputValue()).toBe('hi @Bob ');
  await ann.page.keyboard.press('ControlOrMeta+z');
  expect(await ann.composer().inputValue()).toBe('hi @b');
  await ann.composer().fill('');

  await bob.composer().pressSequentially('@a');
  await expectAccessible(bob, 'completion on a phone');
  await offers(bob).filter({ hasText: HOSTILE_NAME }).tap();
  expect(await bob.composer().inputValue()).toBe(`@${HOSTILE_NAME} `);
  await bob.composer().fill('');

  await ann.composer().pressSequentially('/');
  expect(await offers(ann).count()).toBe(7);
  await ann.page.keyboard.press('Escape');
  expect(await offers(ann).count()).toBe(0);
  await ann.composer().pressSequentially('h');
  expect(await offers(ann).count()).toBe(0);
  await ann.page.keyboard.press('Backspace');
  await ann.page.keyboard.press('Backspace');
  await ann.composer().pressSequentially('/');
  await ann.page.keyboard.press('ArrowDown');
  await ann.page.keyboard.press('Tab');
  expect(await ann.composer().inputValue()).toBe('/nick ');
  await ann.composer().pressSequentially('Ann');
  await ann.page.keyboard.press('Enter');
  await bob.page.getByText('is now Ann').waitFor();

  await ann.send('/frobnicate');
  await alerts(ann).getByText('There’s no command /frobnicate.').waitFor();
  expect(await ann.composer().inputValue()).toBe('/frobnicate');
  await expectAccessible(ann, 'an unknown command');
  await ann.send('//shrug');
  await bob.sees('/shrug');
  await ann.send('/me');
  await alerts(ann).getByText('Write what you’re doing').waitFor();
  await ann.send('/shrug maybe');
  await bob.sees('maybe ¯\\_(ツ)_/¯');
  expect(await bob.messages()).toEqual(['/shrug', 'maybe ¯\\_(ツ)_/¯']);

  await ann.send('/help');
  const help = ann.page.getByRole('dialog', { name: 'Formatting' });
  await help.getByText('**bold**').waitFor();
  await expectAccessible(ann, 'formatting help');
  await ann.page.keyboard.press('Escape');
  await ann.page.getByRole('button', { name: 'Formatting' }).click();
  await help.waitFor();
  await ann.page.keyboard.press('Escape');

  await ann.send('/timer');
  const timer = ann.page.getByRole('dialog', { name: 'Message timer' });
  await expectAccessible(ann, 'message timer');
  await timer.getByRole('button', { name: '1 h' }).click();
  await ann.page.getByText('Your messages disappear an hour after they’re sent.').waitFor();
  await ann.send('for an hour');
  await bob.sees('for an hour');
  for (const person of [ann, bob])
    await person
      .log()
      .getByText(/^Disappears in [\d:]+$/)
      .waitFor();
  await expectAccessible(bob, 'a message with a timer');
  await ann.page.getByRole('button', { name: 'Turn off' }).click();

  await ann.send('/clear');
  await ann.log().locator('.bubble').first().waitFor({ state: 'detached' });
  expect((await bob.messages()).length).toBe(3);
});

test('emoji are found by code, by search and by arrow keys, and a mention and an action are drawn', async () => {
  await using stage = await openStage();
  const [ann, bob] = await inOneRoom(stage);

  await ann.composer().pressSequentially(':butterf');
  await offers(ann).filter({ hasText: '🦋' }).waitFor();
  await ann.page.keyboard.press('Enter');
  await ann.composer().pressSequentially(' :sunrise:');
  await expect.poll(() => ann.composer().inputValue()).toBe('🦋 🌅');

  await ann.page.getByRole('button', { name: 'Emoji' }).click();
  await panel(ann).getByRole('button', { name: 'butterfly' }).waitFor({ state: 'detached' });
  await expectAccessible(ann, 'emoji panel');
  await ann.page.keyboard.type('hand wav');
  await panel(ann).getByRole('button', { name: 'Skin tone' }).click();
  await panel(ann).getByRole('button', { name: 'Medium', exact: true }).click();
  await panel(ann).getByRole('searchbox').press('ArrowDown');
  await ann.page.keyboard.press('Enter');
  expect(await ann.composer().inputValue()).toBe('🦋 🌅👋🏽');
  await panel(ann).waitFor({ state: 'detached' });
  await ann.page.keyboard.press('Enter');
  await bob.sees('🦋 🌅👋🏽');

  await bob.page.getByRole('button', { name: 'Emoji' }).tap();
  await panel(bob).getByRole('tab', { name: 'Food and drink' }).tap();
  await panel(bob).getByRole('button', { name: 'teapot' }).tap();
  await panel(bob).getByRole('button', { name: 'croissant' }).tap();
  await expectAccessible(bob, 'emoji panel on a phone');
  expect(await bob.composer().inputValue()).toBe('🫖🥐');
  await bob.page.getByRole('button', { name: 'Send' }).tap();
  await ann.sees('🫖🥐');

  await ann.send('@Bob and @Anna');
  await ann.send('/me **waves** to @bob');
  expect(await offers(ann).count()).toBe(0);
  for (const { page } of [ann, bob]) {
    const [mention, action] = [page.locator('.mention').first(), page.locator('.bubble').last()];
    await mention.waitFor();
    expect(await mention.innerText()).toBe('@Bob');
    await action.locator('strong').waitFor();
    expect(await action.innerText()).toBe(`${HOSTILE_NAME} waves to @bob`);
  }
  expect(await bob.page.locator('.mention--me').count()).toBe(2);
  expect(await ann.page.locator('.mention--me').count()).toBe(0);
  await expectAccessible(bob, 'mentions of oneself');
  await expectAccessible(ann, 'mentions of someone');
});

test('a dialog that is closed does not take the next one with it, however soon that is opened', async () => {
  await using stage = await openStage();
  const [ann] = await inOneRoom(stage);
  await ann.page.getByRole('button', { name: 'Formatting' }).click();
  await ann.page.getByRole('dialog', { name: 'Formatting' }).waitFor();
  const shown = await ann.page.evaluate(async () => {
    const buttons = ['dialog[open] .dialog__head button', '.composer__help + .composer__help'];
    const seen: boolean[] = [];
    await new Promise(requestAnimationFrame);
    // Both in one frame: the browser tells of a closed dialog with the next.
    for (const button of buttons) {
      document.querySelector<HTMLElement>(button)?.click();
      await Promise.resolve();
    }
    for (let frame = 0; frame < 3; frame++) {
      seen.push(document.querySelector('dialog[open] .timer-choices') !== null);
      await new Promise(requestAnimationFrame);
    }
    return seen;
  });
  expect(shown).toEqual([true, true, true]);
});

test('nothing is completed while an input method composes', async () => {
  await using stage = await openStage();
  const [ann] = await inOneRoom(stage);
  const browser = await ann.context.newCDPSession(ann.page);
  await ann.composer().pressSequentially('@');
  await offers(ann).first().waitFor();
  await browser.send('Input.imeSetComposition', { text: 'b', selectionStart: 1, selectionEnd: 1 });
  expect(await ann.composer().inputValue()).toBe('@b');
  expect(await offers(ann).count()).toBe(0);
  await browser.send('Input.insertText', { text: 'bo' });
  await offers(ann).filter({ hasText: 'Bob' }).waitFor();
});

test('a text that is too long is sent in parts, offline too', async () => {
  await using stage = await openStage();
  const [ann, bob] = await inOneRoom(stage);
  const lines = Array.from({ length: 400 }, (_, index) => `line ${index} ${'x'.repeat(90)}`);
  bob.expectComplaints(/ERR_INTERNET_DISCONNECTED|WebSocket connection/);
  await bob.context.setOffline(true);
  await bob.page.getByText('You’re offline.').waitFor();
  await bob.composer().fill(lines.join('\n'));
  await expectAccessible(bob, 'a text that is too long');
  await bob.page.getByRole('button', { name: 'Split into 3 messages' }).tap();
  await bob.page.getByText('Sending in parts: 3 of 3 left').waitFor();
  expect(await bob.composer().inputValue()).toBe('');
  await bob.context.setOffline(false);
  await ann.log().getByText('line 399').waitFor();
  const received = (await ann.messages()).join('\n');
  expect(received.split('\n').map((line) => line.split(' ')[1])).toEqual(
    lines.map((_, index) => String(index)),
  );

  await bob.composer().fill(lines.join('\n'));
  await bob.page.getByRole('button', { name: 'Send as a file' }).tap();
  await ann.log().getByText('message.txt').waitFor();
  expect(await bob.composer().inputValue()).toBe('');
});
