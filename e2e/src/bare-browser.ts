// Chromium without Playwright, which tells every page that it is in view: and what is in view is never frozen.
// It speaks the browser's own protocol (CDP), and no more of it than a page in the background needs.

import { once } from 'node:events';
import { WebSocket } from 'ws';
import { startBrowser } from './browser-process.ts';

const FLAGS = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-sync',
  '--remote-debugging-port=0',
];

type Answer = {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
};

export class BarePage implements AsyncDisposable {
  readonly #socket: WebSocket;
  readonly #close: () => Promise<void>;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #asked = 0;

  private constructor(socket: WebSocket, close: () => Promise<void>) {
    this.#socket = socket;
    this.#close = close;
    socket.on('message', (text: Buffer) => {
      const answer = JSON.parse(text.toString()) as Answer;
      if (answer.id !== undefined) this.#waiting.get(answer.id)?.(answer);
    });
  }

  /** The one page of a browser of its own. */
  static async open(): Promise<BarePage> {
    const program = process.env['CHROMIUM_PATH'];
    if (program === undefined) throw new Error('CHROMIUM_PATH is not set: run this through npm test');
    const browser = await startBrowser({
      program,
      flags: (profile) => [...FLAGS, `--user-data-dir=${profile}`, 'about:blank'],
      says: /DevTools listening on ws:\/\/([^/]+)\//,
    });
    const pages = (await (await fetch(`http://${browser.address}/json/list`)).json()) as readonly {
      readonly type: string;
      readonly webSocketDebuggerUrl: string;
    }[];
    const page = pages.find(({ type }) => type === 'page');
    if (page === undefined) throw new Error('a browser without a page');
    const socket = new WebSocket(page.webSocketDebuggerUrl);
    await once(socket, 'open');
    return new BarePage(socket, async () => {
      socket.terminate();
      await browser[Symbol.asyncDispose]();
    });
  }

  async goTo(url: string): Promise<void> {
    await this.#ask('Page.navigate', { url });
  }

  /** As the browser does it to what lies in the background: no timer, no event, nothing runs. */
  async freeze(): Promise<void> {
    await this.#ask('Page.setWebLifecycleState', { state: 'frozen' });
  }

  async thaw(): Promise<void> {
    await this.#ask('Page.setWebLifecycleState', { state: 'active' });
  }

  /** What an expression says in the page, also in a frozen one. */
  async say(expression: string): Promise<unknown> {
    const { result } = (await this.#ask('Runtime.evaluate', { expression, returnByValue: true })) as {
      readonly result: { readonly value?: unknown };
    };
    return result.value;
  }

  /** As soon as the expression is true there. */
  async until(expression: string): Promise<void> {
    while ((await this.say(expression)) !== true) await new Promise((resolve) => setTimeout(resolve, 50));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
  }

  #ask(method: string, params: Readonly<Record<string, unknown>>): Promise<unknown> {
    const id = ++this.#asked;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, ({ result, error }) => {
        this.#waiting.delete(id);
        if (error === undefined) resolve(result);
        else reject(new Error(`${method}: ${error.message}`));
      });
      this.#socket.send(JSON.stringify({ id, method, params }));
    });
  }
}
