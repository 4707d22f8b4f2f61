// `npm run soak -- --minutes 20`: a real server under random faults. Prints samples and a verdict; the exit code is 1
// when anything grew or any promise was broken. `--seed N` chooses other faults. Linux only: it reads /proc.

import { parseArgs } from 'node:util';
import { build, importSource, installPackages, requireNode } from './bootstrap.mjs';

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '20' }, seed: { type: 'string', default: '1' } },
});

requireNode();
installPackages();
build();
const { soak } = await importSource('e2e/src/faults/soak.ts');
const say = (line) => process.stdout.write(`${line}\n`);
const isFlat = await soak({ minutes: Number(values.minutes), seed: Number(values.seed), say });
process.exit(isFlat ? 0 : 1);
