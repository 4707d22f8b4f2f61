// How a message is drawn, as far as its text decides.

import type { TextPart } from './linkify.ts';

/** Lines that a message shows at first; as in room.css. */
const LINES_SHOWN = 20;
/** So many letters fill a line of the narrowest bubble if all are wide. Any other sign may fill one by itself. */
const LETTERS_A_LINE = 12;
const TAB_LETTERS = 8;

/** Whether the text may take more lines than are shown at first. If not, it is not worth measuring. */
export function mayBeTall(parts: readonly TextPart[]): boolean {
  let lines = 1;
  for (const sign of textOf(parts)) {
    lines += linesOf(sign);
    if (lines > LINES_SHOWN) return true;
  }
  return false;
}

function linesOf(sign: string): number {
  if (sign === '\n' || sign > '\u00FF') return 1;
  return (sign === '\t' ? TAB_LETTERS : 1) / LETTERS_A_LINE;
}

// Written out because browsers differ in what they call an emoji: a flag, a keycap, or joined pictures.
const FLAG = '\\p{Regional_Indicator}{2}';
const KEYCAP = '[0-9#*]\\uFE0F?\\u20E3';
const PICTURE =
  '(?![©®™])\\p{Extended_Pictographic}(?:\\p{Emoji_Modifier}|\\uFE0F)?(?:[\\u{E0020}-\\u{E007E}]+\\u{E007F})?';
const EMOJI = `(?:${FLAG}|${KEYCAP}|${PICTURE}(?:\\u200D${PICTURE})*)`;
const FEW_EMOJI = new RegExp(`^\\s*(?:${EMOJI}\\s*){1,3}$`, 'u');
/** Three families, and room to spare. */
const FEW_EMOJI_UNITS_MAX = 100;

/** One to three emoji and nothing else: shown large. */
export function isFewEmoji(parts: readonly TextPart[]): boolean {
  const text = textOf(parts);
  return text.length <= FEW_EMOJI_UNITS_MAX && FEW_EMOJI.test(text);
}

function textOf(parts: readonly TextPart[]): string {
  return parts
    .map((part) => (part.type === 'text' ? part.text : `${part.before}${part.host}${part.after}`))
    .join('');
}
