// Groups of bars as SVG, readable on a light and on a dark page.

import { short } from './numbers.ts';

export type Bars = {
  readonly title: string;
  /** Below the title. */
  readonly note: string;
  /** For those who cannot see it. */
  readonly label: string;
  readonly groups: readonly {
    readonly head: string;
    readonly bars: readonly { readonly name: string; readonly value: number; readonly isOwn: boolean }[];
  }[];
};

const WIDTH = 760;
const LABEL_WIDTH = 150;
const VALUE_WIDTH = 80;
const BAR = 18;
const GAP = 5;
const GROUP_HEAD = 34;
const TOP = 52;

const STYLE = `
  text { font: 13px system-ui, sans-serif; fill: #1f2328 }
  .title { font-size: 16px; font-weight: 600 }
  .quiet { fill: #59636e }
  .own { fill: #0f766e }
  .peer { fill: #afb8c1 }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc }
    .quiet { fill: #9198a1 }
    .own { fill: #2dd4bf }
    .peer { fill: #59636e }
  }`;

/** The longest bar of all fills the width. */
export function drawBars({ title, note, label, groups }: Bars): string {
  const values = groups.flatMap(({ bars }) => bars.map(({ value }) => value));
  const longest = Math.max(...values, Number.MIN_VALUE);
  const drawn: string[] = [];
  let y = TOP;
  for (const { head, bars } of groups) {
    drawn.push(text(0, y + 14, 'quiet', head));
    y += GROUP_HEAD - BAR / 2;
    for (const { name, value, isOwn } of bars) {
      drawn.push(bar(y, name, value, value / longest, isOwn));
      y += BAR + GAP;
    }
    y += GAP * 2;
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" role="img" aria-label="${escaped(label)}">`,
    `<style>${STYLE}\n</style>`,
    text(0, 18, 'title', title),
    text(0, 37, 'quiet', note),
    ...drawn,
    '</svg>',
    '',
  ].join('\n');
}

function bar(y: number, name: string, value: number, share: number, isOwn: boolean): string {
  const width = Math.max(1, share * (WIDTH - LABEL_WIDTH - VALUE_WIDTH));
  return [
    text(0, y + BAR - 4, '', name),
    `<rect class="${isOwn ? 'own' : 'peer'}" x="${LABEL_WIDTH}" y="${y}" width="${width.toFixed(1)}" height="${BAR}" rx="3"/>`,
    text(LABEL_WIDTH + width + 8, y + BAR - 4, '', short(value)),
  ].join('\n');
}

function text(x: number, y: number, kind: string, words: string): string {
  const classOf = kind === '' ? '' : ` class="${kind}"`;
  return `<text x="${x.toFixed(1)}" y="${y}"${classOf}>${escaped(words)}</text>`;
}

function escaped(words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
