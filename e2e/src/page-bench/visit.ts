// One visit of a page in Chromium: opened, read, typed into; and what the browser says about it.

import type { Browser, CDPSession, Page } from 'playwright-core';
import { type InPage, noteWhatHappens } from './in-page.ts';
import { JOIN } from './plain-page.ts';

/** Nothing takes that long. */
const HANG_MS = 90_000;
/** Between two keys. */
const KEY_PAUSE_MS = 50;
/** Also where it is over before the page takes them. */
const KEYS_MIN = 10;

export class Visit implements AsyncDisposable {
  readonly #page: Page;
  readonly #browser: CDPSession;

  private constructor(page: Page, browser: CDPSession) {
    this.#page = page;
    this.#browser = browser;
  }

  /** A blank window with a profile of its own, on a processor slowed by this factor. */
  static async begin(browser: Browser, slowdown: number): Promise<Visit> {
    const context = await browser.newContext({
      viewport: { width: 1440, height: 900 },
      reducedMotion: 'reduce',
    });
    context.setDefaultTimeout(HANG_MS);
    const page = await context.newPage();
    const session = await context.newCDPSession(page);
    await session.send('Performance.enable');
    await session.send('Emulation.setCPUThrottlingRate', { rate: slowdown });
    await page.addInitScript(noteWhatHappens, JOIN);
    return new Visit(page, session);
  }

  /** Milliseconds from the link until one can join, and from joining until this message is drawn, the last of all. */
  async open(address: string, newest: string): Promise<number> {
    await this.#page.goto(address);
    const readyMs = await this.#page.evaluate((): InPage['ready'] => Reflect.get(globalThis, 'bench').ready);
    await this.#page.getByRole('button', { name: JOIN }).click();
    return readyMs + (await this.sees(newest));
  }

  /** Resolves when this is the last message: with the milliseconds since the last click. */
  sees(newest: string): Promise<number> {
    return this.#page.evaluate(
      (text): Promise<number> => Reflect.get(globalThis, 'bench').last(text),
      newest,
    );
  }

  /** Types a letter and takes it back, again and again, as long as `during` takes. */
  async type(during: Promise<void>): Promise<void> {
    const writing = { isOver: false };
    const over = during.finally(() => (writing.isOver = true));
    await this.#page.getByRole('textbox', { name: 'Message' }).focus();
    for (let keys = 0; !writing.isOver || keys < KEYS_MIN; keys++) {
      await this.#page.keyboard.press(keys % 2 === 0 ? 'a' : 'Backspace');
      await new Promise((resolve) => setTimeout(resolve, KEY_PAUSE_MS));
    }
    await over;
  }

  /** Long tasks, and how long each key waited for the page. Since the last call. */
  takeNotes(): Promise<ReturnType<InPage['take']>> {
    return this.#page.evaluate((): ReturnType<InPage['take']> => Reflect.get(globalThis, 'bench').take());
  }

  /** Seconds of work of the page's main thread so far. */
  async busySeconds(): Promise<number> {
    const { metrics } = await this.#browser.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN;
  }

  /** After a garbage collection. */
  async heapMiB(): Promise<number> {
    await this.#browser.send('HeapProfiler.collectGarbage');
    const { usedSize } = await this.#browser.send('Runtime.getHeapUsage');
    return usedSize / 2 ** 20;
  }

  /** Messages that are drawn. */
  rows(): Promise<number> {
    return this.#page.locator('.bubble').count();
  }

  /** Whether the page says that older messages were dropped. */
  says(text: string): Promise<boolean> {
    return this.#page.evaluate((part) => document.body.innerText.includes(part), text);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#page.context().close();
  }
}
