// The figures as Markdown and as a picture.

import { type Bars, drawBars } from '../../../bench/src/bars.ts';
import { short } from '../../../bench/src/numbers.ts';
import { type Figure, type Figures, PAGES, PLAIN, type PageName, type Row } from './figures.ts';
import type { Plan } from './plan.ts';

export type Circumstances = {
  /** ISO, to the day. */
  readonly date: string;
  readonly command: string;
  readonly machine: string;
  readonly browser: string;
  readonly minutes: number;
  /** Runnable processes on average, before the run. */
  readonly busyBefore: number;
};

/** What opening a history may cost, as a multiple of the plain page. */
const GOAL = 3;

export function report(figures: Figures, plan: Plan, run: Circumstances): string {
  return [
    '# How fast the page is',
    '',
    `\`${run.command}\` on ${run.date}, in ${run.minutes.toFixed(1)} minutes: ${run.machine}, ${run.browser}; load average ${run.busyBefore.toFixed(1)} before.`,
    '',
    'Chromium, our server and those who write are processes of one machine, and pages take turns. Opening is measured from the',
    'link to the newest message, without the time in which nobody presses the button; a figure is the median of',
    `${plan.rounds === 1 ? 'one round' : `${plan.rounds} rounds`}. Nothing is drawn at random: every run writes the same messages, sealed with fresh keys.`,
    '',
    '- **Mayfly, WebCrypto**: a secure context, where the browser checks the signatures.',
    '- **Mayfly, plain HTTP**: an address of this machine that is not loopback; the page checks them by itself.',
    '- **The plain page** appends a row for each message of a WebSocket. Nothing is sealed, signed, ordered or kept, and',
    '  every row is drawn; Mayfly draws at most 200 and keeps 5,000.',
    `- **${plan.perSecond} messages a second** come for ${plan.floodSeconds} s, for ${plan.slowFloodSeconds} s on the slowed processor.`,
    '- **A long task** keeps the main thread for more than 50 ms. A key waits from the press until the page sees it.',
    '',
    '![From the link to the newest message](page.svg)',
    '',
    ...goals(figures),
    ...[...new Set(figures.rows.map(({ slowdown }) => slowdown))].flatMap((slowdown) =>
      section(figures, slowdown),
    ),
    '',
  ].join('\n');
}

function goals(figures: Figures): readonly string[] {
  const rows = figures.rows.filter(({ what, unit }) => /^opening \d+ messages$/.test(what) && unit === 'ms');
  return [
    '## Goal',
    '',
    `Opening costs at most ${GOAL} times as much as the plain page.`,
    '',
    '| | this run | |',
    '| --- | --- | --- |',
    ...rows.flatMap((row) =>
      PAGES.filter((page) => page !== PLAIN).map((page) => goalRow(figures, row, page)),
    ),
  ];
}

function goalRow(figures: Figures, row: Row, page: PageName): string {
  const times = ratio(figures.at(page, row), figures.at(PLAIN, row));
  const verdict = times === undefined ? 'not measured' : times <= GOAL ? 'met' : '**missed**';
  return `| ${row.what}, processor ${speed(row.slowdown)}, ${page} | ${times === undefined ? '–' : short(times)} | ${verdict} |`;
}

function section(figures: Figures, slowdown: number): readonly string[] {
  const peers = PAGES.filter((page) => page !== PLAIN);
  const head = ['', ...PAGES, ...peers.map((page) => `${page} ÷ plain`)];
  return [
    '',
    `## Processor ${speed(slowdown)}`,
    '',
    `| ${head.join(' | ')} |`,
    `|${' --- |'.repeat(head.length)}`,
    ...figures.rows
      .filter((row) => row.slowdown === slowdown)
      .map((row) => `| ${[`${row.what} (${row.unit})`, ...cells(figures, row)].join(' | ')} |`),
  ];
}

function cells(figures: Figures, row: Row): readonly string[] {
  const plain = figures.at(PLAIN, row);
  const ratios = PAGES.filter((page) => page !== PLAIN).map((page) => ratio(figures.at(page, row), plain));
  return [
    ...PAGES.map((page) => cell(figures.at(page, row))),
    ...ratios.map((times) => (times === undefined ? '–' : short(times))),
  ];
}

function cell(figure: Figure): string {
  return 'value' in figure ? short(figure.value) : `_${figure.refused}_`;
}

/** Undefined also where the plain page took no time. */
function ratio(figure: Figure, plain: Figure): number | undefined {
  return 'value' in figure && 'value' in plain && plain.value > 0 ? figure.value / plain.value : undefined;
}

function speed(slowdown: number): string {
  return slowdown === 1 ? 'as it is' : `slowed ${slowdown} times`;
}

/** Bars for opening a history. */
export function chart(figures: Figures): string {
  const rows = figures.rows.filter(({ what }) => /^opening \d+ messages$/.test(what));
  return drawBars({
    title: 'From the link to the newest message, in milliseconds',
    note: 'less is better · one run, one machine',
    label: 'From the link to the newest message',
    groups: rows.map((row) => ({
      head: `${row.what}, processor ${speed(row.slowdown)}`,
      bars: barsOf(figures, row),
    })),
  });
}

function barsOf(figures: Figures, row: Row): Bars['groups'][number]['bars'] {
  return PAGES.flatMap((name) => {
    const figure = figures.at(name, row);
    return 'value' in figure ? [{ name, value: figure.value, isOwn: name !== PLAIN }] : [];
  });
}
