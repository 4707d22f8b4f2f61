// Times and dates in the format of the reader's system.

const time = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });
const day = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' });

const moment = new Intl.DateTimeFormat(undefined, { dateStyle: 'long', timeStyle: 'short' });

export function clockTime(at: number): string {
  return time.format(at);
}

/** Both ends of a time: `5:50`, `5:51 PM`. Only one where they are the same minute. */
export function clockSpan(from: number, to: number): readonly [string, string?] {
  const parts = time.formatRangeToParts(from, to);
  const ofEnd = parts.findIndex(({ source }) => source === 'endRange');
  const lastOfStart = parts.findLastIndex(({ source }) => source === 'startRange');
  const text = (some: typeof parts) => some.map(({ value }) => value).join('');
  if (ofEnd < 0) return [clockTime(from)];
  return [text(parts.slice(0, lastOfStart + 1)), text(parts.slice(ofEnd))];
}

export function dayName(at: number): string {
  return day.format(at);
}

/** With the year. */
export function dateAndTime(at: number): string {
  return moment.format(at);
}

/** `2026-11-30 08:31 UTC`: the same for whoever reads it elsewhere. */
export function utcMinute(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** The time of day; of another day, with its name. */
export function momentOf(at: number, now = Date.now()): string {
  return dayName(at) === dayName(now) ? clockTime(at) : `${clockTime(at)}, ${dayName(at)}`;
}
