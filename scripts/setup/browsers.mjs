// The browsers that the tests drive: found, or installed where that is allowed.

import { delimiter, join } from 'node:path';
import { fail } from './command.mjs';
import { chromiumCommand, installChromium, installDebian, isProgram } from './system-packages.mjs';

const CHROMIUM_NAMES = [
  'chromium',
  'chromium-browser',
  'google-chrome-stable',
  'google-chrome',
  'microsoft-edge',
];
const CHROMIUM_PATHS = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
];

/** The system's Chromium. Sets CHROMIUM_PATH. */
export function requireChromium() {
  const found = findChromium() ?? (installChromium() ? findChromium() : undefined) ?? fail(chromiumAdvice());
  process.env.CHROMIUM_PATH = found;
  return found;
}

function findChromium() {
  return process.env.CHROMIUM_PATH || [...inPath(CHROMIUM_NAMES), ...CHROMIUM_PATHS].find(isProgram);
}

function chromiumAdvice() {
  const command = chromiumCommand();
  const how = command ? `sudo ${command}` : 'install Chromium or Chrome';
  return `the browser tests need Chromium: ${how} (or set CHROMIUM_PATH to a Chromium or Chrome), then run npm test again.`;
}

/** Firefox and WebKit for the tests in other engines. Sets FIREFOX_PATH. */
export function requireEngines() {
  const missing = missingEngines();
  if (missing.length > 0) installDebian('Firefox and WebKit for the tests in other engines', missing);
  const stillMissing = missingEngines();
  if (stillMissing.length > 0)
    fail(
      `the tests in other engines need Debian's ${stillMissing.join(', ')}: sudo apt-get install -y ${stillMissing.join(' ')}, then run npm test again.`,
    );
  process.env.FIREFOX_PATH = findFirefox();
}

function missingEngines() {
  const isInstalled = {
    'firefox-esr': findFirefox() !== undefined,
    'wpewebkit-driver': isProgram('/usr/bin/WPEWebDriver'),
    cog: isProgram('/usr/bin/cog'),
  };
  return Object.entries(isInstalled).flatMap(([name, installed]) => (installed ? [] : [name]));
}

const FIREFOX_NAMES = ['firefox-esr', 'firefox'];
const FIREFOX_PATH = '/Applications/Firefox.app/Contents/MacOS/firefox';

function findFirefox() {
  return process.env.FIREFOX_PATH ?? [...inPath(FIREFOX_NAMES), FIREFOX_PATH].find(isProgram);
}

/** @param {readonly string[]} names */
function inPath(names) {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((directory) => names.map((name) => join(directory, name)));
}
