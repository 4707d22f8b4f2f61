// `npm run build`: server and page, for what runs them without npm.

import { build, requireNode } from './bootstrap.mjs';

requireNode();
build();
