// The body of a vote (BODY-1): the digits of the chosen options, or the end of the poll.

export type Vote = { readonly chosen: readonly number[] } | 'close';

const CLOSE = 'x';
const RISING_DIGITS = /^0?1?2?3?4?5?6?7?8?9?$/;

/** `chosen`: indices of options, in any order. */
export function writeVote(vote: Vote): string {
  return vote === 'close' ? CLOSE : [...new Set(vote.chosen)].sort((a, b) => a - b).join('');
}

export function readVote(body: string): Vote | undefined {
  if (body === CLOSE) return 'close';
  return RISING_DIGITS.test(body) ? { chosen: Array.from(body, Number) } : undefined;
}

/** Whether a poll takes it. */
export function suits(
  chosen: readonly number[],
  { options, many }: { readonly options: readonly string[]; readonly many: boolean },
): boolean {
  return chosen.every((index) => index in options) && (many || chosen.length <= 1);
}
