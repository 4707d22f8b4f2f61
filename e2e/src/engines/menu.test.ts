// The ⋯ menu where a press of the mouse gives no focus to buttons: so it is in Safari, and in Firefox on a Mac.

import { expect, test } from 'vitest';
import { startTestServer } from '../stage.ts';
import { Firefox } from './firefox.ts';
import { Visitor } from './visitor.ts';
import { KEYS } from './window.ts';

test('its items can be pressed; its button, Esc and a press elsewhere close it', async () => {
  await using server = await startTestServer();
  await using firefox = await Firefox.start({ 'accessibility.mouse_focuses_formcontrol': 0 });
  const ann = new Visitor(await firefox.window(), `http://127.0.0.1:${server.port}`);
  await ann.createRoom('Ann');

  await ann.press('button', 'More');
  await ann.press('menuitem', 'Room details');
  await ann.shows('heading', 'Room details');
  await ann.press('button', 'Close');
  await ann.showsNo('heading', 'Room details');

  await ann.press('button', 'More');
  await ann.shows('menuitem', 'Room details');
  await ann.press('button', 'More');
  await ann.showsNo('menuitem', 'Room details');

  await ann.press('button', 'More');
  await ann.shows('menuitem', 'Room details');
  await ann.press('textbox', 'Message');
  await ann.showsNo('menuitem', 'Room details');

  await ann.press('button', 'More');
  await ann.press('menuitem', 'Keep alive');
  await ann.showsNo('menuitem', 'Keep alive');
  await ann.press('button', 'More');
  // Disabled now, since it has just been done.
  await ann.press('menuitem', 'Keep alive');
  await ann.window.pressKeys([KEYS.escape]);
  await ann.showsNo('menuitem', 'Room details');
  expect(await ann.window.complaints()).toEqual([]);
});
