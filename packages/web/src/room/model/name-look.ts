// The look of a name: names with the same look can be mistaken for each other, whatever letters they are made of.

import { NAME_BYTES_MAX } from '@mayfly/protocol';

/** Letters of other scripts and digits, by the Latin letter they are drawn like. Capitals where only the capital is. */
const DRAWN_LIKE: Readonly<Record<string, string>> = {
  a: 'аαɑАΑ',
  b: 'вьβВΒ',
  c: 'сϲςСϹ',
  d: 'ԁⅾ',
  e: 'еєεҽЕΕЄ',
  f: 'ϝ',
  g: 'ɡɢց',
  h: 'нһНΗҺ',
  j: 'јϳЈ',
  k: 'кκКΚ',
  l: 'iıіιӏІΙӀ1|!ǀ',
  m: 'мМΜ',
  n: 'пηΝ',
  o: '0оοσΟО',
  p: 'рρРΡ',
  q: 'ԛ',
  r: 'гг',
  s: 'ѕЅ5',
  t: 'тτТΤ',
  u: 'υμս',
  v: 'νѵ',
  w: 'ωԝѡ',
  x: 'хχХΧ',
  y: 'уγүУΥҮ',
  z: 'Ζ2',
  3: 'зЗ',
};

const LATIN = new Map(
  Object.entries(DRAWN_LIKE).flatMap(([latin, others]) => Array.from(others, (other) => [other, latin])),
);

/** Pairs that run together into another letter. */
const RUN_TOGETHER: readonly (readonly [RegExp, string])[] = [
  [/rn/g, 'm'],
  [/cl/g, 'd'],
  [/vv/g, 'w'],
];

/** Equal for names that a reader could mistake for each other. Reads as much of a name as a name may have. */
export function lookOf(name: string): string {
  const plain = name
    .slice(0, NAME_BYTES_MAX)
    .normalize('NFKD')
    .replace(/[\u0300-\u036F]|\p{Default_Ignorable_Code_Point}/gu, '')
    .normalize('NFC');
  const letters = Array.from(plain, latinOf).join('');
  const drawn = RUN_TOGETHER.reduce((text, [pair, letter]) => text.replace(pair, letter), letters);
  // An extra dot, dash or space is easily overlooked; a name of nothing else keeps them.
  return drawn.replace(/[\p{P}\p{Z}\p{Sk}]/gu, '') || plain;
}

function latinOf(letter: string): string {
  const small = letter.toLowerCase();
  return LATIN.get(letter) ?? LATIN.get(small) ?? small;
}
