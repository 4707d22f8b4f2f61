import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { PageFiles } from './page-files.ts';
import { HTML, SCRIPT, makePage } from '../testing/test-server.ts';

vi.mock('node:fs', async (importReal) => {
  const real = await importReal<typeof import('node:fs')>();
  return { ...real, readFileSync: vi.fn<typeof real.readFileSync>(real.readFileSync) };
});

let directory: string;
let files: PageFiles;
beforeEach(() => {
  directory = makePage();
  files = new PageFiles(directory);
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const read = (name: string) => files.read(name)?.toString();

test('files are served as read at startup, even after they are gone from disk', () => {
  const compressed = files.read('assets/app.1a2b.js.br');
  rmSync(directory, { recursive: true });
  expect(read('index.html')).toBe(HTML);
  expect(read('assets/app.1a2b.js')).toBe(SCRIPT);
  expect(files.read('assets/app.1a2b.js.br')).toBe(compressed);
});

test('an unchanged file is not read again', () => {
  const reads = vi.mocked(readFileSync).mock.calls.length;
  for (let i = 0; i < 100; i++) expect(read('index.html')).toBe(HTML);
  expect(vi.mocked(readFileSync).mock.calls.length).toBe(reads);
});

test('a changed file that can’t be read is served as it was until it can be read', () => {
  writeFileSync(join(directory, 'index.html'), 'changed');
  vi.mocked(readFileSync).mockImplementationOnce(() => {
    throw new Error('EMFILE: too many open files');
  });
  expect([read('index.html'), read('index.html')]).toEqual([HTML, 'changed']);
});

test('a file that a build replaced, changed or added is read again', () => {
  writeFileSync(join(directory, 'new.html'), HTML.toUpperCase());
  renameSync(join(directory, 'new.html'), join(directory, 'index.html'));
  writeFileSync(join(directory, 'assets', 'app.1a2b.js'), 'changed');
  writeFileSync(join(directory, 'assets', 'room.3c4d.js'), 'added');
  expect(read('index.html')).toBe(HTML.toUpperCase());
  expect(read('assets/app.1a2b.js')).toBe('changed');
  expect(read('assets/room.3c4d.js')).toBe('added');
});

test.each(['none.js', 'assets', `${'x'.repeat(5_000)}.js`])('%.20s is not a file', (name) => {
  expect(read(name)).toBeUndefined();
});
