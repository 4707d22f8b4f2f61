// The settings as the operator wrote them: the process's variables and the file `.env`, and names that look misspelt.

import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { type Environment, SETTINGS } from './config.ts';

export type Written = {
  readonly environment: Environment;
  /** Why the server must not start. Like warnings these are sentences for the operator, and never quote a value. */
  readonly complaints: readonly string[];
  readonly warnings: readonly string[];
};

/** Variables win over the file, except blank ones: compose files leave those. */
export function readEnvironment(variables: Environment, envPath: string): Written {
  const file = readEnvFile(envPath);
  if (!file.isReadable) return { environment: {}, complaints: [file.complaint], warnings: [] };
  const given = Object.fromEntries(Object.entries(variables).filter(([, text]) => text?.trim()));
  const environment = { ...file.settings, ...given };
  const unknown = Object.keys(file.settings).filter((name) => !KNOWN.has(name));
  return {
    environment,
    complaints: [
      ...file.complaints,
      ...unknown.flatMap((name) => didYouMean(`.env sets ${name}, which`, name)),
    ],
    warnings: [
      ...unknown
        .filter((name) => nearestSetting(name) === undefined)
        .map((name) => `.env sets ${name}, which is not a Mayfly setting and has no effect.`),
      ...misspeltVariables(given, environment),
    ],
  };
}

type EnvFile =
  | { readonly isReadable: true; readonly settings: Environment; readonly complaints: readonly string[] }
  | { readonly isReadable: false; readonly complaint: string };

// Only a missing file means "no settings". Anything else would silently drop REDIS_URL, TLS_CERT or PUBLIC_ORIGIN.
function readEnvFile(path: string): EnvFile {
  try {
    return readLines(new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path)));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    if (code === 'ENOENT') return { isReadable: true, settings: {}, complaints: [] };
    const why = code === 'ERR_ENCODING_INVALID_ENCODED_DATA' ? 'it is not UTF-8 text' : code;
    return {
      isReadable: false,
      complaint: `The file .env can't be read (${why}). Make it readable, or remove it.`,
    };
  }
}

// Line by line: over a whole file, parseEnv drops a line without `=` together with the next one.
function readLines(text: string): EnvFile {
  const settings: { [name: string]: string | undefined } = {};
  const complaints: string[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (/^\s*(?:#|$)/.test(line)) continue;
    const [[name, value] = ['', ''], ...more] = Object.entries(parseEnv(line));
    if (/^[a-z_]\w*$/i.test(name) && more.length === 0) settings[name] = value;
    else complaints.push(`Line ${index + 1} of .env must be NAME=value, or a comment after #.`);
  }
  return { isReadable: true, settings, complaints };
}

const KNOWN: ReadonlySet<string> = new Set(
  Object.values(SETTINGS).flatMap((setting) =>
    'alias' in setting ? [setting.name, setting.alias] : [setting.name],
  ),
);

// Other programs have variables too, so only a close miss counts, and only if the setting it resembles is not given.
function misspeltVariables(variables: Environment, environment: Environment): readonly string[] {
  const unknown = Object.keys(variables).filter((name) => !KNOWN.has(name));
  return unknown
    .filter((name) => !environment[nearestSetting(name) ?? '']?.trim())
    .flatMap((name) => didYouMean(name, name));
}

function didYouMean(subject: string, name: string): readonly string[] {
  const nearest = nearestSetting(name);
  return nearest === undefined ? [] : [`${subject} is not a setting. Did you mean ${nearest}?`];
}

/** The setting that was probably meant: about one typing error for every four letters, or its words in another order. */
export function nearestSetting(name: string): string | undefined {
  const upper = name.toUpperCase();
  const distances = [...KNOWN].map((known) => ({
    known,
    distance: Math.min(typingErrors(upper, known), typingErrors(sortedWords(upper), sortedWords(known))),
  }));
  return distances
    .filter(({ known, distance }) => distance <= Math.round(known.length / 4))
    .toSorted((a, b) => a.distance - b.distance)[0]?.known;
}

function sortedWords(name: string): string {
  return name.split('_').toSorted().join('_');
}

// Optimal string alignment: a letter too many, missing, wrong, or swapped with its neighbour counts one.
function typingErrors(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row[j] = Math.min(
        (last[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1),
        swapped ? (beforeLast[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    [beforeLast, last] = [last, row];
  }
  return last[b.length] ?? 0;
}
