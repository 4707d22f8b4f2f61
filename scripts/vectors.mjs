// `npm run vectors`: writes docs/vectors/frames.json anew, after a change of frames.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { importSource, installPackages, requireNode, root } from './bootstrap.mjs';

requireNode();
installPackages();
const { makeFrameVectors } = await importSource('packages/client/src/testing/frame-vectors.ts');
writeFileSync(join(root, 'docs/vectors/frames.json'), `${JSON.stringify(makeFrameVectors(), null, 1)}\n`);
process.exit();
