// Every screen, in a wide and a narrow window, light and dark: no accessibility violation, no sideways scrolling.

import { expect, test } from 'vitest';
import { expectAccessible } from './accessibility.ts';
import { SCREENS } from './screens.ts';
import { DESKTOP, PHONE, openStage } from './stage.ts';

const WINDOWS = [
  { size: DESKTOP, theme: 'light' as const },
  { size: PHONE, theme: 'dark' as const, touch: true },
  { size: { width: 320, height: 640 }, theme: 'light' as const, touch: true },
];

test.each(SCREENS)('$name', async ({ name, show, settings }) => {
  await using stage = await openStage(settings ? { settings } : {});
  for (const options of WINDOWS) {
    const person = await show(stage, options);
    await expectAccessible(person, `${name}, ${options.size.width} px, ${options.theme}`);
    const overflow = await person.page.evaluate(
      () => document.documentElement.scrollWidth - globalThis.innerWidth,
    );
    expect(overflow, `${name} scrolls sideways at ${options.size.width} px`).toBeLessThanOrEqual(0);
  }
});
