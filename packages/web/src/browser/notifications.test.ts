// What a browser allows: told apart, because the page says why there are no notifications.

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

type Permission = 'default' | 'granted' | 'denied';

class Browser {
  permission: Permission = 'default';
  answer: Permission = 'granted';
  refuses = false;
  readonly shown: string[] = [];
}

/** The constructor that pages see. */
function notificationOf(browser: Browser) {
  return class {
    static get permission(): Permission {
      return browser.permission;
    }
    static async requestPermission(): Promise<Permission> {
      browser.permission = browser.answer;
      return browser.answer;
    }
    constructor(title: string) {
      if (browser.refuses) throw new TypeError('Illegal constructor');
      if (browser.permission === 'granted') browser.shown.push(title);
    }
  };
}

let browser: Browser;

async function load(isSecureContext = true) {
  vi.resetModules();
  vi.stubGlobal('window', { isSecureContext });
  vi.stubGlobal('Notification', notificationOf(browser));
  return import('./notifications.ts');
}

beforeEach(() => {
  browser = new Browser();
});
afterEach(() => void vi.unstubAllGlobals());

describe('notifications', () => {
  test('over plain HTTP there are none, whatever the browser has', async () => {
    expect((await load(false)).notifyAbility.value).toBe('insecure');
  });

  test('the reader is asked, and both answers are known', async () => {
    const page = await load();
    expect(page.notifyAbility.value).toBe('ask');
    await page.askToNotify();
    expect(page.notifyAbility.value).toBe('ready');
    browser = new Browser();
    browser.answer = 'denied';
    const other = await load();
    await other.askToNotify();
    expect(other.notifyAbility.value).toBe('denied');
    browser.permission = 'granted';
    other.checkAbility();
    expect(other.notifyAbility.value).toBe('ready');
  });

  test('finding out shows nothing', async () => {
    for (const permission of ['default', 'granted', 'denied'] as const) {
      browser.permission = permission;
      await load();
    }
    expect(browser.shown).toEqual([]);
  });

  test('a phone that has them for service workers only says so without asking', async () => {
    browser.refuses = true;
    expect((await load()).notifyAbility.value).toBe('missing');
  });

  test('or at the first one, if it was asked before', async () => {
    browser.refuses = true;
    browser.permission = 'granted';
    const page = await load();
    expect(page.notifyAbility.value).toBe('ready');
    expect(page.showNotification('1 new message', '', 'icon.png')).toBeUndefined();
    expect(page.notifyAbility.value).toBe('missing');
  });

  test('a browser without them', async () => {
    vi.resetModules();
    vi.stubGlobal('window', { isSecureContext: true });
    const page = await import('./notifications.ts');
    expect(page.notifyAbility.value).toBe('missing');
    await page.askToNotify();
    expect(page.notifyAbility.value).toBe('missing');
  });
});
