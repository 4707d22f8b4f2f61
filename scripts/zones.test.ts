import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { programPath, root } from './setup/command.mjs';
import { PACKAGES, withImportRules } from './zones.mjs';

const packages = Object.entries(PACKAGES);
const NOT_ZONES = new Set(['testing', 'contract', 'vectors', 'style']);

function foldersBelow(folder: string, path = ''): string[] {
  return readdirSync(join(folder, path), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !NOT_ZONES.has(entry.name))
    .flatMap(({ name }) => {
      const below = path === '' ? name : `${path}/${name}`;
      return [below, ...foldersBelow(folder, below)];
    });
}

test.each(packages)('%s: every folder is a zone', (name, { zones }) => {
  const folders = foldersBelow(join(root, 'packages', name, 'src'));
  expect(folders.toSorted()).toEqual(Object.keys(zones).toSorted());
});

test('lint has the rules of the table', () => {
  const config = JSON.parse(readFileSync(join(root, '.oxlintrc.json'), 'utf8'));
  expect(config, 'run `npm run zones`').toEqual(withImportRules(config));
});

test('the arrows between zones make no circle', () => {
  for (const [name, { zones }] of packages) {
    const placed = new Set<string>();
    const entries = Object.entries<readonly string[]>(zones);
    for (const _ of entries)
      for (const [zone, may] of entries) if (may.every((other) => placed.has(other))) placed.add(zone);
    expect(
      entries.map(([zone]) => zone).filter((zone) => !placed.has(zone)),
      name,
    ).toEqual([]);
  }
});

type Planted = { readonly file: string; readonly imports: string };

/** For each zone: every other folder it must not import, a file above it, and a package. */
function violations(): Planted[] {
  return packages.flatMap(([name, { zones }]) => {
    const src = `packages/${name}/src`;
    return Object.entries<readonly string[]>(zones).flatMap(([zone, may]) => {
      const here = `${src}/${zone}`;
      const forbidden = Object.keys(zones).filter((other) => other !== zone && !may.includes(other));
      const targets = [...forbidden.map((other) => `${src}/${other}/planted.ts`), `${src}/planted.ts`];
      const paths = targets.map((target) => relative(here, target)).map(asImport);
      return [...paths, '@mayfly/e2e'].map((imports, index) => ({ file: `${here}/p${index}.ts`, imports }));
    });
  });
}

function asImport(path: string): string {
  return path.startsWith('.') ? path : `./${path}`;
}

test('a planted violation in each zone is refused', () => {
  const planted = violations();
  const folder = mkdtempSync(join(tmpdir(), 'zones-'));
  try {
    const { options: _typeAware, ...config } = JSON.parse(readFileSync(join(root, '.oxlintrc.json'), 'utf8'));
    writeFileSync(join(folder, '.oxlintrc.json'), JSON.stringify(config));
    for (const { file, imports } of planted) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(
        join(folder, file),
        `import { planted } from '${imports}';\nexport const used = planted;\n`,
      );
    }
    const lint = spawnSync(process.execPath, [programPath('oxlint/bin/oxlint'), '-f', 'json'], {
      cwd: folder,
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
    });
    const found: { readonly code: string; readonly filename: string }[] = JSON.parse(lint.stdout).diagnostics;
    const refused = new Set(
      found.filter(({ code }) => code.includes('no-restricted-imports')).map(({ filename }) => filename),
    );
    expect(planted.filter(({ file }) => !refused.has(file))).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** The folders that the tree in ARCHITECTURE.md draws below `packages/NAME/src`. */
function drawnFolders(name: string): string[] {
  const text = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8');
  const lines = text.split('\n').filter((line) => /[├└]─ /.test(line));
  const stack: string[] = [];
  const drawn: string[] = [];
  for (const line of lines) {
    const depth = Math.floor(line.search(/[├└]/) / 3);
    const [, folder] = /[├└]─ ([\w/-]+)\/(?=\s|$)/.exec(line) ?? [];
    if (folder === undefined) continue;
    stack.length = depth;
    stack.push(folder);
    drawn.push(stack.join('/'));
  }
  const prefix = `packages/${name}/src/`;
  return drawn.filter((path) => path.startsWith(prefix)).map((path) => path.slice(prefix.length));
}

test.each(packages)('%s: ARCHITECTURE.md draws its folders', (name, { zones }) => {
  expect(
    drawnFolders(name)
      .filter((path) => !NOT_ZONES.has(path))
      .toSorted(),
  ).toEqual(Object.keys(zones).toSorted());
});
