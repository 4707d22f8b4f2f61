// The figures as Markdown and as a picture.

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

const WIDTH = 760;
const LABEL_WIDTH = 150;
const VALUE_WIDTH = 80;
const BAR = 18;

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

/** Bars for opening a history, readable on a light and on a dark page. */
export function chart(figures: Figures): string {
  const rows = figures.rows.filter(({ what }) => /^opening \d+ messages$/.test(what));
  let y = 52;
  const drawn = rows.flatMap((row) => {
    const bars = PAGES.flatMap((page) => {
      const figure = figures.at(page, row);
      return 'value' in figure ? [{ page, value: figure.value }] : [];
    });
    const longest = Math.max(...bars.map(({ value }) => value), Number.MIN_VALUE);
    const head = text(0, y, 'quiet', `${row.what}, processor ${speed(row.slowdown)}`);
    y += 8;
    const lines = bars.map(({ page, value }) => {
      const line = bar(y, page, value, value / longest);
      y += BAR + 5;
      return line;
    });
    y += 22;
    return [head, ...lines];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" role="img" aria-label="From the link to the newest message">`,
    `<style>${STYLE}\n</style>`,
    text(0, 18, 'title', 'From the link to the newest message, in milliseconds'),
    ...drawn,
    '</svg>',
    '',
  ].join('\n');
}

function bar(y: number, page: PageName, value: number, share: number): string {
  const width = Math.max(1, share * (WIDTH - LABEL_WIDTH - VALUE_WIDTH));
  return [
    text(0, y + BAR - 4, '', page),
    `<rect class="${page === PLAIN ? 'peer' : 'own'}" x="${LABEL_WIDTH}" y="${y}" width="${width.toFixed(1)}" height="${BAR}" rx="3"/>`,
    text(LABEL_WIDTH + width + 8, y + BAR - 4, '', short(value)),
  ].join('\n');
}

function text(x: number, y: number, kind: string, words: string): string {
  return `<text x="${x.toFixed(1)}" y="${y}"${kind === '' ? '' : ` class="${kind}"`}>${words}</text>`;
}
