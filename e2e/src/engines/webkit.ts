// WebKit, the engine of Safari: Debian's WPE without a screen (cog), driven over plain WebDriver.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type JsonObject, field, isJsonObject } from '@mayfly/protocol';
import { freePort } from '../../../packages/server/src/testing/free-port.ts';
import { type EngineWindow, type Point, keyActions, pointerActions } from './window.ts';

const DRIVER = '/usr/bin/WPEWebDriver';
const BROWSER = { binary: '/usr/bin/cog', args: ['--automation', '--platform=headless'] };

/** One browser with one window: its driver knows no more. */
export class WebKitWindow implements EngineWindow {
  readonly #session: string;
  readonly #driver: ChildProcess;
  /** Of pages that stood here before. */
  readonly #complaints: string[] = [];

  private constructor(session: string, driver: ChildProcess) {
    this.#session = session;
    this.#driver = driver;
  }

  static async open(): Promise<EngineWindow> {
    const port = await freePort();
    const driver = spawn(DRIVER, [`--port=${port}`], { stdio: 'ignore' });
    const address = `http://127.0.0.1:${port}/session`;
    await untilListening(port, driver);
    const wanted = { 'wpe:browserOptions': BROWSER, pageLoadStrategy: 'normal' };
    const opened = await ask('POST', address, { capabilities: { alwaysMatch: wanted } });
    const id = isJsonObject(opened) ? field(opened, 'sessionId') : undefined;
    return new WebKitWindow(`${address}/${String(id)}`, driver);
  }

  async complaints(): Promise<readonly string[]> {
    return [...this.#complaints, ...(await this.#complaintsHere())];
  }

  async goTo(url: string): Promise<void> {
    await this.#load('url', { url });
  }

  async reload(): Promise<void> {
    await this.#load('refresh', {});
  }

  // By the driver, which waits for the page: a script that was under way when its page went would never be answered.
  async go(steps: -1 | 1): Promise<void> {
    await this.#load(steps < 0 ? 'back' : 'forward', {});
  }

  async evaluate(expression: string): Promise<unknown> {
    const text = await this.#ask('execute/sync', {
      script: `return JSON.stringify(${expression})`,
      args: [],
    });
    return typeof text === 'string' ? JSON.parse(text) : undefined;
  }

  async pressAt(point: Point): Promise<void> {
    await this.#ask('actions', { actions: pointerActions(point) });
  }

  async pressKeys(keys: Iterable<string>): Promise<void> {
    await this.#ask('actions', { actions: keyActions(keys) });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await ask('DELETE', this.#session);
    this.#driver.kill();
    if (this.#driver.exitCode === null) await once(this.#driver, 'exit');
  }

  async #load(command: string, words: JsonObject): Promise<void> {
    this.#complaints.push(...(await this.#complaintsHere()));
    await this.#ask(command, words);
    await this.evaluate(`(${String(listen)})()`);
  }

  async #complaintsHere(): Promise<readonly string[]> {
    const said = await this.evaluate(`(${String(whatWasHeard)})()`);
    return Array.isArray(said) ? said.map(String) : [];
  }

  #ask(command: string, words: JsonObject): Promise<unknown> {
    return ask('POST', `${this.#session}/${command}`, words);
  }
}

declare global {
  // Kept in the page: this driver tells nothing of a page’s console.
  var heard: string[] | undefined;
}

/** Runs in the page as soon as it is loaded; what it says before that, `startup.test.ts` reads from a browser's own output. */
function listen(): void {
  const heard: string[] = [];
  globalThis.heard = heard;
  for (const level of ['error', 'warn'] as const)
    console[level] = (...words: unknown[]) => void heard.push(`${level}: ${words.join(' ')}`);
  addEventListener('error', ({ message }) => heard.push(`page error: ${message}`));
  addEventListener('unhandledrejection', ({ reason }) => heard.push(`page error: ${reason}`));
  document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
    heard.push(`content security policy: ${violatedDirective} ${blockedURI}`),
  );
}

function whatWasHeard(): readonly string[] {
  const loaded = performance.getEntriesByType('resource').map(({ name }) => name);
  const foreign = loaded.filter((url) => !url.startsWith(location.origin));
  return [...(globalThis.heard ?? []), ...foreign.map((url) => `request to ${url}`)];
}

async function ask(method: 'POST' | 'DELETE', url: string, words?: JsonObject): Promise<unknown> {
  const answer = await fetch(url, { method, ...(words && { body: JSON.stringify(words) }) });
  const said: unknown = await answer.json();
  const value = isJsonObject(said) ? said['value'] : undefined;
  if (!answer.ok) throw new Error(`WebKit, ${method} ${url}: ${JSON.stringify(value)}`);
  return value;
}

async function untilListening(port: number, driver: ChildProcess): Promise<void> {
  while (!(await isListening(port))) {
    if (driver.exitCode !== null) throw new Error(`${DRIVER} ended with ${driver.exitCode}`);
    await sleep(20);
  }
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** The driver does not tell which port it took, so one is chosen for it. */
