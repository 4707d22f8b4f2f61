// `npm run dev`: the page with hot reload on port 5000, the server recompiled and restarted behind it on 5001.

import { spawn } from 'node:child_process';
import { build } from './setup/build.mjs';
import { programPath, root } from './setup/command.mjs';
import { installPackages, requireNode } from './setup/packages.mjs';

requireNode();
installPackages();
build();

const SERVER_PORT = '5001';
const PAGE_PORT = process.env.PORT ?? '5000';
const vite = [programPath('vite/bin/vite.js'), 'packages/web', '--host', '--port', PAGE_PORT, '--strictPort'];
const children = [
  start([programPath('typescript/bin/tsc'), '-b', '--watch', '--preserveWatchOutput', 'packages/server']),
  start(['--watch', '--watch-preserve-output', 'packages/server/dist/main.js'], {
    PORT: SERVER_PORT,
    HOST: '127.0.0.1',
  }),
  start(vite, { MAYFLY_DEV_API: `http://127.0.0.1:${SERVER_PORT}` }),
];

for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, stopAll);
for (const child of children) child.on('exit', stopAll);

/**
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 */
function start(args, env = {}) {
  return spawn(process.execPath, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } });
}

function stopAll() {
  for (const child of children) child.kill('SIGTERM');
}
