// A Chromium with a profile of its own on disk: for what the reader set in it, and for what it writes there.

import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium } from 'playwright-core';
import { CHROMIUM_FLAGS, chromiumPath } from './chromium.ts';

/** Settings, as Chromium keeps them in the file `Preferences`. */
type Preferences = { readonly [name: string]: unknown };

/** *Block all cookies* in Chromium's settings: every kind of storage is refused to every page. */
export const BLOCK_SITE_DATA: Preferences = {
  profile: { default_content_setting_values: { cookies: 2 } },
};

export class OwnProfile implements AsyncDisposable {
  readonly directory: string;
  readonly context: BrowserContext;

  private constructor(directory: string, context: BrowserContext) {
    this.directory = directory;
    this.context = context;
  }

  static async open(preferences: Preferences = {}): Promise<OwnProfile> {
    const directory = await mkdtemp(join(tmpdir(), 'mayfly-profile-'));
    await mkdir(join(directory, 'Default'));
    await writeFile(join(directory, 'Default', 'Preferences'), JSON.stringify(preferences));
    const context = await chromium.launchPersistentContext(directory, {
      viewport: { width: 1440, height: 900 },
      locale: 'en-GB',
      timezoneId: 'UTC',
      reducedMotion: 'reduce',
      executablePath: chromiumPath(),
      args: CHROMIUM_FLAGS,
      headless: true,
    });
    return new OwnProfile(directory, context);
  }

  /** Ends the browser, and reads what it has written of the addresses that were visited. */
  async history(): Promise<Buffer> {
    await this.context.close();
    const folder = join(this.directory, 'Default');
    const names = await readdir(folder, { recursive: true });
    const ofAddresses = names.filter((name) => /^(History|Visited Links|Favicons|Sessions\/)/.test(name));
    return Buffer.concat(await Promise.all(ofAddresses.map((name) => readFile(join(folder, name)))));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.context.close();
    await rm(this.directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}
