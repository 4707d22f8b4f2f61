// What the commands need before they can run: the right Node, installed packages, a fresh build, a browser.
// Plain JavaScript and node: modules only, since it runs before anything is installed.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { browserCommand, installBrowser, installDebian, isProgram, say } from './install.mjs';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stamps = join(root, 'node_modules', '.mayfly');
const OLDEST_NODE = [20, 19];

/** Ends the command with one line that says what to do. */
export function fail(line) {
  process.stderr.write(`mayfly: ${line}\n`);
  process.exit(1);
}

export function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_NODE;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  fail(
    `needs Node ${OLDEST_NODE.join('.')} or newer, this is ${process.versions.node}. Get it from https://nodejs.org`,
  );
}

/** Installs the packages when the lockfile is not the one they were installed from. */
export function installPackages() {
  const lock = fingerprint(['package-lock.json']);
  if (readStamp('install') === lock) return;
  say('installing packages (once)…');
  const npm = process.env.npm_execpath;
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  const ran = npm
    ? run(process.execPath, [npm, ...args])
    : run('npm', args, { shell: process.platform === 'win32' });
  if (ran !== 0)
    fail('npm could not install the packages; its message stands above. Is the npm registry reachable?');
  writeStamp('install', lock);
}

/** Builds server and page when a source has changed. */
export function build() {
  const sources = fingerprint([
    'package-lock.json',
    'tsconfig.base.json',
    ...['protocol', 'client', 'server', 'web'].map((name) => `packages/${name}`),
  ]);
  const built = ['packages/server/dist/main.js', 'packages/web/dist/index.html'].every((file) =>
    existsSync(join(root, file)),
  );
  if (built && readStamp('build') === sources) return;
  say('building…');
  if (runPackage('typescript/bin/tsc', ['-b', 'packages/server']) !== 0)
    fail('the server does not compile; see above.');
  // A test runner says "test", and Vite would build the page for development.
  const env = { ...process.env, NODE_ENV: 'production' };
  if (runPackage('vite/bin/vite.js', ['build', 'packages/web', '--logLevel', 'warn'], { env }) !== 0)
    fail('the page does not build; see above.');
  writeStamp('build', sources);
}

/** Runs an installed package's program with this Node, and answers its exit code. */
export function runPackage(program, args, options = {}) {
  return run(process.execPath, [programPath(program), ...args], options);
}

/** A module of this repository that is written in TypeScript, run from its source. */
export async function importSource(file) {
  const { createServer } = await import('vite');
  const resolve = { conditions: ['source', 'module', 'import', 'default'] };
  const loader = await createServer({
    configFile: false,
    root,
    logLevel: 'error',
    appType: 'custom',
    server: { middlewareMode: true, hmr: false, ws: false, watch: null },
    optimizeDeps: { noDiscovery: true },
    // Node 20 has no `using` of its own.
    oxc: { target: 'es2022' },
    resolve,
    ssr: { resolve },
  });
  return loader.ssrLoadModule(`/${file}`);
}

/** Where an installed package's program is, e.g. `vite/bin/vite.js`. */
export function programPath(program) {
  return join(root, 'node_modules', program);
}

/** The system's Chromium, installed if it may be; its path is also in CHROMIUM_PATH from then on. */
export function requireChromium() {
  const found = findChromium() ?? installChromium();
  if (!found) fail(chromiumAdvice());
  process.env.CHROMIUM_PATH = found;
  return found;
}

const CHROMIUM_NAMES = [
  'chromium',
  'chromium-browser',
  'google-chrome-stable',
  'google-chrome',
  'microsoft-edge',
];
const CHROMIUM_PLACES = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
];

function findChromium() {
  if (process.env.CHROMIUM_PATH) return process.env.CHROMIUM_PATH;
  return [...inPath(CHROMIUM_NAMES), ...CHROMIUM_PLACES].find(isProgram);
}

function installChromium() {
  return installBrowser() ? findChromium() : undefined;
}

const PYTHON_PACKAGES = ['python3', 'python3-websockets', 'python3-nacl'];

/** A Python that can be the foreign client of the tests, installed if it may be. */
export function requirePython() {
  const found = findPython() ?? installPython();
  if (found) return found;
  throw new Error(
    `the foreign client needs Python with websockets and PyNaCl: sudo apt-get install -y ${PYTHON_PACKAGES.join(' ')} (or set PYTHON_PATH), then run npm test again.`,
  );
}

function findPython() {
  const candidates = [process.env.PYTHON_PATH, '/usr/bin/python3', 'python3'];
  return candidates.find(
    (python) => python && spawnSync(python, ['-c', 'import websockets, nacl']).status === 0,
  );
}

function installPython() {
  return installDebian('Python packages for the foreign client', PYTHON_PACKAGES) ? findPython() : undefined;
}

const OLDEST_REDIS = 7;

/** A redis-server or valkey-server, installed if it may be: in REDIS_SERVER_PATH, with what it needs to be told in REDIS_SERVER_OPTIONS. */
export function requireRedis() {
  const found = findRedis() ?? installRedis();
  if (!found)
    fail(
      `needs a redis-server of Redis ${OLDEST_REDIS}.0 or newer, or a valkey-server: sudo apt-get install -y redis-server (or set REDIS_SERVER_PATH), then run this again.`,
    );
  useRedis(found);
}

/** The same, where there is one: nothing is installed, and nobody is asked to. */
export function offerRedis() {
  const found = findRedis();
  if (found) useRedis(found);
}

// Valkey keeps large commands from 8.1 on, and no other server knows how to leave that.
const NO_COMMAND_LOGS = '--commandlog-request-larger-than -1 --commandlog-reply-larger-than -1';

function useRedis(program) {
  process.env.REDIS_SERVER_PATH = program;
  process.env.REDIS_SERVER_OPTIONS ??= hasCommandLogs(program) ? NO_COMMAND_LOGS : '';
}

function hasCommandLogs(program) {
  const [, major, minor] = /^Valkey .*\bv=(\d+)\.(\d+)/.exec(versionOf(program)) ?? [];
  return Number(major) > 8 || (Number(major) === 8 && Number(minor) >= 1);
}

function versionOf(program) {
  return spawnSync(program, ['--version'], { encoding: 'utf8' }).stdout ?? '';
}

function findRedis() {
  const given = process.env.REDIS_SERVER_PATH;
  return (given ? [given] : ['redis-server', 'valkey-server']).find(isRedis);
}

function isRedis(program) {
  return Number(/\bv=(\d+)\./.exec(versionOf(program))?.[1]) >= OLDEST_REDIS;
}

function installRedis() {
  return installDebian('Redis', ['redis-server']) ? findRedis() : undefined;
}

/** HAProxy, installed if it may be. */
export function requireHaproxy() {
  const found = findHaproxy() ?? (installDebian('HAProxy', ['haproxy']) ? findHaproxy() : undefined);
  if (!found)
    fail('the cluster needs HAProxy 2.4 or newer: sudo apt-get install -y haproxy, then run it again.');
  return found;
}

function findHaproxy() {
  return ['haproxy', '/usr/sbin/haproxy'].find((program) => spawnSync(program, ['-v']).status === 0);
}

/** Firefox, in FIREFOX_PATH from then on, and WebKit for the tests in other engines, installed if they may be. */
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
  const isHere = {
    'firefox-esr': findFirefox() !== undefined,
    'wpewebkit-driver': isProgram('/usr/bin/WPEWebDriver'),
    cog: isProgram('/usr/bin/cog'),
  };
  return Object.keys(isHere).filter((name) => !isHere[name]);
}

const FIREFOX_NAMES = ['firefox-esr', 'firefox'];
const FIREFOX_PLACE = '/Applications/Firefox.app/Contents/MacOS/firefox';

function findFirefox() {
  return process.env.FIREFOX_PATH ?? [...inPath(FIREFOX_NAMES), FIREFOX_PLACE].find(isProgram);
}

function inPath(names) {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((directory) => names.map((name) => join(directory, name)));
}

function chromiumAdvice() {
  const command = browserCommand();
  const how = command ? `sudo ${command}` : 'install Chromium or Chrome';
  return `the browser tests need Chromium: ${how} (or set CHROMIUM_PATH to a Chromium or Chrome), then run npm test again.`;
}

function run(program, args, options = {}) {
  return spawnSync(program, args, { cwd: root, stdio: 'inherit', ...options }).status ?? 1;
}

// One hash over names and contents, so that a fresh clone's file times mean nothing.
function fingerprint(paths) {
  const hash = createHash('sha256');
  for (const path of paths.flatMap(filesBelow))
    hash
      .update(path)
      .update('\0')
      .update(readFileSync(join(root, path)));
  return hash.digest('hex');
}

function filesBelow(path) {
  if (!statSync(join(root, path)).isDirectory()) return isSource(path) ? [path] : [];
  const names = readdirSync(join(root, path)).filter((name) => name !== 'dist' && name !== 'node_modules');
  return names.toSorted().flatMap((name) => filesBelow(`${path}/${name}`));
}

function isSource(path) {
  return !/\.test\.tsx?$|\.tsbuildinfo$/.test(path);
}

function readStamp(name) {
  const file = join(stamps, name);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

function writeStamp(name, text) {
  mkdirSync(stamps, { recursive: true });
  writeFileSync(join(stamps, name), text);
}
