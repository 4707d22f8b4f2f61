// A person in a window of any engine. Finds things by accessible name, as `Person` does in Chromium.

import { setTimeout as sleep } from 'node:timers/promises';
import type { EngineWindow, Point } from './window.ts';

/** No page takes that long: then it hangs. */
const HANG_MS = 120_000;

export class Visitor {
  readonly window: EngineWindow;
  readonly #origin: string;

  constructor(window: EngineWindow, origin: string) {
    this.window = window;
    this.#origin = origin;
  }

  // The ways into a room and out of it.

  /** Creates a room, stays in it, and returns its link. */
  async createRoom(name: string, passphrase?: string): Promise<string> {
    await this.window.goTo(`${this.#origin}/`);
    await this.fill('Display name', name);
    if (passphrase !== undefined) await this.#choosePassphrase(passphrase);
    await this.press('button', 'Create Shareable Link');
    await this.heading('Room created');
    const link = await this.shownLink();
    await this.inRoom();
    return link;
  }

  async #choosePassphrase(passphrase: string): Promise<void> {
    await this.press('disclosure', 'Room options');
    await this.press('textbox', 'Link and passphrase');
    // The random words come late, and would replace what is typed.
    await this.sees('Five random words.');
    await this.fill('Passphrase', passphrase);
  }

  /** The whole link as shown, key and all. */
  shownLink(): Promise<string> {
    return this.look(() => document.querySelector('.secret__link')?.textContent ?? '');
  }

  async join(link: string, name: string): Promise<void> {
    await this.window.goTo(link);
    await this.heading('You’re invited to a room');
    await this.fill('Display name', name);
    await this.press('button', 'Join Chat Room');
    await this.inRoom();
  }

  async inRoom(): Promise<void> {
    await this.until('is in the room', () => document.querySelector('[role=timer]') !== null);
  }

  async leave(): Promise<void> {
    await this.press('button', 'More');
    await this.press('menuitem', 'Leave room');
  }

  // In a room.

  /** By the button: some engines take the mouse for a finger, and then Enter is a new line. */
  async send(text: string): Promise<void> {
    await this.fill('Message', text);
    await this.press('button', 'Send');
  }

  async sees(text: string): Promise<void> {
    await this.until(
      `sees ${text}`,
      (wanted) => document.body.innerText.replaceAll(/\s+/g, ' ').includes(wanted),
      text,
    );
  }

  /** Texts of all messages on the page, in order. */
  messages(): Promise<readonly string[]> {
    return this.look(() =>
      Array.from(document.querySelectorAll<HTMLElement>('[role=log] .bubble p'), (p) => p.innerText),
    );
  }

  async participants(count: number): Promise<void> {
    await this.shows('button', count === 1 ? '1 person' : `${count} people`);
  }

  // Anywhere.

  async heading(text: string): Promise<void> {
    await this.shows('heading', text);
  }

  async shows(role: Role, name: string): Promise<void> {
    await this.#await(`shows the ${role} ${name}`, () => this.look(find, SELECTORS[role], name));
  }

  async showsNo(role: Role, name: string): Promise<void> {
    await this.#await(`shows no ${role} ${name}`, async () => {
      const found = await this.look(find, SELECTORS[role], name);
      return found === undefined || undefined;
    });
  }

  /** Once it stands still, and nothing covers it. */
  async press(role: Role, name: string): Promise<void> {
    let before: Point | undefined;
    const place = await this.#await(`can press the ${role} ${name}`, async () => {
      const found = await this.look(find, SELECTORS[role], name);
      const stands = found !== undefined && found.x === before?.x && found.y === before.y;
      before = found;
      return stands && found.canBePressed ? found : undefined;
    });
    await this.window.pressAt(place);
  }

  /** Replaces what the field holds. */
  async fill(name: string, text: string): Promise<void> {
    // What comes in above the field moves it from under the press.
    await this.#await(`can write in ${name}`, async () => {
      await this.press('textbox', name);
      return (await this.look(enter, text)) || undefined;
    });
  }

  /** What a function says in the page. It runs there, so it knows nothing but its arguments. */
  look<Args extends readonly unknown[], Answer>(
    what: (...args: Args) => Answer,
    ...args: Args
  ): Promise<Answer> {
    return this.window.evaluate(`(${String(what)})(...${JSON.stringify(args)})`) as Promise<Answer>;
  }

  async until<Args extends readonly unknown[]>(
    what: string,
    isSo: (...args: Args) => boolean,
    ...args: Args
  ): Promise<void> {
    await this.#await(what, async () => (await this.look(isSo, ...args)) || undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.window[Symbol.asyncDispose]();
  }

  /** Asks until there is an answer. */
  async #await<Answer>(what: string, ask: () => Promise<Answer | undefined>): Promise<Answer> {
    const hangsAt = performance.now() + HANG_MS;
    for (;;) {
      const answer = await ask();
      if (answer !== undefined) return answer;
      if (performance.now() > hangsAt)
        throw new Error(`never ${what}; the page says: ${await this.look(() => document.body.innerText)}`);
      await sleep(30);
    }
  }
}

const SELECTORS = {
  button: 'button:not([role])',
  menuitem: '[role=menuitem]',
  heading: 'h1, h2',
  disclosure: 'summary > .disclosure__label',
  textbox: 'input, textarea',
  /** The words beside a radio button or a checkbox. */
  choice: 'label > bdi',
};

type Role = keyof typeof SELECTORS;

/** Runs in the page: replaces what the field with the focus holds, as a paste would. False: no field has it. */
function enter(text: string): boolean {
  if (document.activeElement?.matches('input, textarea') !== true) return false;
  document.execCommand('selectAll');
  document.execCommand(text === '' ? 'delete' : 'insertText', false, text);
  return true;
}

/** Runs in the page: the visible element of that name, and whether a press in its middle would reach it. */
function find(selector: string, name: string) {
  const isNamed = (element: HTMLElement) => {
    const isField = element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement;
    const text = element.getAttribute('aria-label') ?? (isField ? element.labels?.[0] : element)?.textContent;
    return (
      text
        ?.replaceAll(/\s+/g, ' ')
        .trim()
        .replace(/ optional$/, '') === name
    );
  };
  // What is behind a dialog cannot be reached.
  const reach = document.querySelector('dialog[open]') ?? document;
  const named = [...reach.querySelectorAll<HTMLElement>(selector)].find(
    (element) => element.getClientRects().length > 0 && isNamed(element),
  );
  if (named === undefined) return undefined;
  named.scrollIntoView({ block: 'nearest' });
  const { left, top, width, height } = named.getBoundingClientRect();
  const [x, y] = [left + width / 2, top + height / 2];
  const isEnabled = !named.matches(':disabled');
  return { x, y, canBePressed: isEnabled && named.contains(document.elementFromPoint(x, y)) };
}

/** Runs in the page: chooses a picture that it draws, with a wide and a narrow stripe. */
export function choosePicture(name: string): boolean {
  const input = document.querySelector<HTMLInputElement>('input[type=file]');
  if (input === null) return false;
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [90, 60];
  const brush = canvas.getContext('2d');
  brush?.fillRect(0, 0, 60, 60);
  const bytes = atob(canvas.toDataURL('image/png').split(',')[1] ?? '');
  const data = new DataTransfer();
  data.items.add(
    new File([Uint8Array.from(bytes, (sign) => sign.charCodeAt(0))], name, { type: 'image/png' }),
  );
  input.files = data.files;
  input.dispatchEvent(new Event('change', { bubbles: true }));
  return true;
}
