// The page as it was before it knew anything but texts, built once from the history of this repository.

import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { programPath, root } from '../../scripts/setup/command.mjs';

/** The last commit of that page. */
const COMMIT = '70d792fa9b06fc711d1b657e719868304a503954';
const PAGES = join(root, 'node_modules', '.mayfly', 'old-pages');

/** Where it lies; undefined in a clone without that commit. */
export function oldPage(): string | undefined {
  const built = join(PAGES, COMMIT);
  if (existsSync(built)) return built;
  if (spawnSync('git', ['cat-file', '-e', `${COMMIT}^{commit}`], { cwd: root }).status !== 0)
    return undefined;
  const source = mkdtempSync(join(tmpdir(), 'mayfly-old-page-'));
  try {
    checkOut(source);
    build(source);
    mkdirSync(PAGES, { recursive: true });
    cpSync(join(source, 'page'), built, { recursive: true });
    return built;
  } finally {
    rmSync(source, { recursive: true, force: true });
  }
}

function checkOut(source: string): void {
  const parts = ['package.json', 'tsconfig.base.json', 'packages'];
  const archive = execFileSync('git', ['archive', COMMIT, ...parts], { cwd: root, maxBuffer: 2 ** 30 });
  execFileSync('tar', ['-x', '-C', source], { input: archive });
  linkPackages(source);
}

/** What is installed here, but its own packages of that time. */
function linkPackages(source: string): void {
  const modules = join(source, 'node_modules');
  mkdirSync(join(modules, '@mayfly'), { recursive: true });
  const installed = readdirSync(join(root, 'node_modules')).filter((name) => name !== '@mayfly');
  for (const name of installed) symlinkSync(join(root, 'node_modules', name), join(modules, name));
  for (const name of ['protocol', 'client'])
    symlinkSync(join(source, 'packages', name), join(modules, '@mayfly', name));
}

function build(source: string): void {
  const words = ['build', 'packages/web', '--outDir', join(source, 'page'), '--logLevel', 'error'];
  execFileSync(process.execPath, [programPath('vite/bin/vite.js'), ...words], {
    cwd: source,
    env: { ...process.env, NODE_ENV: 'production' },
    stdio: 'inherit',
  });
}
