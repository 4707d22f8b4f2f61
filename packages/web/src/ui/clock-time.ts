// Times of day and days, as the reader's own system writes them.

const time = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const day = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' });

const moment = new Intl.DateTimeFormat(undefined, { dateStyle: 'long', timeStyle: 'short' });

export function clockTime(at: number): string {
  return time.format(at);
}

export function dayName(at: number): string {
  return day.format(at);
}

/** With the year. */
export function dateAndTime(at: number): string {
  return moment.format(at);
}

/** The time of day; of another day, with its name. */
export function momentOf(at: number, now = Date.now()): string {
  return dayName(at) === dayName(now) ? clockTime(at) : `${clockTime(at)}, ${dayName(at)}`;
}
