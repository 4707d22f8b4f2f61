// Which code gets colors, and the part that finds them when it is there.

import { LaterPart } from './later-part.ts';

export const codeColors = new LaterPart(() => import('./code-colors.ts'));

const CODE_LENGTH_MAX = 8 * 1024;
/** Some grammars look for the end of each blank in all that follow it. */
const LONG_BLANK = /\s{200}/u;

/** What people write behind a fence, and whose grammar it is. */
const GRAMMARS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    bash: ['bash', 'sh', 'shell', 'zsh'],
    c: ['c', 'h'],
    cpp: ['cpp', 'c++', 'cc', 'hpp'],
    css: ['css'],
    diff: ['diff', 'patch'],
    go: ['go', 'golang'],
    java: ['java'],
    javascript: ['javascript', 'js', 'jsx', 'mjs', 'cjs'],
    json: ['json', 'jsonc'],
    python: ['python', 'py'],
    rust: ['rust', 'rs'],
    sql: ['sql'],
    typescript: ['typescript', 'ts', 'tsx'],
    xml: ['xml', 'html', 'svg'],
    yaml: ['yaml', 'yml'],
  }).flatMap(([grammar, names]) => names.map((name) => [name, grammar])),
);

/** Undefined for a language without colors, and for more code than is worth it. */
export function grammarOf(language: string, code: string): string | undefined {
  if (code.length > CODE_LENGTH_MAX || LONG_BLANK.test(code)) return undefined;
  return GRAMMARS.get(language.toLowerCase());
}
