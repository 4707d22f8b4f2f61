// `npm run bench`: how fast the server is, beside its peers; the report goes into bench/report.
// Words after `--`: `--quick` (a minute), `--profile` (where the time goes), `--only speed,profile,cluster,…`, `--server FILE`, `--report DIR`.

import { build, installPackages, offerRedis, requireNode, root, runPackage } from './bootstrap.mjs';

requireNode();
installPackages();
offerRedis();
build();
if (runPackage('typescript/bin/tsc', ['-b', 'bench']) !== 0) process.exit(1);
process.exit(runPackage('../bench/dist/main.js', process.argv.slice(2), { cwd: root }));
