// A browser that cannot run the page shows words, and the oldest that can is served all of it.

import { describe, expect, test } from 'vitest';
import { expectAccessible } from './accessibility.ts';
import { drawn } from './drawn.ts';
import { PHONE, openStage } from './stage.ts';

const WORDS = 'Mayfly needs Chrome or Edge 103, Firefox 113, Safari 16, or newer';

describe('words, not an empty sky', () => {
  test('where the script does not arrive', async () => {
    await using stage = await openStage();
    const ann = await stage.person({ size: PHONE });
    ann.expectComplaints(/ERR_FAILED/);
    await ann.page.route(/\.js$/, (route) => route.abort());
    await ann.open('/');
    await ann.page.getByText(WORDS).waitFor();
    await expectAccessible(ann, 'words of a page without its script');
  });

  test('where another script arrives than the page was built with', async () => {
    await using stage = await openStage();
    const ann = await stage.person();
    ann.expectComplaints(/integrity/);
    await ann.page.route(/\.js$/, (route) =>
      route.fulfill({ contentType: 'text/javascript', body: 'let = ;' }),
    );
    await ann.open('/');
    await ann.page.getByText(WORDS).waitFor();
  });

  test.each(['getElementById', 'createTextNode', 'createElementNS'] as const)(
    'where the script stops at an error (%s)',
    async (method) => {
      await using stage = await openStage();
      const ann = await stage.person();
      ann.expectComplaints(/unknown here/);
      await ann.page.addInitScript((name) => {
        document[name] = () => {
          throw new Error('unknown here');
        };
      }, method);
      await ann.open('/');
      await ann.page.getByText(WORDS).waitFor();
    },
  );

  test('where there is no JavaScript', async () => {
    await using stage = await openStage();
    const ann = await stage.person();
    const context = await ann.context.browser()?.newContext({ javaScriptEnabled: false });
    const page = await context?.newPage();
    await page?.goto(stage.origin);
    await page?.getByRole('heading', { name: 'Mayfly' }).waitFor();
    // Playwright's own text search leaves out `noscript`.
    expect(await page?.locator('main').innerText()).toContain('Mayfly needs JavaScript');
  });

  test('and none of them where the page runs', async () => {
    await using stage = await openStage();
    const ann = await stage.person();
    await ann.open('/');
    await ann.heading('A room that lives as long as the conversation.');
    expect(await ann.page.getByText(WORDS).count()).toBe(0);
  });
});

/** What came to browsers after Chrome 103, Firefox 113 and Safari 16.0: methods of objects that are there. */
const TOO_NEW = {
  'Array.prototype': ['toSorted', 'toReversed', 'toSpliced', 'with'],
  'Uint8Array.prototype': ['toBase64', 'toHex', 'setFromBase64', 'setFromHex'],
  'String.prototype': ['isWellFormed', 'toWellFormed'],
  'Set.prototype': ['union', 'intersection', 'difference', 'isSubsetOf', 'isSupersetOf', 'isDisjointFrom'],
  'Element.prototype': ['checkVisibility'],
  'HTMLElement.prototype': ['showPopover', 'hidePopover', 'togglePopover'],
  Array: ['fromAsync'],
  Object: ['groupBy'],
  Map: ['groupBy'],
  Promise: ['withResolvers', 'try'],
  URL: ['canParse', 'parse'],
  AbortSignal: ['any'],
  Uint8Array: ['fromBase64', 'fromHex'],
  RegExp: ['escape'],
  Math: ['sumPrecise', 'f16round'],
  Iterator: ['from', 'concat'],
  'Iterator.prototype': [
    'map',
    'filter',
    'take',
    'drop',
    'flatMap',
    'reduce',
    'toArray',
    'forEach',
    'some',
    'every',
    'find',
  ],
  Symbol: ['dispose', 'asyncDispose'],
  globalThis: [
    'OffscreenCanvas',
    'CompressionStream',
    'DecompressionStream',
    'DisposableStack',
    'AsyncDisposableStack',
    'SuppressedError',
    'Iterator',
    'Temporal',
    'navigation',
    'scheduler',
    'cookieStore',
    'trustedTypes',
  ],
};

test('a browser that knows nothing newer than Chrome 103, Firefox 113 and Safari 16.0: create, join, talk, send a file', async () => {
  await using stage = await openStage();
  const [ann, bob] = [await stage.person(), await stage.person()];
  for (const { page } of [ann, bob]) await page.addInitScript(forget, TOO_NEW);
  const link = await ann.createRoom({ name: 'Ann' });
  expect(await ann.page.evaluate(stillKnown, TOO_NEW)).toEqual([]);
  await bob.join(link, 'Bob');
  await bob.send('from an old browser');
  await ann.sees('from an old browser');
  const file = { name: 'dawn.png', mimeType: 'image/png', buffer: await drawn(bob, 'image/png') };
  await bob.page.locator('input[type=file][multiple]').setInputFiles(file);
  await bob.page.getByRole('button', { name: 'Remove dawn.png' }).waitFor();
  await bob.page.getByRole('button', { name: 'Send', exact: true }).click();
  await ann.log().getByRole('button', { name: 'Open dawn.png' }).waitFor();
  await ann.page.getByRole('button', { name: 'More' }).click();
  await ann.page.getByRole('menuitem', { name: 'Room details' }).click();
  await ann.page.getByRole('heading', { name: 'Room details' }).waitFor();
});

type Names = { readonly [object: string]: readonly string[] };

/** Runs in the page before its own scripts. */
function forget(names: Names): void {
  for (const [path, gone] of Object.entries(names)) {
    let object: unknown = globalThis;
    for (const part of path.split('.').filter((part) => part !== 'globalThis'))
      object = Reflect.get(Object(object), part);
    for (const name of gone) Reflect.deleteProperty(Object(object), name);
  }
  // The properties of `Symbol` can't be deleted.
  const known = Symbol;
  const older = function Symbol(description?: string) {
    return known(description);
  };
  for (const key of Reflect.ownKeys(known))
    if (!names['Symbol']?.includes(String(key)))
      Object.defineProperty(older, key, Object.getOwnPropertyDescriptor(known, key) ?? {});
  Object.defineProperty(globalThis, 'Symbol', { value: older, writable: true, configurable: true });
}

/** Runs in the page: what it still has. */
function stillKnown(names: Names): readonly string[] {
  return Object.entries(names).flatMap(([path, gone]) => {
    let object: unknown = globalThis;
    for (const part of path.split('.').filter((part) => part !== 'globalThis'))
      object = Reflect.get(Object(object), part);
    return gone.filter((name) => Reflect.has(Object(object), name)).map((name) => `${path}.${name}`);
  });
}
