// `npm test`: installs what the tests need, then checks format, types, lint and unused code and runs every test.
// Words after `--` go to the test runner: `npm test -- receiver` runs the tests whose file names contain it, and nothing else.

import { requireChromium } from './setup/browsers.mjs';
import { build } from './setup/build.mjs';
import { runPackage } from './setup/command.mjs';
import { installPackages, requireNode } from './setup/packages.mjs';
import { requireRedis } from './setup/programs.mjs';

const chosen = process.argv.slice(2);

requireNode();
installPackages();
requireChromium();
requireRedis();
build();

const PROJECTS = ['unit', 'e2e', 'engines'].flatMap((project) => ['--project', project]);
const TESTS = { name: 'tests', program: 'vitest/vitest.mjs', args: ['run', ...PROJECTS, ...chosen] };
const EVERYTHING = [
  { name: 'format', program: 'oxfmt/bin/oxfmt', args: ['--check', '.'] },
  { name: 'types', program: 'typescript/bin/tsc', args: ['-b'] },
  { name: 'types of tests and scripts', program: 'typescript/bin/tsc', args: ['-p', 'tsconfig.tests.json'] },
  // After the types: it reads what they built.
  { name: 'lint', program: 'oxlint/bin/oxlint', args: ['--type-aware', '--deny-warnings'] },
  { name: 'unused code', program: 'knip/bin/knip.js', args: [] },
  TESTS,
];

for (const { name, program, args } of chosen.length > 0 ? [TESTS] : EVERYTHING) {
  process.stdout.write(`\nmayfly: ${name}\n`);
  const code = runPackage(program, args);
  if (code !== 0) {
    process.stderr.write(`\nmayfly: ${name} failed; see above.\n`);
    process.exit(code);
  }
}
