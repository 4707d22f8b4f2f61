// What the documents name exists, and every block of commands says how it is run. The commands themselves: `npm run docs`.

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { SETTINGS } from '../packages/server/src/config.ts';
import { blocksOf, documents, isCommands, isKnownWay, readDocument, root } from './doc-blocks.mjs';

const DOCUMENTS = documents().map((file) => ({ file, text: readDocument(file) }));
const COMMANDS = DOCUMENTS.flatMap(({ file, text }) => blocksOf(file, text)).filter(isCommands);

/** Programs and libraries that Mayfly or its tests use have settings of their own. */
const OTHER_SETTINGS = new Set([
  'CHROMIUM_PATH',
  'DEBUG',
  'NODE_EXTRA_CA_CERTS',
  'NPM_REGISTRY',
  'REDIS_SERVER_PATH',
]);

test('every block of commands says how it is run', () => {
  const silent = COMMANDS.filter(({ language, how }) => language !== 'sh' || !isKnownWay(how));
  expect(silent.map(({ file, line, how }) => `${file}:${line} ${how}`)).toEqual([]);
  expect(COMMANDS.length).toBeGreaterThan(5);
});

test.each([
  ['```sh run\nnpm test\n```\n', true],
  ['```sh long serve\nnpm run cluster\n```\n', true],
  ['```sh hand: needs root\nreboot\n```\n', true],
  ['```sh\nnpm test\n```\n', false],
  ['```sh hand:\nnpm test\n```\n', false],
  ['```sh maybe\nnpm test\n```\n', false],
])('of %j it is known how it is run: %s', (markdown, isKnown) => {
  expect(blocksOf('page.md', markdown).map(({ how }) => isKnownWay(how))).toEqual([isKnown]);
});

test('commands in a block that is not called sh are found all the same', () => {
  const [block] = blocksOf('page.md', 'Try\n\n```\nnpm start\n```\n');
  expect(block).toMatchObject({ line: 3, language: '', how: '', text: 'npm start\n' });
  expect(block && isCommands(block)).toBe(true);
});

test('every npm script that the documents name exists', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const named = DOCUMENTS.flatMap(({ text }) =>
    [...text.matchAll(/\bnpm (?:run ([\w-]+)|(start|test)\b)/g)].map(([, run, short]) => run ?? short ?? ''),
  );
  expect([...new Set(named)].filter((name) => !(name in scripts))).toEqual([]);
  expect(named).toContain('start');
});

test('every setting that the documents set exists', () => {
  const known = new Set(Object.values(SETTINGS).flatMap(({ name, alias = '' }: Named) => [name, alias]));
  const named = DOCUMENTS.flatMap(({ text }) =>
    [...text.matchAll(/(?:^|[\s`])([A-Z][A-Z0-9_]{3,})=/gm)].map(([, name = '']) => name),
  );
  const unknown = [...new Set(named)].filter((name) => !known.has(name) && !OTHER_SETTINGS.has(name));
  expect(unknown).toEqual([]);
  expect(named).toContain('TRUST_PROXY');
});

type Named = { readonly name: string; readonly alias?: string };

test('every source file that the documents name exists', () => {
  const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  });
  const all = [...DOCUMENTS, ...OTHER_PAGES, ...DECISIONS].flatMap(({ file, text }) =>
    [...text.matchAll(/`([\w./-]+\.(?:ts|tsx|mjs|lua|css|yaml|conf|py))`/g)].map(([, name = '']) => ({
      file,
      name,
    })),
  );
  const missing = all.filter(
    ({ name }) => !files.split('\n').some((path) => `/${path}`.endsWith(`/${name}`)),
  );
  expect(missing.map(({ file, name }) => `${file}: ${name}`)).toEqual([]);
  expect(all.length).toBeGreaterThan(20);
});

test('every file that the documents link to exists', () => {
  const broken = [...DOCUMENTS, ...OTHER_PAGES].flatMap(({ file, text }) =>
    [...text.matchAll(/\]\((?!https?:)([^)#\s]+)/g)]
      .map(([, target = '']) => target)
      .filter((target) => !existsSync(join(root, dirname(file), target)))
      .map((target) => `${file}: ${target}`),
  );
  expect(broken).toEqual([]);
});

const OTHER_PAGES = ['ARCHITECTURE.md', 'SECURITY.md', 'CHANGELOG.md', 'docs/vectors/README.md'].map(
  (file) => ({
    file,
    text: readDocument(file),
  }),
);

const DECISIONS = readdirSync(join(root, 'docs/decisions')).map((name) => ({
  file: `docs/decisions/${name}`,
  text: readDocument(`docs/decisions/${name}`),
}));

test('every heading that the documents link to exists', () => {
  const broken = DOCUMENTS.flatMap(({ file, text }) =>
    [...text.matchAll(/\]\(([\w./-]*\.md)?#([^)]+)\)/g)]
      .filter(([, target, anchor = '']) => !anchorsIn(file, target).includes(anchor))
      .map(([link]) => `${file}: ${link}`),
  );
  expect(broken).toEqual([]);
});

function anchorsIn(file: string, target: string | undefined): readonly string[] {
  const text = readDocument(target === undefined ? file : join(dirname(file), target));
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\s-]/g, '')
      .replaceAll(' ', '-'),
  );
}

test('what docs/troubleshooting.md quotes is said by the page or the server', () => {
  const said = SPEAKERS.map((file) => readDocument(file)).join('\n');
  const page = readDocument('docs/troubleshooting.md');
  const quoted = [...page.matchAll(/_([A-Z][^_\n`]{6,80}?)[….]?_/g)].map(([, words = '']) => words);
  expect(quoted.filter((words) => !said.includes(words))).toEqual([]);
  expect(quoted.length).toBeGreaterThan(4);
});

const SPEAKERS = [
  'packages/web/src/words/start.ts',
  'packages/web/src/words/ended.ts',
  'packages/web/src/words/room.ts',
  'packages/server/src/store/redis/start/start-check.ts',
];

test('the README has at most 700 words', () => {
  expect(readDocument('README.md').split(/\s+/).filter(Boolean).length).toBeLessThanOrEqual(700);
});
