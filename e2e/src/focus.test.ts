// Where the focus is can be seen: in our colours, and in those of the system (Windows' contrast themes), which take
// shadows and backgrounds away.

import { expect, test } from 'vitest';
import { PHONE, type Person, type PersonOptions, openStage } from './stage.ts';

/** Around what has the focus. */
const RING_PX = 6;
/** Its own text changes every second. */
const TICKS = '[role=timer]';

test.each<[string, PersonOptions]>([
  ['a wide window', {}],
  ['a phone', { size: PHONE, theme: 'dark' }],
])('in %s, whatever has the focus looks different for it', async (_, options) => {
  await using stage = await openStage();
  const ann = await stage.person(options);
  await ann.createRoom();
  await ann.send('with a link: https://example.org/');
  await ann.sees('with a link: https://example.org/');
  for (const forcedColors of ['none', 'active'] as const) {
    await ann.page.emulateMedia({ forcedColors });
    await ann.composer().focus();
    const blind: string[] = [];
    for (const name of await focusable(ann)) if (!(await showsFocus(ann, name))) blind.push(name);
    expect(blind, `with forced colours: ${forcedColors}`).toEqual([]);
  }
});

/** Marks what Tab leads to with a number each, and answers what they are. */
function focusable({ page }: Person): Promise<readonly string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('a, button, textarea, [tabindex="0"]')]
      .filter((element) => element.checkVisibility() && !element.matches(':disabled'))
      .map((element, i) => {
        const name = `${i} ${element.ariaLabel ?? element.innerText}`;
        element.dataset['focusable'] = name;
        return name;
      }),
  );
}

async function showsFocus(person: Person, name: string): Promise<boolean> {
  const { page } = person;
  const element = page.locator(`[data-focusable=${JSON.stringify(name)}]`);
  const box = await element.boundingBox();
  if (box === null) throw new Error(`${name} is not in sight`);
  const clip = {
    x: Math.max(0, box.x - RING_PX),
    y: Math.max(0, box.y - RING_PX),
    width: box.width + 2 * RING_PX,
    height: box.height + 2 * RING_PX,
  };
  const look = () => page.screenshot({ clip, mask: [page.locator(TICKS)] });
  await element.focus();
  const focused = await look();
  await element.blur();
  return !focused.equals(await look());
}
