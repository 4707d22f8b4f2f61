// The published packages, unpacked elsewhere: they must work outside this repository.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { openStage } from './stage.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PUBLISHED = ['protocol', 'client'] as const;

test('the published SDK: its own example runs a room that people can join', async () => {
  using project = new Project();
  await using stage = await openStage();
  const bot = project.run(exampleOf('client').replace('http://localhost:5000', stage.origin));
  try {
    const ann = await stage.person();
    await ann.join(await firstLine(bot), 'Ann');
    await ann.send('hello');
    await ann.sees('You said: hello');
  } finally {
    bot.kill();
  }
});

test('the published SDK: its types compile under strict settings', () => {
  using project = new Project();
  project.write('bot.ts', exampleOf('client').replace('new Map()', 'new Map<string, string>()'));
  const options = ['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--module', 'NodeNext'];
  const lib = ['--lib', 'ES2023,DOM,ESNext.Disposable'];
  expect(project.compile([...options, ...lib, 'bot.ts'])).toBe('');
});

test.each(PUBLISHED)('the published @mayfly/%s has a licence, and no tests', (name) => {
  using project = new Project();
  const { files, version } = project.packed(name);
  expect(files).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'dist/index.js', 'dist/index.d.ts']));
  expect(files.filter((file) => /\.test\.|testing\/|tsbuildinfo/.test(file))).toEqual([]);
  expect(version).toBe(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version);
});

/** The first block of code in a package's own README. */
function exampleOf(name: (typeof PUBLISHED)[number]): string {
  const readme = readFileSync(join(ROOT, 'packages', name, 'README.md'), 'utf8');
  return /```js\n([^`]+(?:`[^`\n]+`[^`]+)*)```/.exec(readme)?.[1] ?? '';
}

function firstLine({ stdout }: ChildProcess): Promise<string> {
  let said = '';
  return new Promise((resolve) => {
    stdout?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const end = said.indexOf('\n');
      if (end >= 0) resolve(said.slice(0, end));
    });
  });
}

type Packed = { readonly version: string; readonly filename: string; readonly files: readonly string[] };

/** A project folder with the packages installed. */
class Project implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'mayfly-packages-'));
  readonly #packed = new Map<string, Packed>();

  constructor() {
    const modules = join(this.#folder, 'node_modules');
    for (const name of PUBLISHED) this.#install(name, join(modules, '@mayfly', name));
    for (const name of ['@noble', 'ws']) symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
    this.write('package.json', '{"type":"module"}');
  }

  packed(name: (typeof PUBLISHED)[number]): Packed {
    const found = this.#packed.get(name);
    if (found === undefined) throw new Error(`${name} was not packed`);
    return found;
  }

  write(file: string, text: string): void {
    writeFileSync(join(this.#folder, file), text);
  }

  /** Before version 22, Node has no WebSocket. */
  run(code: string): ChildProcess {
    this.write('bot.mjs', `import WebSocket from 'ws';\nglobalThis.WebSocket ??= WebSocket;\n${code}`);
    return spawn(process.execPath, ['bot.mjs'], { cwd: this.#folder, stdio: ['ignore', 'pipe', 'inherit'] });
  }

  /** The compiler's complaints. */
  compile(args: readonly string[]): string {
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    try {
      return execFileSync(process.execPath, [tsc, ...args], { cwd: this.#folder, encoding: 'utf8' });
    } catch (error) {
      return error instanceof Error && 'stdout' in error ? String(error.stdout) : String(error);
    }
  }

  #install(name: string, place: string): void {
    const args = ['pack', '--json', '--pack-destination', this.#folder, '--workspace', `@mayfly/${name}`];
    const [packed] = JSON.parse(execFileSync('npm', args, { cwd: ROOT, encoding: 'utf8' }));
    mkdirSync(place, { recursive: true });
    execFileSync('tar', ['-xf', join(this.#folder, packed.filename), '-C', place, '--strip-components=1']);
    this.#packed.set(name, { ...packed, files: packed.files.map(({ path }: { path: string }) => path) });
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
