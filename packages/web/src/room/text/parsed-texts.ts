// Cache of parsed message texts: each is parsed once, however often its bubble renders.

import type { TextPart } from './linkify.ts';
import type { Block } from './rich-nodes.ts';
import { mayHaveMarkdown, richText } from './rich-text-loader.ts';
import { shownParts } from './shown-text.ts';

/** More than a room has in its history; the oldest go first. */
const PARSED_MAX = 5000;

/** `key` is the message's. */
export class ParsedTexts {
  readonly #parts: Cache<readonly TextPart[]>;
  readonly #blocks = new Cache((text) => richText.loaded.value?.blocksOf(text));

  constructor(parse: (text: string) => readonly TextPart[] = shownParts) {
    this.#parts = new Cache(parse);
  }

  partsOf(key: string, text: string): readonly TextPart[] {
    return this.#parts.of(key, text);
  }

  /** Undefined where the message is shown as its source: for good, or until the parser is there. */
  blocksOf(key: string, text: string): readonly Block[] | undefined {
    if (richText.loaded.value === undefined || !mayHaveMarkdown(text)) return undefined;
    return this.#blocks.of(key, text);
  }
}

type Known<T> = { readonly text: string; readonly parsed: T };

class Cache<T> {
  readonly #parse: (text: string) => T;
  readonly #known = new Map<string, Known<T>>();

  constructor(parse: (text: string) => T) {
    this.#parse = parse;
  }

  of(key: string, text: string): T {
    const known = this.#known.get(key);
    if (known?.text === text) return known.parsed;
    const parsed = this.#parse(text);
    this.#known.set(key, { text, parsed });
    this.#forgetOldest();
    return parsed;
  }

  #forgetOldest(): void {
    if (this.#known.size <= PARSED_MAX) return;
    for (const oldest of this.#known.keys()) {
      this.#known.delete(oldest);
      return;
    }
  }
}
