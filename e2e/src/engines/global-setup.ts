// Before the tests in other engines: Firefox and WebKit, and what every end-to-end test needs.

import { requireEngines } from '../../../scripts/setup/browsers.mjs';
import { setup as prepare } from '../global-setup.ts';

export function setup(): void {
  prepare();
  requireEngines();
}
