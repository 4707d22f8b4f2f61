// `npm run drops`: the test of repeated 2 s drops at full length. Published figures for it: AnyCable 100 %,
// uWebSockets 87.0 %, Socket.IO 84.6 %.

import { parseArgs } from 'node:util';
import { build, importSource } from './setup/build.mjs';
import { wholeNumber } from './setup/command.mjs';
import { installPackages, requireNode } from './setup/packages.mjs';

const { values } = parseArgs({
  options: { drops: { type: 'string', default: '20' }, listeners: { type: 'string', default: '20' } },
});
const drops = wholeNumber('drops', values.drops);
const listeners = wholeNumber('listeners', values.listeners);

requireNode();
installPackages();
build();
const { dropsAtServerProcess } = await importSource('e2e/src/faults/drops.ts');
const outcome = await dropsAtServerProcess({ drops, listeners, downMs: 2_000, everyMs: 100 });
const { sent, deliveredPercent, resumes, faults } = outcome;
process.stdout.write(`${sent} messages, ${listeners} listeners, ${resumes} resumes: `);
process.stdout.write(`${deliveredPercent.toFixed(2)} % delivered, ${faults.length} faults\n`);
for (const fault of faults) process.stdout.write(`  ${fault}\n`);
process.exit(faults.length === 0 && deliveredPercent === 100 ? 0 : 1);
