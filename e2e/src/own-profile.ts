// A Chromium with a profile of its own on disk: for what the reader set in it, and for what it writes there.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, type BrowserContextOptions, chromium } from 'playwright-core';
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

  static async open(preferences: Preferences, options: BrowserContextOptions): Promise<OwnProfile> {
    const directory = await mkdtemp(join(tmpdir(), 'mayfly-profile-'));
    await mkdir(join(directory, 'Default'));
    await writeFile(join(directory, 'Default', 'Preferences'), JSON.stringify(preferences));
    const context = await chromium.launchPersistentContext(directory, {
      ...options,
      executablePath: chromiumPath(),
      args: CHROMIUM_FLAGS,
      headless: true,
    });
    return new OwnProfile(directory, context);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.context.close();
    await rm(this.directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}
