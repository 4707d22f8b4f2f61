// `npm run shots`: pictures of every screen into docs/screenshots. Words after `--` choose: `npm run shots -- -t landing`.

import { build, installPackages, requireChromium, requireNode, runPackage } from './bootstrap.mjs';

requireNode();
installPackages();
requireChromium();
build();
process.exit(runPackage('vitest/vitest.mjs', ['run', '--project', 'shots', ...process.argv.slice(2)]));
