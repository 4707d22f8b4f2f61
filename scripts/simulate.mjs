// `npm run simulate`: the seeded simulations at full size. `-- --schedules 100000`, `--lives 300`, `--crowds 2000`,
// `--logs 10000`, `--mutations 1000000` choose; `--seed N` begins there, and alone runs that one of each, printing
// everything that everyone saw.

import { parseArgs } from 'node:util';
import { build, importSource } from './setup/build.mjs';
import { wholeNumber } from './setup/command.mjs';
import { installPackages, requireNode } from './setup/packages.mjs';

const NOTHING = { lives: 0, crowds: 0, schedules: 0, logs: 0, mutations: 0 };
const FULL = { lives: 300, crowds: 2_000, schedules: 100_000, logs: 10_000, mutations: 1_000_000 };
const ONE_OF_EACH = { lives: 1, crowds: 1, schedules: 1, logs: 1 };

const { values } = parseArgs({
  options: Object.fromEntries(
    [...Object.keys(FULL), 'seed'].map((name) => [name, { type: /** @type {const} */ ('string') }]),
  ),
});
const given = Object.fromEntries(
  Object.entries(values).map(([name, text]) => [name, wholeNumber(name, String(text))]),
);
const { seed, ...chosen } = given;
const size = Object.keys(chosen).length > 0 ? chosen : seed === undefined ? FULL : ONE_OF_EACH;

requireNode();
installPackages();
build();
const { simulate } = await importSource('e2e/src/simulation/command.ts');
const held = await simulate({
  ...NOTHING,
  ...size,
  seed: seed ?? 1,
  say: (line) => process.stdout.write(`${line}\n`),
});
process.exit(held ? 0 : 1);
