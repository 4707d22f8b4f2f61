// `npm start`: installs what is missing, builds what is stale, runs the server.

import { pathToFileURL } from 'node:url';
import { build, installPackages, requireNode, root } from './bootstrap.mjs';

requireNode();
installPackages();
build();
await import(pathToFileURL(`${root}/packages/server/dist/main.js`).href);
