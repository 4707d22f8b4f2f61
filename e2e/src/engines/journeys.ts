// The main user journeys, for any engine. Each engine has its own test file, so the two run side by side.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestServer } from '../stage.ts';
import { Talker } from '../talker.ts';
import { Visitor, choosePicture } from './visitor.ts';
import { type EngineWindow, KEYS } from './window.ts';

/** A browser, or what opens one for each window. */
export type Engine = { readonly window: () => Promise<EngineWindow> } & AsyncDisposable;

/** By keyboard, as soon as the page has what it takes. `text`: of the newest message. */
async function onLastMessage({ window }: Visitor, text: string): Promise<void> {
  await expect
    .poll(async () => {
      await window.evaluate(`document.querySelector('[role=log]').focus()`);
      await window.pressKeys([KEYS.up]);
      return window.evaluate(`document.activeElement.querySelector(':scope .bubble')?.textContent`);
    })
    .toBe(text);
}

async function openMenu(person: Visitor, text: string): Promise<void> {
  await onLastMessage(person, text);
  await person.window.pressKeys([KEYS.enter]);
  await person.until('shows the menu', () => document.querySelector('[role=menuitem]') !== null);
}

/** Registers the tests. `more`: those of this engine alone. */
export function testJourneys(start: () => Promise<Engine>, more?: (engine: () => Engine) => void): void {
  let engine: Engine;
  beforeAll(async () => {
    engine = await start();
  });
  afterAll(() => engine[Symbol.asyncDispose]());

  test('create, link, join, talk, reload, leave', async () => {
    await using server = await startTestServer();
    const origin = `http://127.0.0.1:${server.port}`;
    await using ann = new Visitor(await engine.window(), origin);
    await using bob = new Visitor(await engine.window(), origin);

    const link = await ann.createRoom('Ann');
    await bob.join(link, 'Bob');
    await ann.sees('Bob joined the chat');
    await ann.send('hello Bob');
    await bob.sees('hello Bob');
    await bob.send('hello Ann');
    await ann.sees('hello Ann');

    await bob.window.reload();
    await bob.inRoom();
    await bob.sees('hello Ann');
    await bob.send('still me');
    for (const person of [ann, bob]) {
      await person.sees('still me');
      expect(await person.messages()).toEqual(['hello Bob', 'hello Ann', 'still me']);
    }
    await ann.participants(2);

    await bob.leave();
    await bob.heading('A room that lives as long as the conversation.');
    await ann.sees('Bob left the chat');
    await ann.participants(1);
    for (const person of [ann, bob]) expect(await person.window.complaints()).toEqual([]);
  });

  test('Back and Forward, Leave and Undo: the same person, the draft is there, and nothing is announced', async () => {
    await using server = await startTestServer();
    const origin = `http://127.0.0.1:${server.port}`;
    await using ann = new Visitor(await engine.window(), origin);
    await using bob = new Visitor(await engine.window(), origin);
    const link = await ann.createRoom('Ann');
    await bob.window.goTo(`${origin}/`);
    await bob.join(link, 'Bob');
    await ann.sees('Bob joined the chat');
    await bob.fill('Message', 'half a sent');

    await bob.window.go(-1);
    await bob.heading('A room that lives as long as the conversation.');
    await bob.window.go(1);
    await bob.inRoom();
    expect(await bob.look(() => document.querySelector('textarea')?.value)).toBe('half a sent');

    await bob.leave();
    await bob.press('button', 'Undo');
    await bob.inRoom();
    expect(await bob.look(() => document.querySelector('textarea')?.value)).toBe('half a sent');
    await bob.send('still me');
    await ann.sees('still me');
    await ann.participants(2);
    expect(await ann.look(() => document.body.innerText)).not.toContain('Bob left');
    for (const person of [ann, bob]) expect(await person.window.complaints()).toEqual([]);
  });

  test('Markdown, a reply, a reaction, an edit, search, and who is typing', async () => {
    await using server = await startTestServer();
    const origin = `http://127.0.0.1:${server.port}`;
    await using ann = new Visitor(await engine.window(), origin);
    await using bob = new Visitor(await engine.window(), origin);
    const link = await ann.createRoom('Ann');
    await bob.join(link, 'Bob');
    using dee = new Talker(link, 'Dee');

    await ann.send('**at six** by the `north gate`');
    const key = await dee.keyOf('**at six** by the `north gate`');
    dee.room.send('I’ll be there', { replyTo: key });
    dee.room.react(key, '👍');
    for (const person of [ann, bob]) {
      await person.until('draws bold text', () => document.querySelector('strong')?.innerText === 'at six');
      await person.until('draws code', () => document.querySelector('p code')?.innerHTML === 'north gate');
      await person.until('shows a quote', () =>
        (document.querySelector('.quote')?.textContent ?? '').includes('at six'),
      );
      await person.shows('button', '👍 1: Dee');
    }
    await bob.fill('Message', 'so');
    await ann.sees('Bob is typing…');
    await openMenu(bob, 'I’ll be there');
    await bob.window.pressKeys(['r']);
    await bob.send('so will I');
    await ann.until('shows the second quote', () => document.querySelectorAll('.quote').length === 2);
    await bob.press('button', '👍 1: Dee');
    await bob.shows('button', '👍 2: Dee and you');
    await ann.shows('button', '👍 2: Dee and Bob');

    // What comes in above the field can move it from under the press.
    const edits = async () => {
      await ann.press('textbox', 'Message');
      await ann.window.pressKeys([KEYS.up]);
      return ann.look(() => document.body.innerText);
    };
    await expect.poll(edits).toContain('Editing your message');
    await ann.send('at seven, by the south gate');
    await bob.sees('at seven, by the south gate');
    await bob.shows('button', 'Edited');

    await ann.press('button', 'More');
    await ann.press('menuitem', 'Search in this room');
    await ann.fill('Search in this room', 'SEVEN');
    await ann.sees('1 result');
    await ann.press('button', 'Close search');
    await ann.showsNo('textbox', 'Search in this room');
    for (const person of [ann, bob]) expect(await person.window.complaints()).toEqual([]);
  });

  test('a reaction from the panel, a pin, an unsend, a vote, and a picture', async () => {
    await using server = await startTestServer();
    const origin = `http://127.0.0.1:${server.port}`;
    await using ann = new Visitor(await engine.window(), origin);
    await using bob = new Visitor(await engine.window(), origin);
    const link = await ann.createRoom('Ann');
    await bob.join(link, 'Bob');

    await bob.send('at six');
    await ann.sees('at six');
    await openMenu(ann, 'at six');
    await ann.press('button', 'More emoji');
    await ann.fill('Search emoji', 'butterfly');
    await ann.press('button', 'butterfly');
    await bob.shows('button', '🦋 1: Ann');
    await openMenu(ann, 'at six');
    await ann.window.pressKeys(['p']);
    await bob.sees('Ann pinned a message');

    await ann.send('not that');
    await bob.sees('not that');
    await openMenu(ann, 'not that');
    await ann.window.pressKeys(['u']);
    await ann.press('button', 'Unsend');
    for (const person of [ann, bob]) await person.sees('Message unsent');
    expect(await bob.messages()).toEqual(['at six']);

    using dee = new Talker(link, 'Dee');
    expect(dee.room.poll({ question: 'Where to?', options: ['Jetty', 'Gate'], many: false }).ok).toBe(true);
    await bob.press('choice', 'Gate');
    await ann.sees('1 vote');
    await ann.press('choice', 'Jetty');
    for (const person of [ann, bob]) await person.shows('button', '2 people voted');

    await ann.until('can choose a picture', choosePicture, 'dawn.png');
    await ann.shows('button', 'Remove dawn.png');
    await ann.press('button', 'Send');
    await bob.shows('button', 'Open dawn.png');
    await bob.until('draws the picture', () =>
      [...document.querySelectorAll('img')].some(
        ({ naturalWidth, naturalHeight }) => naturalWidth === 90 && naturalHeight === 60,
      ),
    );
    for (const person of [ann, bob]) expect(await person.window.complaints()).toEqual([]);
  });

  test('the invitation and the menu', async () => {
    await using server = await startTestServer();
    await using ann = new Visitor(await engine.window(), `http://127.0.0.1:${server.port}`);
    const link = await ann.createRoom('Ann');

    await ann.press('button', 'Invite');
    await ann.heading('Invite people');
    expect(await ann.shownLink()).toBe(link);
    await ann.press('button', 'Copy link');
    await ann.shows('button', 'Link copied');
    await ann.press('button', 'Close');
    await ann.showsNo('heading', 'Invite people');

    await ann.press('button', 'More');
    await ann.press('menuitem', 'Room details');
    await ann.heading('Room details');
    await ann.window.pressKeys([KEYS.escape]);
    await ann.showsNo('heading', 'Room details');
    expect(await ann.window.complaints()).toEqual([]);
  });

  test('what a page complains about would be heard', async () => {
    await using server = await startTestServer();
    await using ann = new Visitor(await engine.window(), `http://127.0.0.1:${server.port}`);
    await ann.window.goTo(`http://127.0.0.1:${server.port}/`);
    await ann.look(() => console.error('a word'));
    await ann.look(() => document.body.setAttribute('style', 'color: red'));
    await ann.look(() => void setTimeout(() => atob('%')));
    const complaints = [/error: a word/, /content security policy: style-src/, /InvalidCharacterError/];
    for (const complaint of complaints)
      await expect.poll(() => ann.window.complaints()).toContainEqual(expect.stringMatching(complaint));
  });

  more?.(() => engine);
}
