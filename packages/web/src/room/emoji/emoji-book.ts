// The emoji that the page offers: by group, by name and by code, in the chosen skin tone.

import { attempt } from '../../browser/browser.ts';
import { LANGUAGE } from '../../words/quantities.ts';

export type Emoji = {
  readonly glyph: string;
  readonly name: string;
  /** Without the colons. */
  readonly code: string;
};

export const GROUPS = ['faces', 'nature', 'food', 'places', 'things', 'signs'] as const;

export type Group = (typeof GROUPS)[number];

/** The modifiers of Unicode, from light to dark; empty for the color that needs none. */
export const TONES = ['', '\u{1F3FB}', '\u{1F3FC}', '\u{1F3FD}', '\u{1F3FE}', '\u{1F3FF}'] as const;

/** More would not fit into the panel at once. */
export const FOUND_MAX = 64;
const QUERY_MAX = 40;

const TONED = /(\p{Emoji_Modifier_Base})\uFE0F?/gu;
/** Families have no tones, and neither have the joined hands of two people. */
const UNTONED = /^\u{1F46A}|\u200D(?:\u{1F466}|\u{1F467}|\u{1F9D2})/u;
const JOINED_HANDS = /\u200D\u{1F91D}\p{Emoji_Modifier}\u200D/u;
const HANDS = '\u200D\u{1F91D}\u200D';

/** In this skin tone, if it has any. */
export function toned(glyph: string, tone: string): string {
  if (tone === '' || UNTONED.test(glyph)) return glyph;
  return glyph.replace(TONED, `$1${tone}`).replace(JOINED_HANDS, HANDS);
}

/** `length`: of its name, in words. */
type Known = Emoji & { readonly words: readonly string[]; readonly length: number };

export class EmojiBook {
  readonly #groups: ReadonlyMap<Group, readonly Known[]>;
  readonly #all: readonly Known[];

  /** `table`: as the build makes it. */
  constructor(table: string) {
    const paragraphs = table.split('\n\n');
    const flags = (paragraphs[GROUPS.length]?.match(/../g) ?? []).map(flagOf);
    this.#groups = new Map(
      GROUPS.map((group, index) => {
        const emoji = (paragraphs[index] ?? '').split('\n').map(readLine);
        return [group, group === 'signs' ? [...emoji, ...flags] : emoji];
      }),
    );
    this.#all = [...this.#groups.values()].flat();
  }

  group(group: Group): readonly Emoji[] {
    return this.#groups.get(group) ?? [];
  }

  /** Those with a word for each word of the query; first those that have exactly these, the shortest names first. */
  search(query: string): readonly Emoji[] {
    const wanted = wordsOf(query.slice(0, QUERY_MAX));
    if (wanted.length === 0) return [];
    const found = this.#all.filter(({ words }) =>
      wanted.every((one) => words.some((word) => word.startsWith(one))),
    );
    const isExact = ({ words }: Known) => wanted.every((one) => words.includes(one));
    return [...shortestFirst(found.filter(isExact)), ...found.filter((one) => !isExact(one))].slice(
      0,
      FOUND_MAX,
    );
  }

  /** What `:code:` stands for. */
  byCode(code: string): Emoji | undefined {
    const wanted = code.toLowerCase();
    const exact = this.#all.find((one) => one.code === wanted || codeOf(one.name) === wanted);
    return exact ?? shortestFirst(this.#all.filter(({ words }) => words.includes(wanted)))[0];
  }

  /** Whether or not the glyph asks to be drawn in color. */
  byGlyph(glyph: string): Emoji | undefined {
    const wanted = plain(glyph);
    return this.#all.find((one) => plain(one.glyph) === wanted);
  }
}

function plain(glyph: string): string {
  return glyph.replaceAll('\uFE0F', '');
}

function readLine(line: string): Known {
  const [glyph = '', name = '', code = codeOf(name)] = line.split('\t');
  return { glyph, name, code, words: wordsOf(`${name} ${code}`), length: wordsOf(name).length };
}

function shortestFirst(emoji: readonly Known[]): readonly Known[] {
  return [...emoji].sort((a, b) => a.length - b.length);
}

const regionNames = attempt(() => new Intl.DisplayNames([LANGUAGE], { type: 'region' }));

function flagOf(region: string): Known {
  const glyph = Array.from(region, (letter) => String.fromCodePoint(0x1f1a5 + letter.charCodeAt(0))).join('');
  const name = attempt(() => regionNames?.of(region)) ?? region;
  return { glyph, name, code: codeOf(name), words: wordsOf(`${name} flag`), length: 1 };
}

function codeOf(name: string): string {
  return wordsOf(name).join('_');
}

/** Without accents, so `reunion` is found. */
function wordsOf(text: string): readonly string[] {
  const plain = text.toLowerCase().normalize('NFKD').replaceAll(/\p{M}/gu, '');
  return plain.split(/[^\p{L}\p{N}+-]+/u).filter((word) => word !== '');
}
