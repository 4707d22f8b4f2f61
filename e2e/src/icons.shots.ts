// `npm run shots -- -t icons`: the pictures that browsers, phones and link previews show, drawn from the logo.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'vitest';
import { openStage } from './stage.ts';

const PUBLIC = fileURLToPath(new URL('../../packages/web/public', import.meta.url));
const LOGO = readFileSync(`${PUBLIC}/logo.svg`, 'utf8');

const SKY = 'linear-gradient(180deg,#c8d7f0 0,#dcdff3 30%,#eee3ec 54%,#f9e4dc 76%,#ffe6c8 100%)';
const INK = '#211d3e';
/** Maskable icons lose everything outside a circle of 80 %. */
const MARK_PERCENT = 56;

test.each([180, 192, 512])('icons: %i pixels', async (size) => {
  const page = `<style>
    body { margin: 0; block-size: 100vh; display: grid; place-items: center; background: ${SKY}; }
    svg { inline-size: ${MARK_PERCENT}vw; }
  </style>${LOGO}`;
  await draw({ page, size: { width: size, height: size }, file: `icon-${size}.png` });
});

test('icons: the picture of link previews', async () => {
  const page = `<style>
    body { margin: 0; block-size: 100vh; background: ${SKY}; color: ${INK}; font-family: system-ui, sans-serif;
      display: grid; grid-template-columns: auto 1fr; align-items: center; gap: 56px; padding: 0 96px; box-sizing: border-box; }
    svg { inline-size: 250px; }
    h1 { margin: 0 0 20px; font-size: 104px; line-height: 1; letter-spacing: -0.03em; }
    p { margin: 0; font-size: 38px; white-space: nowrap; line-height: 1.3; opacity: 0.8; }
  </style>${LOGO}<div><h1>Mayfly</h1><p>Encrypted chat rooms that disappear<br>when the conversation ends</p></div>`;
  await draw({ page, size: { width: 1200, height: 630 }, file: 'og.png' });
});

type Drawing = {
  readonly page: string;
  readonly size: { readonly width: number; readonly height: number };
  readonly file: string;
};

async function draw({ page, size, file }: Drawing): Promise<void> {
  await using stage = await openStage();
  const painter = await stage.person({ size });
  await painter.page.setContent(page);
  await painter.page.screenshot({ path: `${PUBLIC}/${file}` });
}
