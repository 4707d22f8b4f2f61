// `npm start`: installs what is missing, builds what is stale, runs the server.

import { pathToFileURL } from 'node:url';
import { build } from './setup/build.mjs';
import { root } from './setup/command.mjs';
import { installPackages, requireNode } from './setup/packages.mjs';

requireNode();
installPackages();
build();
await import(pathToFileURL(`${root}/packages/server/dist/main.js`).href);
