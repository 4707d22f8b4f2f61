// How hard a passphrase is to guess, roughly: by its length and how much of it differs.

const FAIR = { characters: 12, different: 7 };
const STRONG = { characters: 20, different: 10 };

/** In a word. */
export function strengthOf(passphrase: string): 'weak' | 'fair' | 'strong' {
  const characters = Array.from(passphrase.normalize('NFKC').trim());
  const different = new Set(characters).size;
  const reaches = (least: typeof FAIR) =>
    characters.length >= least.characters && different >= least.different;
  if (reaches(STRONG)) return 'strong';
  return reaches(FAIR) ? 'fair' : 'weak';
}
