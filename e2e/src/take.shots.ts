// `npm run shots`: a picture of every screen, light and dark, wide and narrow, into docs/screenshots.

import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { test } from 'vitest';
import { SCREENS, isNarrow } from './screens.ts';
import { DESKTOP, PHONE, openStage } from './stage.ts';

const FOLDER = fileURLToPath(new URL('../../docs/screenshots', import.meta.url));
const WINDOWS = { desktop: { size: DESKTOP }, mobile: { size: PHONE, touch: true } };

test.each(SCREENS)('$name', async ({ name, show, narrow, settings }) => {
  await mkdir(FOLDER, { recursive: true });
  await using stage = await openStage(settings ? { settings } : {});
  for (const [window, options] of Object.entries(WINDOWS)) {
    for (const theme of ['light', 'dark'] as const) {
      const person = await show(stage, { ...options, theme });
      if (isNarrow(options)) await narrow?.(person);
      await person.page.screenshot({ path: `${FOLDER}/${name}.${window}.${theme}.png` });
      await person.context.close();
    }
  }
});
