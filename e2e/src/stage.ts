// A stage for end-to-end tests: our own server on a free port, the system's Chromium, and people with a window each.
// All stages of a test file share one browser; every person has a profile of their own in it.
// Whatever a person's page complains about (console, content security policy, page error, a foreign request) fails the test.

import { randomBytes } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import { type Clock, type RunningServer, createEvents, loadConfig, startServer } from '@mayfly/server';
import { type Browser, type BrowserContext, type Page, type Request, chromium } from 'playwright-core';
import { afterAll } from 'vitest';
import { CHROMIUM_FLAGS, chromiumPath } from './chromium.ts';
import type { OwnProfile } from './own-profile.ts';

export const DESKTOP = { width: 1440, height: 900 };
/** No page takes that long for anything, on whatever machine: it hangs. */
const HANG_MS = 120_000;

export const PHONE = { width: 390, height: 844 };

export type StageOptions = {
  /** Settings by their names in the environment; PORT is taken care of. */
  readonly settings?: { readonly [name: string]: string };
  /** The address people open. Default: `127.0.0.1`. */
  readonly address?: string;
  /** The folder of another built page than this repository's. */
  readonly page?: string;
  /** The server's. Default: real time. */
  readonly clock?: Clock;
  /** Not shared with other stages: for tests of the clipboard that run side by side. */
  readonly ownBrowser?: boolean;
};

export type PersonOptions = {
  readonly size?: { readonly width: number; readonly height: number };
  readonly theme?: 'light' | 'dark';
  readonly touch?: boolean;
  /** A browser of their own, with settings and a profile on disk; the size and the like are then its own. */
  readonly profile?: OwnProfile;
};

export class Stage implements AsyncDisposable {
  readonly origin: string;
  readonly #server: AsyncDisposable | undefined;
  readonly #browser: Browser;
  readonly #ownsBrowser: boolean;
  readonly #people: Person[] = [];

  constructor(origin: string, browser: Browser, server?: AsyncDisposable, ownsBrowser = false) {
    this.origin = origin;
    this.#server = server;
    this.#browser = browser;
    this.#ownsBrowser = ownsBrowser;
  }

  /** Somebody with a browser profile of their own, on a blank page. */
  async person(options: PersonOptions = {}): Promise<Person> {
    const context = options.profile?.context ?? (await this.#newContext(options));
    context.setDefaultTimeout(HANG_MS);
    const person = new Person(this.origin, context, await context.newPage(), options.touch ?? false);
    this.#people.push(person);
    return person;
  }

  #newContext(options: PersonOptions): Promise<BrowserContext> {
    return this.#browser.newContext({
      viewport: options.size ?? DESKTOP,
      colorScheme: options.theme ?? 'light',
      hasTouch: options.touch ?? false,
      isMobile: options.touch ?? false,
      locale: 'en-GB',
      timezoneId: 'UTC',
      reducedMotion: 'reduce',
    });
  }

  /** Ends the server under everybody's feet. */
  async stopServer(): Promise<void> {
    await this.#server?.[Symbol.asyncDispose]();
  }

  /** Closes all windows and frees the stage. */
  async clear(): Promise<void> {
    const people = this.#people.splice(0);
    const complaints = people.flatMap((person) => person.complaints);
    await Promise.all(people.map(({ context }) => context.close()));
    if (complaints.length > 0) throw new Error(`the page complained:\n${complaints.join('\n')}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.clear();
    } finally {
      if (this.#ownsBrowser) await this.#browser.close();
      await this.stopServer();
    }
  }
}

/** With a server of its own. */
export async function openStage(options: StageOptions = {}): Promise<Stage> {
  const server = await startTestServer(options.settings, options);
  const origin = `http://${options.address ?? '127.0.0.1'}:${server.port}`;
  if (options.ownBrowser !== true) return new Stage(origin, await sharedBrowser(), server);
  return new Stage(origin, await launchBrowser(), server, true);
}

/** In this process, on a free port. */
export async function startTestServer(
  settings: { readonly [name: string]: string } = {},
  { page, clock = REAL_TIME }: Pick<StageOptions, 'page' | 'clock'> = {},
): Promise<RunningServer> {
  const loaded = loadConfig({ PORT: '0', RATE_LIMITS: 'off', ...settings });
  if (!loaded.ok) throw new Error(loaded.complaints.join(' '));
  const { events } = createEvents('error', (line) => process.stderr.write(`${line}\n`));
  return startServer(loaded.config, {
    clock,
    events,
    random: (length) => randomBytes(length),
    ...(page !== undefined && { pageDirectory: page }),
  });
}

const REAL_TIME: Clock = { now: () => performance.now(), after };

function after(ms: number, action: () => void): Disposable {
  const timer = setTimeout(action, ms);
  return { [Symbol.dispose]: () => clearTimeout(timer) };
}

/** In front of something that listens on this port of loopback. */
export async function openStageAt(port: number): Promise<Stage> {
  return new Stage(`http://127.0.0.1:${port}`, await sharedBrowser());
}

let shared: Promise<Browser> | undefined;

function sharedBrowser(): Promise<Browser> {
  shared ??= launchBrowser();
  return shared;
}

function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: chromiumPath(), args: CHROMIUM_FLAGS, headless: true });
}

afterAll(async () => {
  await (await shared)?.close();
});

/** An address of this machine that is not loopback: there the page has no secure context. */
export function lanAddress(): string {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  const lan = addresses.find(({ family, internal }) => family === 'IPv4' && !internal);
  if (lan === undefined) throw new Error('this test needs an IPv4 address besides loopback');
  return lan.address;
}

type NewRoom = {
  readonly name?: string;
  readonly history?: 'Only what’s said after they join';
  readonly roomName?: string;
  readonly topic?: string;
  /** Needed besides the link. */
  readonly passphrase?: string;
};

/** One person at one page, with the words of the page for the things people do. */
export class Person {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly complaints: string[];
  readonly #origin: string;
  readonly #touch: boolean;
  readonly #expected: RegExp[];

  constructor(
    origin: string,
    context: BrowserContext,
    page: Page,
    touch: boolean,
    complaints: string[] = [],
    expected: RegExp[] = [],
  ) {
    this.complaints = complaints;
    this.#expected = expected;
    this.#origin = origin;
    this.#touch = touch;
    this.context = context;
    this.page = page;
    this.#watch(page);
  }

  /** From here on, complaints that match are part of the story (a server that is gone, say). */
  expectComplaints(pattern: RegExp): void {
    this.#expected.push(pattern);
  }

  async open(path = '/'): Promise<void> {
    await this.page.goto(path.startsWith('/') ? this.#origin + path : path);
  }

  /** From the landing page into a room of one's own; answers the link on its card. */
  async createRoom(options: NewRoom = {}): Promise<string> {
    await this.askForRoom(options);
    await this.roomCreated();
    await this.inRoom();
    return this.shownLink();
  }

  /** As far as the press on the button; what comes of it is another matter. */
  async askForRoom(options: NewRoom = {}): Promise<void> {
    await this.open('/');
    const card = this.page.getByRole('form', { name: 'Create a room' });
    if (options.name !== undefined) await card.getByLabel('Display name').fill(options.name);
    const { history, roomName, topic, passphrase } = options;
    if ((history ?? roomName ?? topic ?? passphrase) !== undefined)
      await card.getByText('Room options').click();
    if (history !== undefined) await card.getByRole('radio', { name: history }).check({ force: true });
    if (roomName !== undefined) await card.getByLabel('Room name').fill(roomName);
    if (topic !== undefined) await card.getByLabel('Topic').fill(topic);
    if (passphrase !== undefined) await this.#choosePassphrase(passphrase);
    await card.getByRole('button', { name: 'Create Shareable Link' }).click();
  }

  async #choosePassphrase(passphrase: string): Promise<void> {
    await this.page.getByRole('radio', { name: 'Link and passphrase' }).check({ force: true });
    // The random words come late, and would replace what is typed.
    await this.page.getByText('Five random words.').waitFor();
    await this.page.getByLabel('Passphrase', { exact: true }).fill(passphrase);
  }

  /** The card of a new room is there. */
  async roomCreated(): Promise<void> {
    await this.page.getByRole('heading', { name: 'Room created' }).waitFor();
  }

  /** The whole link as shown, key and all. */
  async shownLink(): Promise<string> {
    const text = await this.page.locator('.secret__link').innerText();
    return text.replaceAll(/\s/g, '');
  }

  /** Opens the link, as a recipient would. */
  async join(link: string, name?: string): Promise<void> {
    await this.page.goto(link);
    await this.heading('You’re invited to a room');
    if (name !== undefined) await this.page.getByLabel('Display name').fill(name);
    await this.page.getByRole('button', { name: 'Join Chat Room' }).click();
    await this.inRoom();
  }

  async inRoom(): Promise<void> {
    await this.composer().waitFor();
    await this.page.getByRole('timer').waitFor();
  }

  composer() {
    return this.page.getByRole('textbox', { name: 'Message' });
  }

  async send(text: string): Promise<void> {
    await this.composer().fill(text);
    // On a touch screen, Enter is a new line.
    if (this.#touch) await this.page.getByRole('button', { name: 'Send' }).click();
    else await this.composer().press('Enter');
  }

  /** Waits until a message with exactly this text is in the log of this page. */
  async sees(text: string): Promise<void> {
    await this.log().getByText(text, { exact: true }).first().waitFor();
  }

  log() {
    return this.page.getByRole('log');
  }

  /** Texts of all messages on the page, in order. */
  async messages(): Promise<readonly string[]> {
    return this.log().locator('.bubble p').allInnerTexts();
  }

  async participants(count: number): Promise<void> {
    await this.page.getByRole('button', { name: count === 1 ? '1 person' : `${count} people` }).waitFor();
  }

  /** By the menu; where something would be lost, the page asks first. */
  async leave(): Promise<void> {
    await this.page.getByRole('button', { name: 'More', exact: true }).click();
    await this.page.getByRole('menuitem', { name: 'Leave room' }).click();
  }

  /** A duplicate of this tab, as the browser makes it: the storage is copied, keys and all. */
  async duplicateTab(): Promise<Person> {
    const [page] = await Promise.all([
      this.context.waitForEvent('page'),
      this.page.evaluate(() => void globalThis.open(globalThis.location.href)),
    ]);
    return new Person(this.#origin, this.context, page, this.#touch, this.complaints, this.#expected);
  }

  /** With what this tab has stored, in a browser that does not know of this tab: the server lets the newer one speak. */
  async takeOverIn(other: Person): Promise<void> {
    const stored = await this.page.evaluate(() => JSON.stringify(globalThis.sessionStorage));
    await other.page.addInitScript((entries) => {
      for (const [key, value] of Object.entries(JSON.parse(entries)))
        globalThis.sessionStorage.setItem(key, String(value));
    }, stored);
    await other.page.goto(this.page.url());
  }

  async heading(name: string | RegExp): Promise<void> {
    await this.page.getByRole('heading', { name, level: 1 }).waitFor();
  }

  #watch(page: Page): void {
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type()))
        this.#complain(`console ${message.type()}: ${message.text()}`);
    });
    page.on('pageerror', (error) => this.#complain(`page error: ${error.message}`));
    page.on('request', (request) => {
      if (this.#isForeign(request)) this.#complain(`foreign request: ${request.url()}`);
    });
  }

  #isForeign(request: Request): boolean {
    const { protocol, host } = new URL(request.url());
    return protocol.startsWith('http') && host !== new URL(this.#origin).host;
  }

  #complain(complaint: string): void {
    if (!this.#expected.some((pattern) => pattern.test(complaint))) this.complaints.push(complaint);
  }
}
