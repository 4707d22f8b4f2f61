// `npm run simulate`: the seeded simulations at full size. `-- --schedules 100000`, `--lives 300`, `--crowds 2000`,
// `--logs 10000`, `--mutations 1000000` choose; `--seed N` begins there, and alone runs that one of each, with all that
// everybody saw.

import { parseArgs } from 'node:util';
import { build, importSource, installPackages, requireNode } from './bootstrap.mjs';

const FULL = { lives: 300, crowds: 2_000, schedules: 100_000, logs: 10_000, mutations: 1_000_000 };

requireNode();
installPackages();
build();

const { values } = parseArgs({
  options: Object.fromEntries([...Object.keys(FULL), 'seed'].map((name) => [name, { type: 'string' }])),
});
const given = Object.fromEntries(
  Object.entries(values).map(([name, text]) => [name, wholeNumber(name, text)]),
);
const { seed, ...chosen } = given;
const size =
  Object.keys(chosen).length > 0
    ? chosen
    : seed === undefined
      ? FULL
      : { lives: 1, crowds: 1, schedules: 1, logs: 1 };

const { simulate } = await importSource('e2e/src/simulation/command.ts');
const say = (line) => process.stdout.write(`${line}\n`);
const held = await simulate({
  lives: 0,
  crowds: 0,
  schedules: 0,
  logs: 0,
  mutations: 0,
  ...size,
  seed: seed ?? 1,
  say,
});
process.exit(held ? 0 : 1);

function wholeNumber(name, text) {
  if (/^[0-9]{1,9}$/.test(text)) return Number(text);
  process.stderr.write(`mayfly: --${name} takes a whole number\n`);
  process.exit(1);
}
