// Whether a text has anything to see, for names and messages alike (TEXT-2).

/**
 * Blanks, controls, marks without a letter, signs that are drawn as nothing, and blanks that Unicode counts as letters or
 * symbols. The last ones: Braille, a note without a head, two blanks of hieroglyphs, the sign for a missing object.
 */
const UNSEEN =
  '\\s\\p{Z}\\p{M}\\p{Cc}\\p{Cf}\\p{Cs}\\p{Co}\\p{Noncharacter_Code_Point}\\p{Default_Ignorable_Code_Point}' +
  '\\u2800\\u{1D159}\\u{13441}\\u{13442}\\uFFFC';
const SEEN = new RegExp(`[^${UNSEEN}]`, 'u');

/** False for a text that would be drawn as nothing, or as an accent on nothing. */
export function hasVisibleText(text: string): boolean {
  return SEEN.test(text);
}
