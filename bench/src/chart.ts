// One picture of the main figure as SVG: bars for each contender.

import { type Bars, drawBars } from './bars.ts';
import { FLOOR, MAYFLY, NAIVE_WS, SOCKET_IO } from './contenders.ts';
import { isMeasured } from './figures.ts';
import type { Table } from './table.ts';

/** Rows of `table` without any measured figure are left out. */
export function chart(table: Table, rows: readonly string[]): string {
  const groups = rows.map((head) => ({ head, bars: barsOf(table, head) }));
  return drawBars({
    title: 'Server CPU seconds for a million deliveries',
    note: 'less is better · one run, one machine',
    label: table.title,
    groups: groups.filter(({ bars }) => bars.length > 0),
  });
}

function barsOf(table: Table, row: string): Bars['groups'][number]['bars'] {
  const known = [MAYFLY, NAIVE_WS, SOCKET_IO];
  const added = table.columns.filter((name) => name !== FLOOR && !known.includes(name));
  return [...known, ...added].flatMap((name) => {
    const figure = table.at(row, name);
    return isMeasured(figure) ? [{ name, value: figure.median, isOwn: name === MAYFLY }] : [];
  });
}
