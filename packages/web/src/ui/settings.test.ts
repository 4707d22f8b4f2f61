// Settings: what is kept where, and that what comes back from a storage is nobody's word.

import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

const DEFAULTS = {
  theme: 'auto',
  textSize: 'normal',
  enter: 'auto',
  notify: 'none',
  notifyText: false,
  quiet: false,
};

class StorageDouble {
  readonly entries = new Map<string, string>();
  isWilling = true;

  getItem(name: string): string | null {
    return this.#entries().get(name) ?? null;
  }

  setItem(name: string, text: string): void {
    this.#entries().set(name, text);
  }

  removeItem(name: string): void {
    this.#entries().delete(name);
  }

  #entries(): Map<string, string> {
    if (!this.isWilling) throw new DOMException('denied', 'SecurityError');
    return this.entries;
  }
}

let tab: StorageDouble;
let device: StorageDouble;

/** As a page that has just been loaded. */
async function load() {
  vi.resetModules();
  return import('./settings.ts');
}

beforeEach(() => {
  tab = new StorageDouble();
  device = new StorageDouble();
  vi.stubGlobal('window', { sessionStorage: tab, localStorage: device });
});
afterEach(() => void vi.unstubAllGlobals());

describe('settings', () => {
  test('last as long as the tab, and nothing goes to the device unasked', async () => {
    const page = await load();
    expect(page.settings.value).toEqual(DEFAULTS);
    page.change({ theme: 'dark', quiet: true });
    expect((await load()).settings.value).toEqual({ ...DEFAULTS, theme: 'dark', quiet: true });
    expect(device.entries.size).toBe(0);
  });

  test('kept on the device: a new tab begins with them, and later changes are kept, too', async () => {
    const page = await load();
    page.change({ textSize: 'large' });
    expect(page.keepOnDevice()).toBe(true);
    page.change({ notify: 'mentions' });
    tab = new StorageDouble();
    vi.stubGlobal('window', { sessionStorage: tab, localStorage: device });
    const next = await load();
    expect(next.settings.value).toEqual({ ...DEFAULTS, textSize: 'large', notify: 'mentions' });
    expect(next.areKept.value).toBe(true);
    expect([...device.entries.keys()]).toEqual(['mayfly:settings']);
    next.forgetOnDevice();
    expect(device.entries.size).toBe(0);
    expect(next.settings.value.textSize).toBe('large');
  });

  test('a reset leaves nothing, in the tab and on the device', async () => {
    const page = await load();
    page.change({ theme: 'light' });
    page.keepOnDevice();
    page.resetSettings();
    expect(page.settings.value).toEqual(DEFAULTS);
    expect([tab.entries.size, device.entries.size]).toEqual([0, 0]);
    expect(page.areKept.value).toBe(false);
  });

  test('where site data is blocked they work for this page, and keeping them fails', async () => {
    tab.isWilling = false;
    device.isWilling = false;
    const page = await load();
    page.change({ theme: 'dark' });
    expect(page.settings.value.theme).toBe('dark');
    expect(page.keepOnDevice()).toBe(false);
    expect(page.areKept.value).toBe(false);
    page.resetSettings();
    expect(page.settings.value).toEqual(DEFAULTS);
  });

  test.each([
    ['no JSON', '{'],
    ['a list', '[1]'],
    ['other types', '{"theme":1,"textSize":{},"enter":null,"notify":["all"],"notifyText":"true","quiet":1}'],
    ['unknown values', '{"theme":"<script>","textSize":"999px","notify":"everyone"}'],
    ['a prototype', '{"__proto__":{"quiet":true},"constructor":{"theme":"dark"}}'],
  ])('what does not fit is not chosen: %s', async (_what, text) => {
    const { readSettings } = await load();
    expect(readSettings(text)).toEqual(DEFAULTS);
  });

  test('what fits beside it counts; any text gives settings', async () => {
    const { readSettings } = await load();
    expect(readSettings('{"theme":"dark","textSize":"huge","more":1}')).toEqual({
      ...DEFAULTS,
      theme: 'dark',
    });
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(Object.keys(readSettings(text))).toEqual(Object.keys(DEFAULTS));
      }),
      { seed: 7, numRuns: 200 },
    );
  });
});
