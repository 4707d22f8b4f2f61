// `npm run vectors`: rewrites docs/vectors/frames.json after a change of frames.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { importSource } from './setup/build.mjs';
import { root } from './setup/command.mjs';
import { installPackages, requireNode } from './setup/packages.mjs';

requireNode();
installPackages();
const { makeFrameVectors } = await importSource('packages/client/src/testing/frame-vectors.ts');
writeFileSync(join(root, 'docs/vectors/frames.json'), `${JSON.stringify(makeFrameVectors(), null, 1)}\n`);
process.exit();
