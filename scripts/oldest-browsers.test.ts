// docs/browsers.md: what neither lint nor the build keeps from a browser that is too old for it.

import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from './setup/command.mjs';

const USING = /^\s*(?:await )?using \w+ =|for \((?:await )?using /mu;

/** What runs on the page. */
const sources = ['protocol', 'client', 'web'].flatMap((name) => {
  const folder = join(root, 'packages', name, 'src');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => /(?<!\.test)\.tsx?$/u.test(path) && !path.startsWith('testing'))
    .map((path) => join(folder, path));
});

// Compiled, it looks for a `Symbol.dispose` that a browser without one lets no class define.
test('the page disposes in `finally`: no `using`', () => {
  expect(sources.length).toBeGreaterThan(100);
  expect(sources.filter((path) => USING.test(readFileSync(path, 'utf8')))).toEqual([]);
});
