// `npm run bench`: how fast the server is, beside its peers; the report goes into bench/report.
// `npm run bench -- --help` names the words that go after `--`.

import { build } from './setup/build.mjs';
import { root, runPackage } from './setup/command.mjs';
import { installPackages, requireNode } from './setup/packages.mjs';
import { offerRedis } from './setup/programs.mjs';

requireNode();
installPackages();
offerRedis();
build();
if (runPackage('typescript/bin/tsc', ['-b', 'bench']) !== 0) process.exit(1);
process.exit(runPackage('../bench/dist/main.js', process.argv.slice(2), { cwd: root }));
