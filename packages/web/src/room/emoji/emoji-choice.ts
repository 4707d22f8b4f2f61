// What was chosen in this tab: the emoji used last, and the skin tone. Kept in the page's memory only.

import { computed, signal } from '@preact/signals';
import { type Emoji, EmojiBook, TONES, toned } from './emoji-book.ts';
import { EMOJI_TABLE } from './emoji-table.ts';

export const emojiBook = new EmojiBook(EMOJI_TABLE);

/** One of `TONES`. */
export const tone = signal<string>(TONES[0]);

/** Five rows of a panel of eight columns. */
const RECENT_MAX = 40;
/** Popular ones, for those who have used few yet. */
const FIRST = Array.from(
  '👍❤😂🎉😮😢🙏🔥😀😊😉😍😘🤔😅🙃😎🥳😭😱😴🤗🙄😬👋👏👌💪🤝🙌👀💯✅⭐✨🚀☕🍕🌸💡',
).flatMap((glyph) => emojiBook.byGlyph(glyph) ?? []);
const used = signal<readonly Emoji[]>([]);

/** Those used last, then popular ones. */
export const recent = computed((): readonly Emoji[] =>
  [...new Set([...used.value, ...FIRST])].slice(0, RECENT_MAX),
);

/** The glyph in the chosen tone. */
export function inTone({ glyph }: Emoji): string {
  return toned(glyph, tone.value);
}

/** Answers with the glyph in the chosen tone. */
export function noteUse(emoji: Emoji): string {
  used.value = [emoji, ...used.peek().filter((one) => one !== emoji)].slice(0, RECENT_MAX);
  return inTone(emoji);
}
