// The emoji that the page offers, trimmed at build time from emojibase-data to what the panel shows and searches.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

type Emojibase = {
  readonly emoji: string;
  readonly label: string;
  readonly hexcode: string;
  /** Undefined for parts of emoji. */
  readonly group?: number;
  readonly order: number;
  readonly version: number;
};

/** Newer ones are missing on too many systems. */
const VERSION_MAX = 15.1;
/** Emojibase's groups under each of our tabs: faces, nature, food, places, things, signs. */
const TABS = [[0, 1], [3], [4], [5], [6, 7], [8]] as const;
const FLAGS = 9;
const REGION = /^1F1[EF][0-9A-F]-1F1[EF][0-9A-F]$/;
/** Not in CLDR's list of regions, or drawn with few fonts. */
const OTHER_FLAGS = /^(?:1F3F4-E|1F3C1|1F6A9|1F38C|1F3F4|1F3F3)/;
const GENDERED_FAMILY = /^family: (?:man|woman)/;

/**
 * A tab a paragraph, an emoji a line: glyph, name, and a code where that says more than the name, with tabs between
 * them. The last paragraph has the regions of flags, two letters each.
 */
export function emojiTable(): string {
  const all = readEmoji().filter(isOffered);
  const codes = readCodes();
  const lines = (groups: readonly number[], fits: (one: Emojibase) => boolean = () => true) =>
    all
      .filter((one) => groups.includes(one.group ?? -1) && fits(one))
      .toSorted((a, b) => a.order - b.order)
      .map((one) => lineOf(one, [codes[one.hexcode] ?? []].flat()[0]));
  const signs = [...lines(TABS[5]), ...lines([FLAGS], ({ hexcode }) => OTHER_FLAGS.test(hexcode))];
  const regions = all.filter(({ group, hexcode }) => group === FLAGS && REGION.test(hexcode)).map(regionOf);
  return [...TABS.slice(0, 5).map((groups) => lines(groups)), signs, [regions.join('')]]
    .map((paragraph) => paragraph.join('\n'))
    .join('\n\n');
}

function isOffered({ version, label }: Emojibase): boolean {
  return version <= VERSION_MAX && !GENDERED_FAMILY.test(label);
}

function lineOf({ emoji, label }: Emojibase, code: string | undefined): string {
  const known = new Set(wordsOf(label));
  const words = wordsOf(code ?? label);
  const saysMore = words.some((word) => !known.has(word)) || (words.length === 1 && known.size > 1);
  return saysMore ? `${emoji}\t${label}\t${code}` : `${emoji}\t${label}`;
}

function wordsOf(text: string): readonly string[] {
  return text.toLowerCase().split(/[^\p{L}\p{N}+-]+/u);
}

function regionOf({ hexcode }: Emojibase): string {
  const letters = hexcode.split('-').map((half) => Number.parseInt(half, 16) - 0x1f1e6 + 0x41);
  return String.fromCharCode(...letters);
}

const require = createRequire(import.meta.url);

function readEmoji(): readonly Emojibase[] {
  return JSON.parse(readFileSync(require.resolve('emojibase-data/en/data.json'), 'utf8'));
}

function readCodes(): Readonly<Record<string, string | readonly string[]>> {
  return JSON.parse(readFileSync(require.resolve('emojibase-data/en/shortcodes/github.json'), 'utf8'));
}
