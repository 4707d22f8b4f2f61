// Numbers and times in words. Each form is whole, because other languages put the number elsewhere.

import { sentence } from './sentence.ts';

export const LANGUAGE = 'en';

const figures = new Intl.NumberFormat(LANGUAGE);
const plurals = new Intl.PluralRules(LANGUAGE);
const roughly = new Intl.NumberFormat(LANGUAGE, { maximumSignificantDigits: 2 });

/** Text for one thing and for any other number of them, with `{count}` for the number. */
export type Forms = { readonly one: string; readonly other: string };

/** `one` or `other`, by the plural rules of the language. */
export function formFor<T extends string, U extends string>(
  count: number,
  forms: { readonly one: T; readonly other: U },
): T | U {
  return plurals.select(count) === 'one' ? forms.one : forms.other;
}

/** `1,038`. */
export function figure(count: number): string {
  return figures.format(count);
}

/** `1 message`, `1,038 messages`. */
export function counted(count: number, forms: Forms): string {
  return formFor(count, forms).replace('{count}', () => figure(count));
}

/** `2.1`: a size to two digits. */
export function megabytes(bytes: number): string {
  return roughly.format(bytes / 2 ** 20);
}

type Unit = 'second' | 'minute' | 'hour' | 'day';

const PLAIN: Readonly<Record<Unit, Forms>> = {
  second: { one: '{count} second', other: '{count} seconds' },
  minute: { one: '{count} minute', other: '{count} minutes' },
  hour: { one: 'an hour', other: '{count} hours' },
  day: { one: 'a day', other: '{count} days' },
};

const QUIET: Readonly<Record<Unit, Forms>> = {
  second: { one: '{count} quiet second', other: '{count} quiet seconds' },
  minute: { one: '{count} quiet minute', other: '{count} quiet minutes' },
  hour: { one: 'a quiet hour', other: '{count} quiet hours' },
  day: { one: 'a quiet day', other: '{count} quiet days' },
};

const UNIT_SECONDS: readonly (readonly [Unit, number])[] = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
];

/** The largest unit of which the time is a whole number; from a minute on, seconds are rounded away. */
function inOneUnit(ms: number): readonly [Unit, number] {
  const exact = Math.round(ms / 1000);
  if (exact < 60) return ['second', exact];
  const seconds = Math.round(exact / 60) * 60;
  const [unit, size] = UNIT_SECONDS.find(([, size]) => seconds % size === 0) ?? ['minute', 60];
  return [unit, seconds / size];
}

/** `30 minutes`, `2 hours`, `a day`, `90 minutes`. */
export function lifetime(ms: number): string {
  const [unit, count] = inOneUnit(ms);
  return counted(count, PLAIN[unit]);
}

/** `30 quiet minutes`, `a quiet day`. */
export function quietTime(ms: number): string {
  const [unit, count] = inOneUnit(ms);
  return counted(count, QUIET[unit]);
}

const LEFT = {
  seconds: '{seconds} s',
  minutes: '{minutes} min',
  hours: '{hours} h',
  both: '{hours} h {minutes} min',
} as const;

/** `5 min`, `2 h`, `90 min`: short enough for a button. */
export function shortTime(seconds: number): string {
  if (seconds % 3600 === 0) return sentence(LEFT.hours, { hours: seconds / 3600 });
  if (seconds % 60 === 0) return sentence(LEFT.minutes, { minutes: seconds / 60 });
  return sentence(LEFT.seconds, { seconds });
}

/** `24 min`, `2 h 5 min`: rounded up, a minute at least. */
export function minutesLeft(ms: number): string {
  const all = Math.max(1, Math.ceil(ms / 60_000));
  const [hours, minutes] = [Math.floor(all / 60), all % 60];
  if (hours === 0) return sentence(LEFT.minutes, { minutes });
  return minutes === 0 ? sentence(LEFT.hours, { hours }) : sentence(LEFT.both, { hours, minutes });
}
