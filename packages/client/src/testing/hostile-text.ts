// Texts made to wear a page out: whatever turns other people's text into something on screen is tried with all of them.

const encoder = new TextEncoder();

/** The repeated part, and the text before and after it. */
type Shape = { readonly unit: string; readonly head?: string; readonly tail?: string };

const LINK = 'https://a/';

const SHAPES: Readonly<Record<string, Shape>> = {
  'closing brackets behind a link': { head: LINK, unit: ')' },
  'three kinds of brackets behind a link': { head: LINK, unit: ')]}' },
  'opening brackets behind a link': { head: LINK, unit: '(' },
  'pairs of brackets behind a link': { head: LINK, unit: '()' },
  'brackets that hold a link': { unit: '(', tail: `${LINK}))))))))` },
  'dots behind a link': { head: LINK, unit: '.' },
  'dots and a letter behind a link': { head: LINK, unit: '.', tail: 'x' },
  'quotes behind a link': { head: LINK, unit: '\u2019' },
  'apostrophes behind a link': { head: LINK, unit: "'" },
  'stars behind a link': { head: LINK, unit: '*' },
  'slashes behind a link': { head: LINK, unit: '/' },
  'ways up behind a link': { head: LINK, unit: '../' },
  'percent signs behind a link': { head: LINK, unit: '%25' },
  'overrides behind a link': { head: LINK, unit: '\u202E' },
  'one schema after the other': { unit: 'https://' },
  'one link after the other': { unit: `${LINK} ` },
  'links without a space': { unit: `${LINK},` },
  'mail addresses': { unit: 'mailto:a@b ' },
  'a mail address of many': { head: 'mailto:', unit: 'a@' },
  'a host of many names': { head: 'https://', unit: 'a.', tail: 'b/' },
  'a host of many accents': { head: 'https://a', unit: '\u0301\u0316', tail: '.b/' },
  'a host of many umlauts': { head: 'https://', unit: 'ü', tail: '.b/' },
  'a host of many signs': { head: 'https://', unit: signs(0x4e00, 5000), tail: '.b/' },
  'many users of a host': { head: 'https://', unit: 'a@', tail: 'b/' },
  slashes: { unit: '/' },
  'signs of a key': { unit: '#1' },
  'escapes of escapes': { unit: '%2523' },
  'rooms without a key': { unit: '/chat/k7Qm2x ' },
  'keys that are none': { head: '/chat/k7Qm2x', unit: `#1${'A'.repeat(34)}` },
  'one long key': { head: '/chat/k7Qm2x#', unit: '1' },
  dots: { unit: '.' },
  brackets: { unit: '(' },
  nesting: { unit: '([{<' },
  quotes: { unit: '"' },
  blanks: { unit: ' ' },
  'blanks before a letter': { unit: ' ', tail: 'x' },
  'blanks behind a letter': { head: 'x', unit: ' ' },
  'tabs between letters': { head: 'x', unit: '\t', tail: 'x' },
  'words of one letter': { unit: 'x ' },
  'words and tabs': { unit: 'x\t\t\t\t' },
  'empty lines': { unit: '\n' },
  'empty lines before a letter': { unit: ' \n', tail: 'x' },
  'lines of one letter': { unit: 'x\n' },
  'many accents': { unit: '\u0301' },
  'accents in the wrong order': { head: 'a', unit: '\u0301\u0316' },
  'direction marks': { unit: '\u202E' },
  'nested directions': { unit: '\u2067a' },
  'invisible signs': { unit: '\u200B' },
  fillers: { unit: '\u3164' },
  controls: { unit: '\u0001' },
  'one long word': { unit: 'a' },
  'Chinese signs': { unit: '語' },
  families: { unit: '👩‍👩‍👧‍👦' },
  'one family without an end': { unit: '👩‍' },
  flags: { unit: '🇩🇪' },
  'a flag of tags': { head: '🏴', unit: '\u{E0067}' },
  digits: { unit: '1' },
};

function signs(from: number, count: number): string {
  return Array.from({ length: count }, (_, i) => String.fromCodePoint(from + i)).join('');
}

/** The names of all shapes. */
export const HOSTILE_SHAPES: readonly string[] = Object.keys(SHAPES);

/** A text of that shape, at most so many bytes long and as close to it as its pieces allow. */
export function hostileText(shape: string, bytes: number): string {
  const { unit, head = '', tail = '' } = SHAPES[shape] ?? { unit: shape };
  const room = bytes - encoder.encode(head + tail).length;
  const times = Math.floor(room / encoder.encode(unit).length);
  return head + (times > 0 ? unit.repeat(times) : cut(unit, room)) + tail;
}

function cut(unit: string, bytes: number): string {
  return new TextDecoder().decode(encoder.encode(unit).subarray(0, bytes - (bytes % 3)));
}
