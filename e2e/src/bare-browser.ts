// Chromium without Playwright, which tells every page that it is in view: and what is in view is never frozen.
// It speaks the browser's own protocol (CDP), and no more of it than a page in the background needs.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';

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
    const executable = process.env['CHROMIUM_PATH'];
    if (executable === undefined) throw new Error('CHROMIUM_PATH is not set: run this through npm test');
    const profile = mkdtempSync(join(tmpdir(), 'mayfly-browser-'));
    const flags = ['--headless=new', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-sync'];
    const args = [...flags, '--remote-debugging-port=0', `--user-data-dir=${profile}`, 'about:blank'];
    const browser = spawn(executable, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    const gone = once(browser, 'exit');
    const [, port] = await new Promise<RegExpExecArray>((resolve, reject) => {
      let said = '';
      browser.stderr.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        const found = /DevTools listening on ws:\/\/[^:]+:(\d+)\//.exec(said);
        if (found) resolve(found);
      });
      browser.once('exit', () => reject(new Error(`no browser: ${said}`)));
    });
    const pages = (await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()) as readonly {
      readonly type: string;
      readonly webSocketDebuggerUrl: string;
    }[];
    const page = pages.find(({ type }) => type === 'page');
    if (page === undefined) throw new Error('a browser without a page');
    const socket = new WebSocket(page.webSocketDebuggerUrl);
    await once(socket, 'open');
    return new BarePage(socket, async () => {
      socket.terminate();
      browser.kill('SIGKILL');
      await gone;
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
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
