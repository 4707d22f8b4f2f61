// The body of a reaction (BODY-2): one emoji, by fixed ranges on which all browsers and versions agree.

import { utf8 } from '@mayfly/protocol';

const BYTES_MAX = 40;
const POINTS_MAX = 10;

const PICTURES =
  '\\xA9\\xAE\\u203C\\u2049\\u2122\\u2139\\u2194-\\u2199\\u21A9\\u21AA\\u231A\\u231B\\u2328\\u23CF\\u23E9-\\u23F3' +
  '\\u23F8-\\u23FA\\u24C2\\u25AA\\u25AB\\u25B6\\u25C0\\u25FB-\\u25FE\\u2600-\\u27BF\\u2934\\u2935\\u2B05-\\u2B07' +
  '\\u2B1B\\u2B1C\\u2B50\\u2B55\\u3030\\u303D\\u3297\\u3299\\u{1F004}\\u{1F0CF}\\u{1F170}\\u{1F171}\\u{1F17E}' +
  '\\u{1F17F}\\u{1F18E}\\u{1F191}-\\u{1F19A}\\u{1F201}\\u{1F202}\\u{1F21A}\\u{1F22F}\\u{1F232}-\\u{1F23A}' +
  '\\u{1F250}\\u{1F251}\\u{1F300}-\\u{1F64F}\\u{1F680}-\\u{1F6FF}\\u{1F7E0}-\\u{1F7EB}\\u{1F7F0}' +
  '\\u{1F900}-\\u{1F9FF}\\u{1FA70}-\\u{1FAFF}';
const PICTURE = `[${PICTURES}][\\u{1F3FB}-\\u{1F3FF}]?`;
const JOINED_PICTURES = `${PICTURE}(?:\\u200D${PICTURE})*`;
const KEYCAP = '[#*0-9]\\u20E3';
const FLAG = '[\\u{1F1E6}-\\u{1F1FF}]{2}';
const REGION_FLAG = '\\u{1F3F4}[\\u{E0030}-\\u{E0039}\\u{E0061}-\\u{E007A}]+\\u{E007F}';
const EMOJI = new RegExp(`^(?:${REGION_FLAG}|${JOINED_PICTURES}|${KEYCAP}|${FLAG})$`, 'u');

/** Equal for two spellings of one emoji: whether it asks to be drawn in colour makes no difference. */
export function plainEmoji(emoji: string): string {
  return emoji.replaceAll('\uFE0F', '');
}

/** Whether it is one emoji that may be a reaction. */
export function isEmoji(text: string): boolean {
  const plain = plainEmoji(text);
  return utf8(text).length <= BYTES_MAX && Array.from(plain).length <= POINTS_MAX && EMOJI.test(plain);
}

/** The emoji; empty takes a reaction back. */
export function readReaction(body: string): string | undefined {
  return body === '' || isEmoji(body) ? body : undefined;
}
