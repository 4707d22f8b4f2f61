// Markdown in messages, typed and pressed by people: how it looks, what it copies, and that the reader's place holds.

import type { Route } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { expectAccessible } from './accessibility.ts';
import { PHONE, type Person, type PersonOptions, openStage } from './stage.ts';

const CODE = 'const dawn = 5; // early\nawait swarm(dawn);';
const MESSAGE = [
  '**North jetty**, *left* side, ~~boots~~ `sandals`:',
  '- gloves',
  '- ||tea||',
  '> Who brings it?',
  '1. Ann',
  '2. Ben, see [the map](https://maps.example/lake)',
  '```js',
  CODE,
  '```',
].join('\n');

/** By pasting it where people paste. */
async function clipboard(person: Person): Promise<string> {
  await person.composer().fill('');
  await person.composer().press('ControlOrMeta+v');
  return person.composer().inputValue();
}

async function room(options: PersonOptions = {}) {
  const stage = await openStage();
  const ann = await stage.person(options);
  await ann.createRoom();
  return { ann, [Symbol.asyncDispose]: () => stage[Symbol.asyncDispose]() };
}

const VISITORS: readonly (readonly [string, PersonOptions])[] = [
  ['light', { theme: 'light' }],
  ['dark', { theme: 'dark' }],
  ['on a phone', { size: PHONE, touch: true }],
];

describe.each(VISITORS)('%s', (_how, options) => {
  test('Markdown is drawn, accessible, and nothing of it leaves the bubble', async () => {
    await using stage = await openStage();
    const [ann, ben] = [await stage.person(options), await stage.person(options)];
    await ben.join(await ann.createRoom());
    await ann.send(MESSAGE);
    for (const person of [ann, ben]) {
      const bubble = person.log().locator('.bubble');
      await bubble.locator('strong', { hasText: 'North jetty' }).waitFor();
      for (const part of ['em', 's', 'ul > li', 'blockquote', 'ol > li', 'p > code', 'pre > code'])
        expect(await bubble.locator(part).count(), part).toBeGreaterThan(0);
      await bubble.locator('pre span', { hasText: 'const' }).first().waitFor();
      expect(await bubble.locator('pre').textContent()).toBe(CODE);
      await expectAccessible(person, 'a message with Markdown');
      expect(await bubble.evaluate((element) => element.scrollWidth - element.clientWidth)).toBe(0);
    }
  });
});

test('TEXT-5: hidden text is read out as hidden, and opens by a press or a key', async () => {
  await using stage = await room();
  const { ann } = stage;
  await ann.send('gate ||4417|| and ||4711||');
  const hidden = ann.log().getByRole('button', { name: 'Hidden text. Press to show.' });
  await hidden.first().waitFor();
  expect(await hidden.count()).toBe(2);
  await hidden.first().click();
  await hidden.first().focus();
  await ann.page.keyboard.press('Enter');
  expect(await hidden.count()).toBe(0);
  expect(await ann.log().locator('p', { hasText: 'gate' }).innerText()).toBe('gate 4417 and 4711');
});

test.each([
  ['with the clipboard of the browser', true],
  ['without it, as over plain HTTP', false],
])('a block of code is copied by its button, %s', async (_how, hasClipboard) => {
  await using stage = await room();
  const { ann } = stage;
  if (!hasClipboard)
    await ann.page.evaluate(() =>
      Object.defineProperty(navigator.clipboard, 'writeText', {
        value: () => Promise.reject(new Error('no')),
      }),
    );
  await ann.send(MESSAGE);
  const code = ann.log().getByRole('group', { name: 'Code: js' }).first();
  await code.getByRole('button', { name: 'Copy' }).click();
  await code.getByRole('button', { name: 'Copied' }).waitFor();
  expect(await clipboard(ann)).toBe(CODE);
});

test('a message that is selected as a whole is copied as it was typed, a part of it as it is shown', async () => {
  await using stage = await room();
  const { ann } = stage;
  await ann.send('**bold** and *more*');
  const paragraph = ann.log().locator('.bubble p');
  await paragraph.locator('strong').waitFor();
  await paragraph.click({ clickCount: 3, position: { x: 5, y: 5 } });
  await ann.page.keyboard.press('ControlOrMeta+c');
  expect(await clipboard(ann)).toBe('**bold** and *more*');
  await paragraph.locator('strong').dblclick();
  await ann.page.keyboard.press('ControlOrMeta+c');
  expect((await clipboard(ann)).trim()).toBe('bold');
});

test('the place where someone reads holds when the Markdown above it is drawn', async () => {
  await using stage = await openStage();
  const [ann, ben] = [await stage.person(), await stage.person()];
  const link = await ann.createRoom();
  for (let i = 0; i < 15; i++) await ann.send(i < 10 ? `${MESSAGE}\n${i}` : `line ${i}\nsecond\nthird`);
  await ann.sees('line 14 second third');

  const held: Route[] = [];
  await ben.page.route(/\/assets\/rich-text[^/]*\.js$/, (route) => {
    held.push(route);
  });
  await ben.join(link);
  const line = ben.log().locator('p', { hasText: 'line 12' });
  await line.waitFor();
  await ben.log().evaluate((log) => log.scrollTo(0, log.scrollHeight - 1.6 * log.clientHeight));
  await ben.page.getByRole('button', { name: 'Newest messages' }).waitFor();
  expect(await ben.log().locator('strong').count()).toBe(0);
  const inSight = await ben.log().evaluate((log) => {
    const { top } = log.getBoundingClientRect();
    const messages = [...log.querySelectorAll('.message')];
    return messages.findIndex((message) => message.getBoundingClientRect().bottom > top);
  });
  expect(inSight).toBeGreaterThan(3);
  const reading = ben.log().locator('.message').nth(inSight);
  const before = (await reading.boundingBox())?.y ?? Number.NaN;
  for (const route of held) await route.continue();
  await ben.log().locator('strong').first().waitFor();
  await ben.page.evaluate(() => new Promise(requestAnimationFrame));
  expect(Math.abs(((await reading.boundingBox())?.y ?? Number.NaN) - before)).toBeLessThanOrEqual(1);
});

test('a text from right to left keeps code and links from left to right', async () => {
  await using stage = await room();
  const { ann } = stage;
  await ann.send('**שלום** `a < b`:\n- אחת\n```\nx = 1\n```\n[מפה](https://maps.example/)');
  await ann.log().locator('strong').waitFor();
  const directionOf = (part: string) =>
    ann
      .log()
      .locator(part)
      .first()
      .evaluate((element) => getComputedStyle(element).direction);
  expect(await directionOf('.bubble p')).toBe('rtl');
  expect(await directionOf('.bubble ul')).toBe('rtl');
  expect(await directionOf('.bubble pre')).toBe('ltr');
  expect(await directionOf('.bubble a')).toBe('ltr');
});

test('on paper, code is whole, hidden text can be read, and there is nothing to press', async () => {
  await using stage = await room({ theme: 'dark' });
  const { ann } = stage;
  await ann.send(MESSAGE);
  const hidden = ann.log().locator('.spoiler');
  await hidden.waitFor();
  await ann.page.emulateMedia({ media: 'print' });
  const colorOf = (part: string) =>
    ann
      .log()
      .locator(part)
      .first()
      .evaluate((element) => getComputedStyle(element).color);
  await ann.log().locator('pre span').first().waitFor();
  for (const part of ['.spoiler', 'pre', 'pre span', 'p > code', 'strong'])
    expect(await colorOf(part), part).toBe('rgb(0, 0, 0)');
  expect(await ann.log().getByText('Copy', { exact: true }).isVisible()).toBe(false);
});

const WARNED: readonly (readonly [string, string, string])[] = [
  ['whose text is not its address', '[https://bank.example/](https://evil.example/in) *now*', 'evil.example'],
  ['that looks like another site', 'https://b\u0430nk.example/ *now*', 'xn--bnk-6cd.example'],
  ['to a program', 'https://files.example/setup.exe *now*', 'files.example'],
];

test.each(WARNED)(
  'TEXT-5: before a link %s opens, the page shows its host and asks',
  async (_what, source, host) => {
    await using stage = await openStage();
    const ann = await stage.person({ theme: 'dark' });
    await ann.createRoom();
    await ann.send(source);
    // Before, the link is that of the source, which says where it leads.
    await ann.log().locator('em').waitFor();
    const link = ann.log().getByRole('link', { name: host });
    await link.click();
    const dialog = ann.page.getByRole('dialog', { name: 'Open this link?' });
    await dialog.getByText(host, { exact: true }).waitFor();
    await expectAccessible(ann, 'the question before a link');
    await ann.page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    await link.click({ button: 'middle' });
    await dialog.waitFor();
    expect(ann.context.pages().length).toBe(1);

    ann.expectComplaints(/./);
    await ann.context.route(`**://${host}/**`, (route) => route.fulfill({ body: 'opened' }));
    const opened = ann.context.waitForEvent('page');
    await dialog.getByRole('link', { name: 'Open anyway' }).click();
    await (await opened).waitForURL((url) => url.hostname === host);
    await dialog.waitFor({ state: 'detached' });
  },
);

const SAMPLES = {
  bash: 'if [ -f "$HOME/a" ]; then echo 5; fi # c',
  css: '.a { color: red; width: 5px } /* c */',
  diff: '- old\n+ new',
  json: '{ "a": [1, true, "b"] }',
  python: 'def f(a):\n  return "b" + 5  # c',
  rust: 'fn main() { let a: u8 = 5; } // c',
  sql: 'SELECT name FROM people WHERE age > 5 -- c',
  html: '<a href="b">c</a> <!-- d -->',
};

test.each(['light', 'dark'] as const)('the colors of code are easy to read: %s', async (theme) => {
  await using stage = await openStage();
  const [ann, ben] = [await stage.person({ theme }), await stage.person({ theme })];
  await ben.join(await ann.createRoom());
  for (const [language, code] of Object.entries(SAMPLES))
    await ann.send(`\`\`\`${language}\n${code}\n\`\`\``);
  for (const person of [ann, ben]) {
    for (const language of Object.keys(SAMPLES))
      await person
        .log()
        .getByRole('group', { name: `Code: ${language}` })
        .locator('pre span')
        .first()
        .waitFor();
    await expectAccessible(person, 'code in colors');
  }
});
