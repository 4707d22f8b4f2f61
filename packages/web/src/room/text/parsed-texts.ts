// Cache of parsed message texts: each is parsed once, however often its bubble renders.

import type { TextPart } from './linkify.ts';
import { shownParts } from './shown-text.ts';

type Parsed = { readonly text: string; readonly parts: readonly TextPart[] };

/** More than a room has in its history; the oldest go first. */
const PARSED_MAX = 5000;

export class ParsedTexts {
  readonly #parse: (text: string) => readonly TextPart[];
  readonly #known = new Map<string, Parsed>();

  constructor(parse: (text: string) => readonly TextPart[] = shownParts) {
    this.#parse = parse;
  }

  /** `key` is the message's. */
  partsOf(key: string, text: string): readonly TextPart[] {
    const known = this.#known.get(key);
    if (known?.text === text) return known.parts;
    const parts = this.#parse(text);
    this.#known.set(key, { text, parts });
    this.#forgetOldest();
    return parts;
  }

  #forgetOldest(): void {
    if (this.#known.size <= PARSED_MAX) return;
    for (const oldest of this.#known.keys()) {
      this.#known.delete(oldest);
      return;
    }
  }
}
