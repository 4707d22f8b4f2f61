// `npm run page-bench`: how fast the page is, beside a plain one; the report goes into bench/report.
// `npm run page-bench -- --help` names the words that go after `--`.

import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { requireChromium } from './setup/browsers.mjs';
import { build, importSource } from './setup/build.mjs';
import { fail, root } from './setup/command.mjs';
import { installPackages, requireNode } from './setup/packages.mjs';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
    report: { type: 'string' },
  },
});

requireNode();
installPackages();
const { HELP, pageBench } = await importSource('e2e/src/page-bench/command.ts');
if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
requireChromium();
build();
// npm runs it in the repository, wherever the command was typed.
const typedIn = process.env.INIT_CWD ?? process.cwd();
const folder = values.report === undefined ? join(root, 'bench/report') : resolve(typedIn, values.report);
const say = (/** @type {string} */ line) => void process.stdout.write(`${line}\n`);
const failures = await pageBench({ quick: values.quick, folder, say });
if (failures.length > 0) fail(failures.join('\n'));
process.exit(0);
