// `npm run soak -- --minutes 20`: a real server under random faults. Prints samples and a verdict; the exit code is 1
// if anything grew or a promise was broken. `--seed N` chooses other faults. Linux only: it reads /proc.

import { parseArgs } from 'node:util';
import { build, importSource } from './setup/build.mjs';
import { wholeNumber } from './setup/command.mjs';
import { installPackages, requireNode } from './setup/packages.mjs';

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '20' }, seed: { type: 'string', default: '1' } },
});
const minutes = Number(values.minutes);
const seed = wholeNumber('seed', values.seed);

requireNode();
installPackages();
build();
const { soak } = await importSource('e2e/src/faults/soak.ts');
const isFlat = await soak({ minutes, seed, say: (line) => process.stdout.write(`${line}\n`) });
process.exit(isFlat ? 0 : 1);
