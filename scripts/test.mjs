// `npm test`: installs what the tests need, then formatting, types, lint, unused code and every test.
// Words after `--` go to the test runner: `npm test -- receiver` runs the tests whose file names say so, and nothing else.

import {
  build,
  installPackages,
  requireChromium,
  requireNode,
  requireRedis,
  runPackage,
} from './bootstrap.mjs';

const chosen = process.argv.slice(2);

requireNode();
installPackages();
requireChromium();
requireRedis();
build();

const TESTS = {
  name: 'tests',
  program: 'vitest/vitest.mjs',
  args: ['run', '--project', 'unit', '--project', 'e2e', ...chosen],
};
const EVERYTHING = [
  { name: 'format', program: 'oxfmt/bin/oxfmt', args: ['--check', '.'] },
  { name: 'types', program: 'typescript/bin/tsc', args: ['-b'] },
  { name: 'types of tests', program: 'typescript/bin/tsc', args: ['-p', 'tsconfig.tests.json'] },
  // It reads the types that are built by now.
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
