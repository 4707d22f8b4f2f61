// One picture of the main figure as SVG: bars for each contender, readable on a light and on a dark page.

import { FLOOR, MAYFLY, NAIVE_WS, SOCKET_IO } from './contenders.ts';
import { isMeasured } from './figures.ts';
import { short } from './numbers.ts';
import type { Table } from './table.ts';

const WIDTH = 760;
const LABEL_WIDTH = 112;
const VALUE_WIDTH = 64;
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

/** Rows of `table` without any measured figure are left out. */
export function chart(table: Table, rows: readonly string[]): string {
  const groups = rows.map((row) => ({ row, bars: barsOf(table, row) })).filter(({ bars }) => bars.length > 0);
  const longest = Math.max(...groups.flatMap(({ bars }) => bars.map(({ value }) => value)), Number.MIN_VALUE);
  const drawn: string[] = [];
  let y = TOP;
  for (const { row, bars } of groups) {
    drawn.push(text(0, y + 14, 'quiet', row));
    y += GROUP_HEAD - BAR / 2;
    for (const { name, value } of bars) {
      drawn.push(bar(y, name, value, value / longest));
      y += BAR + GAP;
    }
    y += GAP * 2;
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" role="img" aria-label="${escaped(table.title)}">`,
    `<style>${STYLE}\n</style>`,
    text(0, 18, 'title', 'Server CPU seconds for a million deliveries'),
    text(0, 37, 'quiet', 'less is better · one run, one machine'),
    ...drawn,
    '</svg>',
    '',
  ].join('\n');
}

function barsOf(table: Table, row: string): readonly { readonly name: string; readonly value: number }[] {
  const known = [MAYFLY, NAIVE_WS, SOCKET_IO];
  const added = table.columns.filter((name) => name !== FLOOR && !known.includes(name));
  return [...known, ...added].flatMap((name) => {
    const figure = table.at(row, name);
    return isMeasured(figure) ? [{ name, value: figure.median }] : [];
  });
}

function bar(y: number, name: string, value: number, share: number): string {
  const width = Math.max(1, share * (WIDTH - LABEL_WIDTH - VALUE_WIDTH));
  const kind = name === MAYFLY ? 'own' : 'peer';
  return [
    text(0, y + BAR - 4, '', name),
    `<rect class="${kind}" x="${LABEL_WIDTH}" y="${y}" width="${width.toFixed(1)}" height="${BAR}" rx="3"/>`,
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
