// Whether a host reads as what the browser will open, or only looks like it.

// Letters of European and Vietnamese alphabets; not those of phonetics, which imitate plain ones.
const LATIN =
  'a-z\\u00DF-\\u00F6\\u00F8-\\u0130\\u0132-\\u0137\\u0139-\\u0148\\u014A-\\u017E\\u01A1\\u01B0\\u1E00-\\u1EFF';
const EAST_ASIAN = '\\p{sc=Han}\\p{sc=Hiragana}\\p{sc=Katakana}\\p{sc=Bopomofo}\\p{sc=Hangul}\\u3005\\u30FC';
/** Many of their letters look like Latin ones. */
const LIKE_LATIN = ['Armenian', 'Cyrillic', 'Greek'];
const UNLIKE_LATIN = [
  'Arabic',
  'Bengali',
  'Devanagari',
  'Ethiopic',
  'Georgian',
  'Gujarati',
  'Gurmukhi',
  'Hebrew',
  'Kannada',
  'Khmer',
  'Lao',
  'Malayalam',
  'Myanmar',
  'Sinhala',
  'Tamil',
  'Telugu',
  'Thai',
];

const ALPHABETS: ReadonlyMap<string, RegExp> = new Map([
  ['none', labelOf('')],
  ['Latin', labelOf(LATIN)],
  ['East Asian', labelOf(EAST_ASIAN)],
  ...[...LIKE_LATIN, ...UNLIKE_LATIN].map((script) => [script, labelOf(`\\p{scx=${script}}`)] as const),
]);

function labelOf(letters: string): RegExp {
  return new RegExp(`^[${letters}\\d_-]*$`, 'u');
}

/**
 * `opened` is the host in ASCII that the browser makes of it. A host of other letters is readable if each of its labels
 * is in one script, and none of them could pass for another one beside it.
 */
export function isReadableHost(written: string, opened: string): boolean {
  const host = written.toLowerCase();
  if (host === opened) return true;
  if (isAscii(host) || host.normalize('NFKC') !== host) return false;
  const scripts = host.split('.').map(scriptOf);
  const imitates = scripts.includes('Latin') && scripts.some((script) => LIKE_LATIN.includes(script ?? ''));
  return !imitates && !scripts.includes(undefined);
}

function isAscii(text: string): boolean {
  return !/[^\0-\x7F]/u.test(text);
}

function scriptOf(label: string): string | undefined {
  for (const [script, letters] of ALPHABETS) if (letters.test(label)) return script;
  return undefined;
}
