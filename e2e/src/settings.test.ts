// Settings, what makes itself heard, muting someone, and a saved copy: with real input, on a desktop and on a phone.

import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import type { RoomUpdate } from '@mayfly/client';
import { expectAccessible } from './accessibility.ts';
import { PHONE, type Person, lanAddress, openStage } from './stage.ts';
import { joinBySdk } from './writers.ts';

type Heard = { readonly shown: readonly string[]; readonly asked: number; readonly notes: readonly number[] };

declare global {
  // What the doubles below have counted.
  var alerted: { shown: string[]; asked: number; notes: number[] };
}

/** A browser that has notifications and a loudspeaker, both of which only count. */
async function listen({ page }: Person): Promise<void> {
  await page.addInitScript(() => {
    globalThis.alerted = { shown: [], asked: 0, notes: [] };
    class Counted extends EventTarget {
      static permission = 'default';
      static async requestPermission(): Promise<string> {
        globalThis.alerted.asked += 1;
        Counted.permission = 'granted';
        return 'granted';
      }
      constructor(title: string, { body = '' }: { body?: string } = {}) {
        super();
        if (Counted.permission === 'granted') globalThis.alerted.shown.push(`${title}|${body}`);
      }
      close(): void {}
    }
    Object.assign(globalThis, { Notification: Counted });
    globalThis.AudioContext = class extends AudioContext {
      override createOscillator(): OscillatorNode {
        const made = super.createOscillator();
        queueMicrotask(() => void globalThis.alerted.notes.push(made.frequency.value));
        return made;
      }
    };
  });
}

const heardBy = ({ page }: Person): Promise<Heard> => page.evaluate(() => globalThis.alerted);
const goElsewhere = ({ page }: Person) =>
  page.evaluate(() => void globalThis.dispatchEvent(new Event('blur')));

async function choose({ page }: Person, item: string): Promise<void> {
  await page.getByRole('button', { name: 'More', exact: true }).click();
  await page.getByRole('menuitem', { name: item, exact: true }).click();
}

const dialog = ({ page }: Person, name: string) => page.getByRole('dialog', { name, exact: true });
const overflow = ({ page }: Person) =>
  page.evaluate(() => document.documentElement.scrollWidth - globalThis.innerWidth);

test('settings: look, Enter, sounds, notifications, quiet mode, and where they are kept', async () => {
  await using stage = await openStage();
  const [ann, bob] = [await stage.person(), await stage.person()];
  await listen(ann);
  const link = await ann.createRoom({ name: 'Ann' });
  await bob.join(link, 'Bob');
  await ann.participants(2);

  await choose(ann, 'Settings');
  const sheet = dialog(ann, 'Settings');
  const pick = (group: string, name: string) =>
    sheet.getByRole('group', { name: group }).getByRole('radio', { name }).check({ force: true });
  const turn = (name: string) => sheet.getByRole('switch', { name }).click();
  await expectAccessible(ann, 'settings, light');
  await pick('Theme', 'Dark');
  expect(await ann.page.locator('html').getAttribute('data-theme')).toBe('dark');
  await pick('Size of messages', 'Largest');
  await pick('Notify me about', 'All');
  expect((await heardBy(ann)).asked).toBe(1);
  await turn('Sounds in this room');
  await expect.poll(async () => (await heardBy(ann)).notes).toEqual([660, 880]);
  await expectAccessible(ann, 'settings, dark');
  await ann.page.keyboard.press('Escape');

  await goElsewhere(ann);
  await bob.send('hello');
  await ann.sees('hello');
  const size = await ann
    .log()
    .locator('.bubble')
    .first()
    .evaluate((one) => getComputedStyle(one).fontSize);
  expect(size).toBe('22.5px');
  await expect.poll(async () => (await heardBy(ann)).shown).toEqual(['1 new message|']);
  expect((await heardBy(ann)).notes).toEqual([660, 880, 660]);

  await choose(ann, 'Settings');
  await turn('Show the text in notifications');
  await ann.page.keyboard.press('Escape');
  await goElsewhere(ann);
  await bob.send('@Ann <b>hi</b>');
  await expect.poll(async () => (await heardBy(ann)).shown.at(-1)).toBe('Bob|@Ann <b>hi</b>');
  expect((await heardBy(ann)).notes.slice(3)).toEqual([660, 880]);

  await choose(ann, 'Settings');
  await turn('Quiet mode');
  await pick('Enter key', 'New line');
  await turn('Keep on this device');
  // A third Esc within a second would be the panic key.
  await sheet.getByRole('button', { name: 'Close' }).click();
  await goElsewhere(ann);
  const before = await heardBy(ann);
  await ann.composer().pressSequentially('one');
  await bob.send('@Ann again');
  await ann.sees('@Ann again');
  expect(await heardBy(ann)).toEqual(before);
  expect(await bob.page.locator('.typing').innerText()).toBe('');
  await ann.composer().press('Enter');
  await ann.composer().pressSequentially('two');
  expect(await ann.composer().inputValue()).toBe('one\ntwo');
  await ann.composer().press('Control+Enter');
  await bob.sees('one\ntwo');

  const device = await ann.page.evaluate(() => ({ ...globalThis.localStorage }));
  expect(Object.keys(device)).toEqual(['mayfly:settings']);
  expect(JSON.stringify(device)).not.toMatch(/Ann|Bob|hello/);
  const next = await ann.context.newPage();
  await next.goto(stage.origin);
  expect(await next.locator('html').getAttribute('data-theme')).toBe('dark');
  await next.close();

  await choose(ann, 'Settings');
  await sheet.getByRole('button', { name: 'Reset all settings' }).click();
  await sheet.getByText('All settings are as they were at first.').waitFor();
  expect(await ann.page.locator('html').getAttribute('data-theme')).toBeNull();
  expect(await ann.page.evaluate(() => globalThis.localStorage.length)).toBe(0);
});

test('muting: folded by key and not by name, not heard, and so after a reload', async () => {
  await using stage = await openStage();
  const [ann, bob] = [await stage.person(), await stage.person()];
  const link = await ann.createRoom({ name: 'Ann' });
  await bob.join(link, 'Bob');
  await ann.participants(2);
  await bob.send('first');
  await ann.sees('first');

  await ann.page.getByRole('button', { name: 'About Bob' }).click();
  await expectAccessible(ann, 'the sheet about a person');
  await dialog(ann, 'Bob').getByRole('switch', { name: 'Mute for me' }).click();
  await ann.page.keyboard.press('Escape');
  await ann.log().getByText('is muted: 1 message').waitFor();
  await goElsewhere(ann);
  await bob.send('second');
  await ann.log().getByText('is muted: 2 messages').waitFor();
  expect(await ann.page.title()).not.toContain('(');
  expect(await ann.log().getByText('second').count()).toBe(0);

  await choose(bob, 'Change your name');
  await dialog(bob, 'Change your name').getByLabel('Display name').fill('Carol');
  await bob.page.keyboard.press('Enter');
  await bob.send('third');
  await ann.log().getByText('is muted: 1 message').waitFor();
  await ann.page.reload();
  await ann.inRoom();
  await ann.log().getByText('is muted').first().waitFor();
  expect(await ann.log().getByText('third').count()).toBe(0);
  await expectAccessible(ann, 'folded messages');
  await ann.page.keyboard.press('Control+f');
  await ann.page.keyboard.type('second');
  await ann.page.getByText('1 result', { exact: true }).waitFor();
  await ann.page.keyboard.press('Enter');
  await ann.page.locator('[data-found] .bubble').filter({ hasText: 'second' }).waitFor();
  expect(await ann.log().getByText('first').count()).toBe(0);
  await expectAccessible(ann, 'one unfolded message');
  await ann.page.keyboard.press('Escape');
  await ann.log().getByRole('button', { name: 'Show' }).last().click();
  await ann.sees('third');
});

const HOSTILE = '<script>document.title = 1</script><img src=x onerror=alert(1)>\n[12:00] Ann: I owe you';

test('a saved copy: a web page that runs nothing, text, and a note in the room', async () => {
  await using stage = await openStage();
  const ann = await stage.person({ size: PHONE, touch: true, theme: 'dark' });
  const link = await ann.createRoom({ name: 'Ann', roomName: '</title><b>Lab' });
  using saved = new Saved(link);
  await ann.participants(2);
  await ann.send(HOSTILE);
  await ann.send('see https://a.example');
  await ann.log().getByRole('link').waitFor();

  await choose(ann, 'Save a copy');
  const asked = dialog(ann, 'Save a copy');
  await asked.getByText('2 messages that this tab shows.').waitFor();
  await asked.getByText('The note is voluntary').waitFor();
  await expectAccessible(ann, 'save a copy');
  const page = await download(ann);
  expect(page.name).toMatch(/^mayfly-chat-\d{4}-\d\d-\d\d\.html$/);
  await asked.getByText('Look for the file').waitFor();
  await saved.count(1);
  await asked.getByRole('radio', { name: 'Text' }).check({ force: true });
  const text = await download(ann);
  expect(text.content.split('\n').filter((line) => line.startsWith('['))).toHaveLength(2);
  await saved.count(2);

  const reader = await stage.person();
  await reader.page.setContent(page.content);
  expect(await reader.page.title()).toBe('Mayfly chat · </title><b>Lab');
  expect(await reader.page.locator('script, img, iframe, a').count()).toBe(0);
  await reader.page.getByText('<img src=x onerror=alert(1)>').waitFor();
  expect(page.content).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
});

test('on small and enlarged screens, and from right to left, nothing runs off; a phone hears what it can do', async () => {
  await using stage = await openStage({ address: lanAddress() });
  const ann = await stage.person({ size: { width: 320, height: 256 }, touch: true });
  await ann.createRoom({ name: 'Ann' });
  for (const name of ['Settings', 'Save a copy']) {
    await choose(ann, name);
    await dialog(ann, name).waitFor();
    expect(await overflow(ann), name).toBeLessThanOrEqual(0);
    await ann.page.evaluate(() => void (document.documentElement.dir = 'rtl'));
    expect(await overflow(ann), `${name}, right to left`).toBeLessThanOrEqual(0);
    await expectAccessible(ann, `${name}, right to left`);
    if (name === 'Settings')
      await ann.page.getByText('Browsers only allow notifications over https://').waitFor();
    await ann.page.evaluate(() => void (document.documentElement.dir = 'ltr'));
    await ann.page.keyboard.press('Escape');
  }
});

async function download({ page }: Person): Promise<{ readonly name: string; readonly content: string }> {
  const begun = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Tell them and save' }).click();
  const file = await begun;
  return { name: file.suggestedFilename(), content: await readFile(await file.path(), 'utf8') };
}

/** Counts the notes of saved copies, as another member sees them. */
class Saved implements Disposable {
  readonly #room: ReturnType<typeof joinBySdk>;
  #notes = 0;

  constructor(link: string) {
    this.#room = joinBySdk(link, 'Bob');
    this.#room.subscribe((update: RoomUpdate) => {
      if (update.type === 'notices')
        this.#notes += update.notices.filter(({ what }) => what === 'saved').length;
    });
  }

  async count(notes: number): Promise<void> {
    await expect.poll(() => this.#notes).toBe(notes);
  }

  [Symbol.dispose](): void {
    this.#room.close();
  }
}
