// `npm run cluster-faults`: three servers over Redis under kills, deployments and a broken Redis. Prints figures; the
// exit code is 1 when any promise was broken. `--kills`, `--rolls`, `--troubles`, `--failovers`, `--moves` and `--races`
// say how often what happens, `--seed N` chooses other moments.

import { parseArgs } from 'node:util';
import { build, importSource, installPackages, requireNode, requireRedis } from './bootstrap.mjs';

const times = (fallback) => ({ type: 'string', default: fallback });
const { values } = parseArgs({
  options: {
    kills: times('20'),
    rolls: times('20'),
    troubles: times('2'),
    failovers: times('5'),
    moves: times('10'),
    races: times('10000'),
    seed: times('1'),
  },
});

requireNode();
installPackages();
requireRedis();
build();
const { clusterFaults } = await importSource('e2e/src/cluster/command.ts');
const numbers = Object.fromEntries(Object.entries(values).map(([name, text]) => [name, Number(text)]));
const isWell = await clusterFaults({ ...numbers, say: (line) => process.stdout.write(`${line}\n`) });
process.exit(isWell ? 0 : 1);
