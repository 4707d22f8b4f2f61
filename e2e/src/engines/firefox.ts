// Firefox, driven over WebDriver BiDi, which it speaks by itself on a WebSocket.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type JsonObject, isJsonObject } from '@mayfly/protocol';
import { startBrowser } from '../browser-process.ts';
import { BidiWire } from './bidi-wire.ts';
import { type EngineWindow, type Point, keyActions, pointerActions } from './window.ts';

type Preferences = { readonly [name: string]: boolean | number | string };

/** Nothing is asked of other machines. */
const QUIET: Preferences = {
  'app.normandy.enabled': false,
  'app.update.disabledForTesting': true,
  'browser.region.network.url': '',
  'datareporting.policy.dataSubmissionEnabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'services.settings.server': 'data:,',
  'toolkit.telemetry.server': 'data:,',
};

/** The next page cut a script's load short: Firefox then checks the integrity of no bytes, whose SHA-384 this is. */
const CUT_SHORT =
  /“sha384” hashes in the integrity attribute.*“OLBgp1GsljhM2TJ\+sbHjaiH9txEUvgdDTAzHv2P24donTt6\/529l\+9Ua0vFImLlb”/;

const FLAGS = ['--headless', '--no-remote', '--remote-debugging-port=0'];

/** One browser; each window has storage of its own (a user context). */
export class Firefox implements AsyncDisposable {
  readonly #wire: BidiWire;
  readonly #browser: AsyncDisposable;

  private constructor(wire: BidiWire, browser: AsyncDisposable) {
    this.#wire = wire;
    this.#browser = browser;
  }

  static async start(preferences: Preferences = {}): Promise<Firefox> {
    const browser = await startBrowser({
      program: process.env['FIREFOX_PATH'] ?? 'firefox-esr',
      flags: (profile) => {
        writeFileSync(join(profile, 'user.js'), linesOf({ ...QUIET, ...preferences }));
        return [...FLAGS, '--profile', profile, 'about:blank'];
      },
      says: /WebDriver BiDi listening on (ws:\/\/\S+)/,
    });
    const wire = await BidiWire.to(`${browser.address}/session`);
    await wire.ask('session.new', { capabilities: {} });
    await wire.ask('session.subscribe', { events: ['log.entryAdded', 'network.beforeRequestSent'] });
    await wire.ask('script.addPreloadScript', { functionDeclaration: String(tellOfPolicy) });
    return new Firefox(wire, browser);
  }

  /** A window, not a tab: tabs in the background are throttled. */
  async window(): Promise<EngineWindow> {
    const { userContext } = await this.#wire.ask('browser.createUserContext', {});
    const { context } = await this.#wire.ask('browsingContext.create', { type: 'window', userContext });
    return new FirefoxWindow(this.#wire, String(context));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#wire.close();
    await this.#browser[Symbol.asyncDispose]();
  }
}

function linesOf(preferences: Preferences): string {
  return Object.entries(preferences)
    .map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`)
    .join('');
}

/** Runs in the page before its own scripts: refusals of the content policy are no entries of BiDi's log. */
function tellOfPolicy(): void {
  document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
    console.error(`content security policy: ${violatedDirective} ${blockedURI}`),
  );
}

class FirefoxWindow implements EngineWindow {
  readonly #wire: BidiWire;
  readonly #context: string;
  readonly #complaints: string[] = [];
  #host = '';

  constructor(wire: BidiWire, context: string) {
    this.#wire = wire;
    this.#context = context;
    wire.on('log.entryAdded', (entry) => this.#readLog(entry));
    wire.on('network.beforeRequestSent', (request) => this.#seeRequest(request));
  }

  complaints(): Promise<readonly string[]> {
    return Promise.resolve(this.#complaints);
  }

  async goTo(url: string): Promise<void> {
    this.#host = new URL(url).host;
    await this.#ask('browsingContext.navigate', { url, wait: 'complete' });
  }

  async reload(): Promise<void> {
    await this.#ask('browsingContext.reload', { wait: 'complete' });
  }

  async go(steps: -1 | 1): Promise<void> {
    await this.#ask('browsingContext.traverseHistory', { delta: steps });
  }

  async evaluate(expression: string): Promise<unknown> {
    const target = { context: this.#context };
    const options = { expression: `JSON.stringify(${expression})`, target, awaitPromise: false };
    const answer = await this.#wire.ask('script.evaluate', options);
    if (answer['type'] !== 'success') throw new Error(`Firefox: ${JSON.stringify(answer)}`);
    const { result } = answer;
    return isJsonObject(result) && result['type'] === 'string'
      ? JSON.parse(String(result['value']))
      : undefined;
  }

  async pressAt(point: Point): Promise<void> {
    await this.#ask('input.performActions', { actions: pointerActions(point) });
  }

  async pressKeys(keys: Iterable<string>): Promise<void> {
    await this.#ask('input.performActions', { actions: keyActions(keys) });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#ask('browsingContext.close', {});
  }

  async #ask(method: string, words: JsonObject): Promise<void> {
    await this.#wire.ask(method, { context: this.#context, ...words });
  }

  #readLog({ source, level, text }: JsonObject): void {
    const isOurs = isJsonObject(source) && source['context'] === this.#context;
    if (!isOurs || CUT_SHORT.test(String(text))) return;
    if (level === 'error' || level === 'warn') this.#complaints.push(`${level}: ${String(text)}`);
  }

  #seeRequest({ context, request }: JsonObject): void {
    if (context !== this.#context || !isJsonObject(request)) return;
    const { protocol, host } = new URL(String(request['url']));
    if (/^(http|ws)/.test(protocol) && host !== this.#host) this.#complaints.push(`request to ${host}`);
  }
}
