// Before the end-to-end tests: a fresh page build and a browser, however the test runner was started.

import { requireChromium } from '../../scripts/setup/browsers.mjs';
import { build } from '../../scripts/setup/build.mjs';

export function setup(): void {
  requireChromium();
  build();
}
