// An iPhone's keyboard covers the page and changes no size of it but that of its visual viewport, here a made-up one.

import { expect, test } from 'vitest';
import { PHONE, type Person, openStage } from './stage.ts';

const KEYBOARD_PX = 336;

/** Runs in the page before its own scripts. */
function makeUpView(height: number): void {
  const view = Object.assign(new EventTarget(), { height, offsetTop: 0, scale: 1 });
  Object.defineProperty(globalThis, 'visualViewport', { value: view });
}

/** The keyboard opens and the browser pushes the page up to show the field. */
async function openKeyboard({ page }: Person, pushedPx: number): Promise<void> {
  const height = PHONE.height - KEYBOARD_PX;
  await page.evaluate(
    ([height, offsetTop]) => {
      const view = globalThis.visualViewport;
      if (view === null) throw new Error('no visual viewport');
      Object.assign(view, { height, offsetTop }).dispatchEvent(new Event('resize'));
    },
    [height, pushedPx] as const,
  );
}

/** From which to which pixel something stands, from the top of what can be seen. */
async function edgesOf({ page }: Person, selector: string, pushedPx: number): Promise<readonly number[]> {
  const box = await page.locator(selector).filter({ visible: true }).boundingBox();
  if (box === null) throw new Error(`no ${selector}`);
  return [Math.round(box.y) - pushedPx, Math.round(box.y + box.height) - pushedPx];
}

test.each([0, 150, KEYBOARD_PX])(
  'header, composer and dialogs stay in sight, pushed up by %i px',
  async (pushedPx) => {
    await using stage = await openStage();
    const ann = await stage.person({ size: PHONE, touch: true });
    await ann.page.addInitScript(makeUpView, PHONE.height);
    await ann.createRoom({ name: 'Ann' });
    await ann.send('the newest');
    await ann.sees('the newest');
    expect((await edgesOf(ann, '.composer', 0))[1]).toBeLessThanOrEqual(PHONE.height);

    await openKeyboard(ann, pushedPx);
    const seenPx = PHONE.height - KEYBOARD_PX;
    expect((await edgesOf(ann, '.bar', pushedPx))[0]).toBe(0);
    const [, composerEnd = 0] = await edgesOf(ann, '.composer', pushedPx);
    expect(composerEnd).toBeLessThanOrEqual(seenPx);
    expect(composerEnd).toBeGreaterThan(seenPx - 100);
    const [, newestEnd = 0] = await edgesOf(ann, '.bubble', pushedPx);
    expect(newestEnd).toBeLessThan(composerEnd);

    await ann.page.getByRole('button', { name: 'More' }).click();
    await ann.page.getByRole('menuitem', { name: 'Change your name' }).click();
    const [top = -1, end = 0] = await edgesOf(ann, 'dialog[open]', pushedPx);
    expect(top).toBeGreaterThanOrEqual(0);
    expect(end).toBe(seenPx);
  },
);
