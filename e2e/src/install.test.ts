// The files and tags that browsers, phones, crawlers and link previews read.

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { openStage } from './stage.ts';

const PUBLIC = fileURLToPath(new URL('../../packages/web/public', import.meta.url));

test('the page can be installed: manifest and icons are complete', async () => {
  await using stage = await openStage();
  const ann = await stage.person();
  await ann.open('/chat/k3F9ab');
  const browser = await ann.context.newCDPSession(ann.page);
  const { url, errors, data = '' } = await browser.send('Page.getAppManifest');
  expect(url).toBe(`${stage.origin}/manifest.webmanifest`);
  expect(errors).toEqual([]);
  const { installabilityErrors } = await browser.send('Page.getInstallabilityErrors');
  // The test's own window is a private one.
  expect(installabilityErrors.map(({ errorId }) => errorId)).toEqual(['in-incognito']);

  const { icons, start_url } = JSON.parse(data);
  expect(new URL(start_url, url).pathname).toBe('/');
  for (const { src, sizes } of icons) {
    const [width, height] = await ann.page.evaluate(sizeOf, new URL(src, url).href);
    if (sizes !== 'any') expect(`${width}x${height}`).toBe(sizes);
  }
});

/** Runs in the page. */
async function sizeOf(address: string): Promise<readonly [number, number]> {
  const image = new Image();
  image.src = address;
  await image.decode();
  return [image.naturalWidth, image.naturalHeight];
}

// Bitmaps are left out: the browser's own viewer adds inline styles around them.
test.each(readdirSync(PUBLIC).filter((name) => /\.(?:svg|txt)$/.test(name)))(
  '%s opens in a tab of its own without breaking its own policy',
  async (name) => {
    await using stage = await openStage();
    const ann = await stage.person();
    const answer = await ann.page.goto(`${stage.origin}/${name}`);
    expect(answer?.status()).toBe(200);
  },
);

test('crawlers may fetch everything, and every answer says noindex', async () => {
  await using stage = await openStage();
  const robots = await fetch(`${stage.origin}/robots.txt`);
  expect(await robots.text()).toMatch(/^User-agent: \*\nAllow: \/$/m);
  for (const path of ['/', '/chat/k3F9ab', '/robots.txt', '/og.png']) {
    const { headers } = await fetch(`${stage.origin}${path}`);
    expect(headers.get('x-robots-tag')).toBe('noindex, nofollow, noarchive');
  }
});

test('link previews: the same words for every room, and a picture where the address is known', async () => {
  await using stage = await openStage();
  const page = await (await fetch(stage.origin)).text();
  const room = await (await fetch(`${stage.origin}/chat/k3F9ab`)).text();
  expect(room).toBe(page);
  expect(propertiesOf(page)).toEqual(['og:type', 'og:site_name', 'og:title', 'og:description']);

  await using known = await openStage({ settings: { PUBLIC_ORIGIN: 'https://chat.example' } });
  const answer = await fetch(known.origin);
  const html = await answer.text();
  const picture = /property="og:image" content="https:\/\/chat\.example(\/[^"]+)"/.exec(html)?.[1];
  const bytes = Buffer.from(await (await fetch(`${stage.origin}${picture}`)).arrayBuffer());
  expect(bytes.equals(readFileSync(`${PUBLIC}/og.png`))).toBe(true);
});

function propertiesOf(html: string): readonly (string | undefined)[] {
  return [...html.matchAll(/property="(og:\w+)"/g)].map(([, property]) => property);
}
