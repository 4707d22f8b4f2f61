// Passphrases of random words, from the EFF's large word list (https://www.eff.org/dice, CC BY 3.0 US). A file of its own,
// loaded with the first one.

import list from './passphrase-words.txt?raw';

const COUNT = 5;
/** Of a 32-bit number: those above the last whole multiple of the list's length are drawn again. */
const RANGE = 2 ** 32;

/** 64 random bits: `marsh copper violin dusk ember`. */
export function newPassphrase(draw: () => number = drawFromBrowser): string {
  const words = wordList();
  return Array.from({ length: COUNT }, () => words[drawBelow(words.length, draw)]).join(' ');
}

/** 7,776 words, in order. */
export function wordList(): readonly string[] {
  return list.trim().split('\n');
}

function drawBelow(count: number, draw: () => number): number {
  const fair = RANGE - (RANGE % count);
  for (;;) {
    const number = draw();
    if (number < fair) return number % count;
  }
}

function drawFromBrowser(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0] ?? RANGE;
}
