// What was chosen in this tab: the emoji used last, and the skin tone. Kept in the page's memory only.

import { computed, signal } from '@preact/signals';
import { type Emoji, EmojiBook, TONES, toned } from './emoji-book.ts';
import { EMOJI_TABLE } from './emoji-table.ts';

export const emojiBook = new EmojiBook(EMOJI_TABLE);

/** One of `TONES`. */
export const tone = signal<string>(TONES[0]);

const RECENT_MAX = 32;
/** For those who have used none yet. */
const FIRST = ['👍', '❤️', '😂', '🎉', '😮', '😢', '🙏', '🔥'];
const used = signal<readonly string[]>([]);

/** Glyphs without their tone, the last one first. */
export const recent = computed((): readonly Emoji[] => {
  const glyphs = [...new Set([...used.value, ...FIRST])].slice(0, RECENT_MAX);
  return glyphs.flatMap((glyph) => emojiBook.byGlyph(glyph) ?? []);
});

/** The glyph in the chosen tone. */
export function inTone({ glyph }: Emoji): string {
  return toned(glyph, tone.value);
}

/** Answers with the glyph in the chosen tone. */
export function noteUse(emoji: Emoji): string {
  used.value = [emoji.glyph, ...used.peek().filter((glyph) => glyph !== emoji.glyph)].slice(0, RECENT_MAX);
  return inTone(emoji);
}
