// Every screen, in a wide and in narrow windows, light and dark, from left to right and from right to left: no accessibility
// violation, no sideways scrolling. One person sees each screen once, in a window that is made smaller; one server and one
// browser serve nearly all.

import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { expectAccessible } from './accessibility.ts';
import { SCREENS, isNarrow } from './screens.ts';
import { DESKTOP, PHONE, type Person, type Stage, openStage } from './stage.ts';

type View = {
  readonly size: { readonly width: number; readonly height: number };
  readonly theme: 'light' | 'dark';
  readonly touch: boolean;
  readonly dir: 'ltr' | 'rtl';
};

const WIDE: View = { size: DESKTOP, theme: 'light', touch: false, dir: 'ltr' };
const VIEWS: readonly View[] = [
  WIDE,
  { size: PHONE, theme: 'dark', touch: true, dir: 'rtl' },
  { size: { width: 320, height: 640 }, theme: 'light', touch: true, dir: 'ltr' },
];

let shared: Stage;
beforeAll(async () => {
  shared = await openStage();
});
afterEach(() => shared.clear());
afterAll(() => shared[Symbol.asyncDispose]());

test.each(SCREENS.filter(({ settings }) => settings === undefined))('$name', (screen) =>
  check(screen, shared),
);

test.each(SCREENS.filter(({ settings }) => settings !== undefined))('$name', async (screen) => {
  await using stage = await openStage({ settings: screen.settings ?? {} });
  await check(screen, stage);
});

async function check({ name, show, narrow }: (typeof SCREENS)[number], stage: Stage): Promise<void> {
  const person = await show(stage, WIDE);
  const open = person.page.locator('dialog[open], [role=menu]');
  let opened = await open.count();
  for (const view of VIEWS) {
    const wasWide = !isNarrow({ size: person.page.viewportSize() ?? DESKTOP });
    await look(person, view);
    expect(await open.count(), `${name} stays open`).toBe(opened);
    if (wasWide && isNarrow(view)) await narrow?.(person);
    opened = await open.count();
    const where = `${name}, ${view.size.width} px, ${view.theme}, ${view.dir}`;
    await expectAccessible(person, where);
    expect(await overflow(person), `${where} scrolls sideways`).toBeLessThanOrEqual(0);
  }
}

/** The window becomes another one, while the page stays. */
async function look({ page, context }: Person, { size, theme, touch, dir }: View): Promise<void> {
  await page.setViewportSize(size);
  await page.emulateMedia({ colorScheme: theme });
  await page.evaluate((to) => void (document.documentElement.dir = to), dir);
  const browser = await context.newCDPSession(page);
  await browser.send('Emulation.setTouchEmulationEnabled', { enabled: touch });
  await browser.detach();
}

function overflow({ page }: Person): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - globalThis.innerWidth);
}
