// `npm run cluster-faults`: three servers over Redis under kills, deployments and a broken Redis. Prints figures; the
// exit code is 1 if a promise was broken. `--kills`, `--rolls`, `--troubles`, `--failovers`, `--moves`, `--races` and
// `--ends` say how often each happens, `--seed N` chooses other moments.

import { parseArgs } from 'node:util';
import { build, importSource } from './setup/build.mjs';
import { wholeNumber } from './setup/command.mjs';
import { installPackages, requireNode } from './setup/packages.mjs';
import { requireRedis } from './setup/programs.mjs';

/** @param {string} times */
const flag = (times) => ({ type: /** @type {const} */ ('string'), default: times });
const { values } = parseArgs({
  options: {
    kills: flag('20'),
    rolls: flag('20'),
    troubles: flag('2'),
    failovers: flag('5'),
    moves: flag('10'),
    races: flag('10000'),
    ends: flag('20'),
    seed: flag('1'),
  },
});
const asked = {
  kills: wholeNumber('kills', values.kills),
  rolls: wholeNumber('rolls', values.rolls),
  troubles: wholeNumber('troubles', values.troubles),
  failovers: wholeNumber('failovers', values.failovers),
  moves: wholeNumber('moves', values.moves),
  races: wholeNumber('races', values.races),
  ends: wholeNumber('ends', values.ends),
  seed: wholeNumber('seed', values.seed),
};

requireNode();
installPackages();
requireRedis();
build();
const { clusterFaults } = await importSource('e2e/src/cluster/command.ts');
const isWell = await clusterFaults({ ...asked, say: (line) => process.stdout.write(`${line}\n`) });
process.exit(isWell ? 0 : 1);
