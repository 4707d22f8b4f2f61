// Which folder may import which: the one table behind the import rules of lint and the tree in ARCHITECTURE.md.
// `npm run zones` writes the rules into .oxlintrc.json; zones.test.ts holds table, rules, tree and folders together.

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';

const LINT_CONFIG = fileURLToPath(new URL('../.oxlintrc.json', import.meta.url));

/**
 * The folders of each package's `src`, and what each may import beside itself and the files of `base`. Files of `src`
 * that are not in `base` stand above every folder. `uses`: npm packages. Tests may import anything.
 * @type {Record<string, { uses: string[], why: string, base: string[], zones: Record<string, string[]> }>}
 */
export const PACKAGES = {
  protocol: {
    uses: [],
    why: 'protocol imports nothing',
    base: ['bytes', 'command', 'file-size', 'ids', 'json', 'limits'],
    zones: { frames: [] },
  },
  client: {
    uses: ['@mayfly/protocol', '@mayfly/protocol/rotation', '@noble/**'],
    why: 'client imports protocol and @noble/*, and uses web standards only',
    base: ['clock', 'fraction', 'next-task', 'room-updates', 'visible-text'],
    zones: {
      crypto: [],
      content: [],
      storage: [],
      connection: ['crypto'],
      governance: ['crypto'],
      log: ['crypto', 'content', 'governance'],
      people: ['crypto', 'storage'],
      outgoing: ['crypto', 'content', 'storage'],
      files: ['crypto', 'content', 'storage'],
    },
  },
  server: {
    uses: ['node:*', 'node:*/*', '@mayfly/protocol', 'ws', 'ioredis', 'fastify', '@fastify/*'],
    why: 'the server cannot decrypt',
    base: [],
    zones: {
      net: [],
      guard: ['net'],
      store: ['net'],
      'store/memory': ['net', 'store'],
      'store/redis': ['net', 'guard', 'store'],
      'store/redis/start': ['net', 'store', 'store/redis'],
      observe: ['guard', 'store', 'store/redis'],
      admin: ['net', 'store'],
      auth: ['store'],
      delivery: ['net', 'store'],
      session: ['net', 'guard', 'store', 'auth', 'delivery'],
      socket: ['net', 'observe', 'guard', 'delivery', 'session'],
      http: ['net', 'observe', 'guard', 'store', 'auth'],
    },
  },
  web: {
    uses: [
      '@mayfly/client',
      '@mayfly/client/emoji',
      '@mayfly/client/files',
      '@mayfly/client/owner',
      '@mayfly/client/owner-link',
      '@mayfly/client/passphrase',
      '@mayfly/client/signatures',
      '@mayfly/protocol',
      'preact',
      'preact/*',
      '@preact/signals',
      'markdown-it',
      'lowlight',
      'highlight.js/lib/languages/*',
      'uqr',
    ],
    why: 'web imports client and protocol',
    base: ['background', 'route', 'room-part-loader'],
    zones: {
      browser: [],
      words: [],
      ui: ['browser', 'words'],
      'room/text': ['browser'],
      'room/pictures': [],
      'room/model': ['words', 'room/text'],
      start: ['browser', 'words', 'ui', 'room/model'],
      'room/files': ['browser', 'words', 'ui', 'room/model', 'room/text', 'room/pictures'],
      'room/polls': ['browser', 'words', 'ui', 'room/model', 'room/text'],
      'room/list': [
        'browser',
        'words',
        'ui',
        'room/model',
        'room/text',
        'room/files',
        'room/polls',
        'room/emoji',
      ],
      'room/actions': [
        'browser',
        'words',
        'ui',
        'room/model',
        'room/text',
        'room/list',
        'room/polls',
        'room/emoji',
      ],
      'room/emoji': ['browser', 'words', 'ui', 'room/text'],
      'room/owner': ['browser', 'words', 'ui', 'room/model', 'room/list'],
      'room/compose': [
        'browser',
        'words',
        'ui',
        'room/model',
        'room/text',
        'room/list',
        'room/polls',
        'room/emoji',
      ],
      room: [
        'browser',
        'words',
        'ui',
        'room/model',
        'room/text',
        'room/list',
        'room/files',
        'room/actions',
        'room/emoji',
        'room/owner',
        'room/compose',
      ],
    },
  },
};

/** @typedef {{ files: string[], rules: Record<string, unknown> }} Override */

/** The import rules of lint, one for each zone and one for the files above them. */
export function importRules() {
  return Object.entries(PACKAGES).flatMap(([name, { uses, why, base, zones }]) => {
    const packages = ['*', '!./**', '!../**', ...uses.map((use) => `!${use}`)];
    const above = { files: [`packages/${name}/src/*`], rules: forbid(packages, why) };
    const folders = Object.entries(zones).map(([zone, may]) => ({
      files: [`packages/${name}/src/${zone}/*`],
      rules: forbid(
        [...packages, ...otherFolders(zone, may, base, Object.keys(zones))],
        `${name}/${zone} may import ${may.length > 0 ? may.join(', ') : 'no other folder'} (scripts/zones.mjs)`,
      ),
    }));
    return [above, ...folders];
  });
}

// One group, of which the last pattern that matches decides: of several groups oxlint asks only the first that matches.
/** @param {string[]} group @param {string} message */
function forbid(group, message) {
  return { 'eslint/no-restricted-imports': ['error', { patterns: [{ group, message }] }] };
}

/** @param {string} zone @param {string[]} may @param {string[]} base @param {string[]} all */
function otherFolders(zone, may, base, all) {
  const others = all.filter((other) => other !== zone && !may.includes(other));
  const top = pathBetween(zone, '');
  return [
    ...others.map((other) => `${pathBetween(zone, other)}*`),
    `${top}*`,
    ...base.map((file) => `!${top}${file}.ts`),
  ];
}

/** @param {string} from @param {string} to */
function pathBetween(from, to) {
  const a = from.split('/').filter(Boolean);
  const b = to.split('/').filter(Boolean);
  let common = 0;
  while (common < a.length && a[common] === b[common]) common += 1;
  const up = '../'.repeat(a.length - common);
  const down = b
    .slice(common)
    .map((part) => `${part}/`)
    .join('');
  return (up === '' ? './' : up) + down;
}

/**
 * The lint configuration with the import rules of the table in place of those it has.
 * @template {{ overrides: Override[] }} T
 * @param {T} config
 */
export function withImportRules(config) {
  return {
    ...config,
    overrides: [...importRules(), ...config.overrides.filter((one) => !isImportRule(one))],
  };
}

/** @param {Override} override */
function isImportRule({ files, rules }) {
  const only = Object.keys(rules).join() === 'eslint/no-restricted-imports';
  return only && files.length === 1 && /^packages\/\w+\/src\/.*\*$/.test(files.join());
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const config = JSON.parse(readFileSync(LINT_CONFIG, 'utf8'));
  writeFileSync(LINT_CONFIG, `${JSON.stringify(withImportRules(config), undefined, 2)}\n`);
}
