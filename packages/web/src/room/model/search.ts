// Searches the messages this tab holds, in slices: typing never waits for a long history.

import type { Message } from '@mayfly/client';
import { type ReadonlySignal, effect, signal } from '@preact/signals';
import { type Excerpt, excerptOf, folded } from '../text/folded-text.ts';
import type { ShownBlock } from './blocks.ts';
import type { Item } from './turns.ts';

/** Characters that one slice looks at; the message that exceeds them is the last of the slice. */
const SLICE = 8000;
/** Longer searches are cut: the work for a text grows with both lengths. */
const WANTED_MAX = 100;

type ItemLists = readonly (readonly Item[])[];
type Run = { readonly wanted: string; readonly messages: readonly Message[]; readonly found: Message[] };

export class Search implements Disposable {
  readonly #hits = signal<readonly Message[]>([]);
  readonly #wanted = signal('');
  readonly #current = signal<Message | undefined>(undefined);
  readonly #texts = new WeakMap<Message, string>();
  readonly #excerpts = new WeakMap<Message, { readonly wanted: string; readonly excerpt: Excerpt }>();
  readonly #stop: () => void;
  #run: Run | undefined;
  #later: ItemLists | undefined;
  #slice: ReturnType<typeof setTimeout> | undefined;

  constructor(blocks: ReadonlySignal<readonly ShownBlock[]>, query: ReadonlySignal<string>) {
    this.#stop = effect(() => {
      const wanted = wantedOf(query.value);
      this.#change(
        wanted,
        blocks.value.map(({ items }) => items.value),
      );
    });
  }

  /** Newest first. */
  get hits(): ReadonlySignal<readonly Message[]> {
    return this.#hits;
  }

  /** What the hits have in them, folded; empty while nothing is searched for. */
  get wanted(): ReadonlySignal<string> {
    return this.#wanted;
  }

  get current(): ReadonlySignal<Message | undefined> {
    return this.#current;
  }

  /** What is shown of a hit. Each step from hit to hit draws all of them again, and a text can be long. */
  excerptOf(hit: Message): Excerpt {
    const wanted = this.#wanted.peek();
    const known = this.#excerpts.get(hit);
    if (known?.wanted === wanted) return known.excerpt;
    const found = searchedTexts(hit).find((text) => folded(text).includes(wanted));
    const excerpt = excerptOf(found ?? hit.text ?? '', wanted);
    this.#excerpts.set(hit, { wanted, excerpt });
    return excerpt;
  }

  choose(hit: Message): void {
    this.#current.value = hit;
  }

  /** To the next hit, or the one before; after the last comes the first. Returns it. */
  step(by: 1 | -1): Message | undefined {
    const hits = this.#hits.peek();
    const key = this.#current.peek()?.key;
    const at = hits.findIndex((hit) => hit.key === key);
    const next = at < 0 && by < 0 ? hits.at(-1) : hits[(at + by + hits.length) % hits.length];
    this.#current.value = next;
    return next;
  }

  [Symbol.dispose](): void {
    this.#stop();
    clearTimeout(this.#slice);
  }

  // New messages wait for the end of a run: otherwise a busy room would never see one.
  #change(wanted: string, lists: ItemLists): void {
    if (this.#run?.wanted === wanted) this.#later = lists;
    else this.#begin(wanted, lists);
  }

  #begin(wanted: string, lists: ItemLists): void {
    clearTimeout(this.#slice);
    this.#later = undefined;
    this.#run = wanted === '' ? undefined : { wanted, messages: messagesIn(lists), found: [] };
    if (this.#run === undefined) this.#show('', []);
    else this.#goOn(this.#run, 0);
  }

  #goOn(run: Run, at: number): void {
    this.#slice = setTimeout(() => {
      const next = this.#look(run, at);
      if (next < run.messages.length) this.#goOn(run, next);
      else this.#end(run);
    });
  }

  /** Returns where the next slice begins. */
  #look({ messages, wanted, found }: Run, from: number): number {
    let at = from;
    for (let looked = 0; at < messages.length && looked < SLICE; at++) {
      const message = messages[at];
      if (message === undefined) continue;
      const text = this.#textOf(message);
      looked += text.length + 1;
      if (text.includes(wanted)) found.push(message);
    }
    return at;
  }

  #end({ wanted, found }: Run): void {
    const later = this.#later;
    this.#run = undefined;
    this.#show(wanted, found);
    if (later !== undefined) this.#begin(wanted, later);
  }

  #show(wanted: string, hits: readonly Message[]): void {
    const key = this.#current.peek()?.key;
    this.#wanted.value = wanted;
    this.#hits.value = hits;
    this.#current.value = hits.find((hit) => hit.key === key);
  }

  /** Two texts never match together: a line break stands between them, and in no search. */
  #textOf(message: Message): string {
    const known = this.#texts.get(message);
    if (known !== undefined) return known;
    const text = [message.from.name, ...searchedTexts(message)].map(folded).join('\n');
    this.#texts.set(message, text);
    return text;
  }
}

/** What of a message a search looks at, besides its author: all that is shown of it. */
function searchedTexts({ text = '', file, poll }: Message): readonly string[] {
  return [text, ...(file === undefined ? [] : [file.name]), ...(poll?.options ?? []).map((one) => one.text)];
}

function wantedOf(query: string): string {
  return folded(query).trim().slice(0, WANTED_MAX);
}

function messagesIn(lists: ItemLists): readonly Message[] {
  return lists
    .flat()
    .flatMap((item) => (item.type === 'turn' ? item.bubbles : []))
    .flatMap((bubble) => (bubble.type === 'message' ? [bubble.message] : []))
    .reverse();
}
