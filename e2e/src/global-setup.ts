// Before the end-to-end tests: a fresh page build and a browser, however the test runner was started.

import { build, requireChromium } from '../../scripts/bootstrap.mjs';

export function setup(): void {
  requireChromium();
  build();
}
