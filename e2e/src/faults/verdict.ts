// What a soak's samples say: flat, or not.

export type Sample = {
  readonly rooms: number;
  readonly timers: number;
  readonly sockets: number;
  readonly heapMiB: number;
  readonly loopP99Ms: number;
  readonly rssMiB: number;
  readonly fds: number;
};

/** What may differ between two quiet moments: the heap's own slack, and what its allocator keeps. */
const SLACK = { heapMiB: 2, rssMiB: 24 } as const;

/** What is more at a quiet moment after the run than at one before it. */
export function growth(before: Sample, after: Sample): readonly string[] {
  const exact = (['rooms', 'timers', 'sockets', 'fds'] as const).filter((what) => after[what] > before[what]);
  const roughly = (['heapMiB', 'rssMiB'] as const).filter((what) => after[what] > before[what] + SLACK[what]);
  return [...exact, ...roughly].map((what) => `${what} rose from ${before[what]} to ${after[what]}`);
}

/** I11: the event loop in an ordinary stretch of the run. In a single one, other programs on the machine show. */
const LOOP_P99_MS_MAX = 50;

export function slowness(samples: readonly Sample[]): readonly string[] {
  const p99 = median(samples.map(({ loopP99Ms }) => loopP99Ms));
  return p99 > LOOP_P99_MS_MAX ? [`the event loop's p99 is ${p99.toFixed(0)} ms in half of all samples`] : [];
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}
