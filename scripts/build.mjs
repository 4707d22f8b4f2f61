// `npm run build`: server and page, for setups that run them without npm.

import { build } from './setup/build.mjs';
import { requireNode } from './setup/packages.mjs';

requireNode();
build();
