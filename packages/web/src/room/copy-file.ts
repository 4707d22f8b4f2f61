// Writes a copy of the chat as a web page or as text. The page is made of nodes, so each text stays a text; its policy lets
// it load nothing and run nothing.

import { inNextTask } from '../browser/next-task.ts';
import { clockTime, dateAndTime, dayName } from '../ui/clock-time.ts';
import { lifeTexts } from '../words/life.ts';
import { sentence } from '../words/sentence.ts';
import type { CopiedMessage } from './model/copied-messages.ts';

export type CopyFormat = 'html' | 'text';

export type Copy = {
  readonly format: CopyFormat;
  /** The room's name, or its code. */
  readonly room: string;
  readonly savedAt: number;
  /** Each is made when its turn comes. */
  readonly messages: readonly (() => CopiedMessage)[];
};

/** So many messages are written in one task. */
export const SLICE = 100;

const TYPES = { html: 'text/html', text: 'text/plain' } as const;
const ENDINGS = { html: 'html', text: 'txt' } as const;

/** `progress` learns how many messages are done. Undefined if `until` was aborted. */
export async function writeCopy(
  copy: Copy,
  progress: (done: number) => void,
  until: AbortSignal,
): Promise<File | undefined> {
  const writer = copy.format === 'html' ? new PageWriter(copy) : new TextWriter(copy);
  const parts = [writer.head];
  for (let done = 0; done < copy.messages.length; done += SLICE) {
    const slice = copy.messages.slice(done, done + SLICE);
    parts.push(writer.rows(slice.map((make) => make())));
    progress(done + slice.length);
    await nextTask();
    if (until.aborted) return undefined;
  }
  parts.push(writer.foot);
  const day = new Date(copy.savedAt).toISOString().slice(0, 10);
  const name = `mayfly-chat-${day}.${ENDINGS[copy.format]}`;
  return new File(parts, name, { type: `${TYPES[copy.format]};charset=utf-8` });
}

function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    inNextTask(resolve);
  });
}

interface Writer {
  readonly head: string;
  readonly foot: string;
  rows(messages: readonly CopiedMessage[]): string;
}

/** Says once for each day that it begins. */
class Days {
  #day = '';

  begins(at: number): string | undefined {
    const day = dayName(at);
    if (day === this.#day) return undefined;
    this.#day = day;
    return day;
  }
}

const INDENT = '\n    ';

/** Only the first line of a message begins at the edge, so no message can pretend to be several. */
class TextWriter implements Writer {
  readonly head: string;
  readonly foot = '';
  readonly #days = new Days();

  constructor({ room, savedAt }: Copy) {
    this.head = `${lifeTexts.copy.title(room)}\n${lifeTexts.copy.savedAt(dateAndTime(savedAt))}\n`;
  }

  rows(messages: readonly CopiedMessage[]): string {
    return messages.map((message) => this.#row(message)).join('');
  }

  #row(message: CopiedMessage): string {
    const { at, name, text = lifeTexts.copy.unsupported, lines } = message;
    const day = this.#days.begins(at);
    const notes = notesOf(message).map((note) => ` (${note})`);
    const body = [...text.split('\n'), ...lines].join(INDENT);
    return `${day === undefined ? '' : `\n${day}\n`}[${clockTime(at)}] ${name}${notes.join('')}: ${body}\n`;
  }
}

function notesOf({ replyTo, edited }: CopiedMessage): readonly string[] {
  const { copy } = lifeTexts;
  const reply = replyTo === undefined ? [] : [sentence(copy.replyTo, { name: replyTo })];
  return edited ? [...reply, copy.edited] : reply;
}

const POLICY =
  '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; style-src \'unsafe-inline\'">';
const STYLE = `<style>
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; overflow-wrap: anywhere }
h2 { font-size: 1rem; text-align: center; margin: 2rem 0 1rem }
article { margin: 0 0 1rem }
article p { margin: 0; white-space: pre-wrap }
small, time { color: GrayText; font-size: .8125rem }
</style>`;

class PageWriter implements Writer {
  readonly head: string;
  readonly foot = '\n</main>\n</body>\n</html>\n';
  readonly #days = new Days();
  readonly #serializer = new XMLSerializer();
  /** Without a window: nothing in it is drawn, loaded or run. */
  readonly #document = document.implementation.createHTMLDocument('');

  constructor({ room, savedAt }: Copy) {
    const title = lifeTexts.copy.title(room);
    const header = this.#element('header', [
      this.#element('h1', [title]),
      this.#element('p', [lifeTexts.copy.savedAt(dateAndTime(savedAt))]),
    ]);
    this.head = [
      '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
      POLICY,
      '<meta name="viewport" content="width=device-width, initial-scale=1">',
      '<meta name="referrer" content="no-referrer">',
      this.#serializer.serializeToString(this.#element('title', [title])),
      `${STYLE}\n</head>\n<body>\n<main>`,
      this.#serializer.serializeToString(header),
      '',
    ].join('\n');
  }

  rows(messages: readonly CopiedMessage[]): string {
    const section = this.#element(
      'section',
      messages.flatMap((message) => ['\n', ...this.#row(message)]),
    );
    return this.#serializer.serializeToString(section);
  }

  #row(message: CopiedMessage): readonly Node[] {
    const { at, name, text = lifeTexts.copy.unsupported, lines } = message;
    const day = this.#days.begins(at);
    const time = this.#element('time', [clockTime(at)]);
    time.setAttribute('datetime', new Date(at).toISOString());
    const notes = notesOf(message).map((note) => this.#element('small', [this.#isolated(note)]));
    const article = this.#element('article', [
      this.#element('p', spaced([this.#element('b', [this.#isolated(name)]), time, ...notes])),
      this.#paragraph(text),
      ...lines.map((line) => this.#paragraph(line)),
    ]);
    return day === undefined ? [article] : [this.#element('h2', [day]), article];
  }

  #paragraph(text: string): HTMLElement {
    const paragraph = this.#element('p', [text]);
    paragraph.dir = 'auto';
    return paragraph;
  }

  #isolated(text: string): HTMLElement {
    return this.#element('bdi', [text]);
  }

  #element(name: string, children: readonly (string | Node)[]): HTMLElement {
    const element = this.#document.createElement(name);
    element.append(...children);
    return element;
  }
}

function spaced(nodes: readonly Node[]): readonly (string | Node)[] {
  return nodes.flatMap((node, index) => (index === 0 ? [node] : [' ', node]));
}
