// `npm run shots`: pictures of every screen into docs/screenshots. Words after `--` choose: `npm run shots -- -t landing`.

import { requireChromium } from './setup/browsers.mjs';
import { build } from './setup/build.mjs';
import { runPackage } from './setup/command.mjs';
import { installPackages, requireNode } from './setup/packages.mjs';

requireNode();
installPackages();
requireChromium();
build();
process.exit(runPackage('vitest/vitest.mjs', ['run', '--project', 'shots', ...process.argv.slice(2)]));
