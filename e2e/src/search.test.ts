// Search in a room, by keyboard and by touch.

import { describe, expect, test } from 'vitest';
import { expectAccessible } from './accessibility.ts';
import { PHONE, type Person, openStage } from './stage.ts';

const panel = ({ page }: Person) => page.getByRole('complementary', { name: 'Search in this room' });
const field = (person: Person) => panel(person).getByRole('searchbox', { name: 'Search in this room' });
const current = (person: Person) => panel(person).locator('[aria-current]');
const marked = ({ page }: Person) => page.locator('[data-found] .bubble');

/** The message with this text, once it is the one that is marked: the list follows the panel a frame later. */
async function markedWith(person: Person, text: string) {
  await marked(person).filter({ hasText: text }).waitFor();
  expect(await marked(person).count()).toBe(1);
  return marked(person);
}

async function fill(person: Person, texts: readonly string[]): Promise<void> {
  for (const text of texts) await person.send(text);
  await person.sees(texts.at(-1) ?? '');
}

const TALK = [
  'Bring the tripod',
  ...Array.from({ length: 40 }, (_, i) => `message ${i}`),
  '<b>TRÍPOD</b>\u202E & co',
  'bye',
];

describe('searching', () => {
  test('Ctrl+F opens it; Enter and Shift+Enter lead through the hits; Esc closes it; a second Ctrl+F is the browser’s', async () => {
    await using stage = await openStage();
    const ann = await stage.person();
    await ann.createRoom({ name: 'Ann' });
    await fill(ann, TALK);
    await ann.page.keyboard.press('Control+f');
    await field(ann).and(ann.page.locator(':focus')).waitFor();
    await ann.page.keyboard.type('tripod');
    await panel(ann).getByText('2 results', { exact: true }).waitFor();
    await expectAccessible(ann, 'search');
    await ann.page.keyboard.press('Enter');
    expect(await current(ann).innerText()).toContain('TRÍPOD');
    await markedWith(ann, 'TRÍPOD');
    await ann.page.keyboard.press('Enter');
    expect(await current(ann).innerText()).toContain('Bring the tripod');
    expect(await panel(ann).locator('[aria-current] mark').innerText()).toBe('tripod');
    const first = await (await markedWith(ann, 'Bring the tripod')).boundingBox();
    expect(first?.y).toBeGreaterThan(0);
    expect(first?.y).toBeLessThan(900);
    await ann.page.keyboard.press('Shift+Enter');
    await markedWith(ann, 'TRÍPOD');

    const taken = ann.page.evaluate(
      () =>
        new Promise<boolean>((resolve) => {
          globalThis.addEventListener('keydown', (event) => resolve(event.defaultPrevented), { once: true });
        }),
    );
    await ann.page.keyboard.press('Control+f');
    expect(await taken).toBe(false);

    await ann.page.keyboard.press('Escape');
    await panel(ann).waitFor({ state: 'detached' });
    expect(await marked(ann).count()).toBe(0);
    await ann.page.waitForFunction(() => document.activeElement?.ariaLabel === 'Message');
  });

  test('on a phone it comes from the menu; a hit leads to its message', async () => {
    await using stage = await openStage();
    const bob = await stage.person({ size: PHONE, touch: true, theme: 'dark' });
    await bob.createRoom({ name: 'Bob' });
    await fill(bob, TALK);
    await bob.page.getByRole('button', { name: 'More', exact: true }).tap();
    await bob.page.getByRole('menuitem', { name: 'Search in this room' }).tap();
    await field(bob).fill('zebra');
    await panel(bob).getByText('Nothing found').waitFor();
    await field(bob).fill('tripod');
    await panel(bob).getByText('2 results', { exact: true }).waitFor();
    await expectAccessible(bob, 'search on a phone');
    await panel(bob)
      .getByRole('button', { name: /Bring the/ })
      .tap();
    await panel(bob).waitFor({ state: 'detached' });
    expect(await marked(bob).innerText()).toBe('Bring the tripod');
    const box = await marked(bob).boundingBox();
    expect(box?.y).toBeGreaterThan(0);
    expect(box?.y).toBeLessThan(PHONE.height);
  });
});
