// What `npm run page-bench` measures, at full size and for a quick look.

export type Plan = {
  readonly quick: boolean;
  /** Each opening is measured so often. */
  readonly rounds: number;
  /** Messages of the history that is opened, and how many people wrote them. */
  readonly history: number;
  readonly senders: number;
  /** More than a tab keeps. */
  readonly many: number;
  readonly perSecond: number;
  /** Seconds of messages while somebody types. `slow`: for the slowed processor. */
  readonly floodSeconds: number;
  readonly slowFloodSeconds: number;
  /** By which factor the processor is slowed. */
  readonly slowdown: number;
};

export const FULL: Plan = {
  quick: false,
  rounds: 3,
  history: 500,
  senders: 20,
  many: 10_000,
  perSecond: 100,
  floodSeconds: 60,
  slowFloodSeconds: 15,
  slowdown: 6,
};

export const QUICK: Plan = {
  quick: true,
  rounds: 1,
  history: 100,
  senders: 5,
  many: 600,
  perSecond: 100,
  floodSeconds: 1,
  slowFloodSeconds: 1,
  slowdown: 6,
};

export const HELP = `npm run page-bench -- [options]

  --quick         a look at everything, in seconds; its figures mean little
  --report DIR    where page.md and page.svg go, instead of bench/report
  --help          this

Opens a room in Chromium, and a plain page that appends as many rows. docs/testing.md says what it measures.
`;
