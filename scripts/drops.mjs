// `npm run drops`: the test of repeated 2 s drops at full length. Published figures for it: AnyCable 100 %,
// uWebSockets 87.0 %, Socket.IO 84.6 %.

import { parseArgs } from 'node:util';
import { build, importSource, installPackages, requireNode } from './bootstrap.mjs';

const { values } = parseArgs({
  options: { drops: { type: 'string', default: '20' }, listeners: { type: 'string', default: '20' } },
});

requireNode();
installPackages();
build();
const { dropsAtServerProcess } = await importSource('e2e/src/faults/drops.ts');
const outcome = await dropsAtServerProcess({
  drops: Number(values.drops),
  listeners: Number(values.listeners),
  downMs: 2_000,
  everyMs: 100,
});
const { sent, deliveredPercent, resumes, faults } = outcome;
process.stdout.write(`${sent} messages, ${values.listeners} listeners, ${resumes} resumes: `);
process.stdout.write(`${deliveredPercent.toFixed(2)} % delivered, ${faults.length} faults\n`);
for (const fault of faults) process.stdout.write(`  ${fault}\n`);
process.exit(faults.length === 0 && deliveredPercent === 100 ? 0 : 1);
