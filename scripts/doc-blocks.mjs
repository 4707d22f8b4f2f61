// Reads the blocks of commands in README.md, CONTRIBUTING.md and docs/. `docs.mjs` runs them, and `docs.test.ts` rejects blocks
// that don't say how they are run.

import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * A fenced block. `how` is the rest of its first line, after the language:
 * `run` ends by itself, `serve` runs until it is stopped, `long run` and `long serve` are skipped unless asked for, `hand: …` is
 * never run and gives the reason.
 * @typedef {{ file: string, line: number, language: string, how: string, text: string }} Block
 */

/** The documents whose commands are run. README comes first because it makes the clone the others need. */
export function documents() {
  const pages = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'));
  return ['README.md', 'CONTRIBUTING.md', ...pages.toSorted().map((name) => `docs/${name}`)];
}

/** @param {string} file relative to the repository */
export function readDocument(file) {
  return readFileSync(join(root, file), 'utf8');
}

/**
 * @param {string} file
 * @param {string} markdown
 * @returns {Block[]}
 */
export function blocksOf(file, markdown) {
  /** @type {Block[]} */
  const blocks = [];
  /** @type {Block | undefined} */
  let open;
  for (const [index, line] of markdown.split('\n').entries()) {
    const [, info] = /^```(.*)$/.exec(line) ?? [];
    if (open === undefined) {
      if (info !== undefined) open = { file, line: index + 1, ...readInfo(info), text: '' };
    } else if (info === undefined) open.text += `${line}\n`;
    else {
      blocks.push(open);
      open = undefined;
    }
  }
  return blocks;
}

/** @param {string} info the line after the fence's backticks */
function readInfo(info) {
  const [language = '', ...words] = info.trim().split(' ');
  return { language, how: words.join(' ') };
}

/** @param {Block} block */
export function isCommands({ language, text }) {
  return language === 'sh' || /^\$? ?(?:npm|npx|node|git|docker|python3) /m.test(text);
}

/** @param {string} how */
export function isKnownWay(how) {
  return /^(?:(?:long )?(?:run|serve)|hand: \S.*)$/.test(how);
}
