// docs/style.md: comments in plain English. These words mark sentences that read like a translation; some are right, many aren't.

import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from './setup/command.mjs';

const TELLTALE = /\b(?:who|told|nobody|so that|any more)\b/giu;
const PER_THOUSAND_MAX = 2.5;
const COMMENT = { '.lua': /--[^\n]*/gu, other: /\/\*[\s\S]*?\*\/|(?:^|\s)\/\/[^\n]*/gu };

function* sources(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && !['node_modules', 'dist', 'report'].includes(entry.name)) yield* sources(path);
    if (entry.isFile() && /\.(?:tsx?|mjs|css|lua)$/u.test(entry.name)) yield path;
  }
}

function commentsOf(path: string): string {
  const comment = path.endsWith('.lua') ? COMMENT['.lua'] : COMMENT.other;
  return (readFileSync(path, 'utf8').match(comment) ?? []).join('\n');
}

test('comments have few of the words that read like a translation', () => {
  const files = ['packages', 'e2e', 'bench', 'scripts', 'deploy'].flatMap((folder) => [
    ...sources(join(root, folder)),
  ]);
  const comments = files.map((path) => ({ path, text: commentsOf(path) }));
  const words = comments.reduce((sum, { text }) => sum + (text.match(/[a-z’']+/giu)?.length ?? 0), 0);
  const found = comments.flatMap(({ path, text }) =>
    (text.match(TELLTALE) ?? []).map((word) => `${path}: ${word}`),
  );
  expect(words).toBeGreaterThan(10_000);
  expect((found.length / words) * 1000, found.join('\n')).toBeLessThan(PER_THOUSAND_MAX);
});
