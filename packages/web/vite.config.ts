// Builds the page: a script for the first screen, one for rooms, and a style sheet, each with a hash in its name and
// in its integrity.

import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzipSync } from 'node:zlib';
import { defaultClientConditions, defineConfig, type Plugin } from 'vite';
import { emojiTable } from './emoji-table.ts';

const api = process.env['MAYFLY_DEV_API'] ?? 'http://127.0.0.1:5001';

/** Below this, a compressed copy saves nothing worth a second file. */
const COMPRESS_FROM_BYTES = 1024;

/** docs/browsers.md; `.oxlintrc.json` keeps newer methods out, which no build can replace. */
const OLDEST_BROWSERS = ['chrome103', 'edge103', 'firefox113', 'safari16'];

/** Hashes don't compress, and every part is named in what a room loads first. Six characters keep versions apart. */
const SHORT_NAMES = {
  entryFileNames: 'assets/[name]-[hash:6].js',
  chunkFileNames: 'assets/[name]-[hash:6].js',
  assetFileNames: 'assets/[name]-[hash:6][extname]',
};

/** The server fills in where it runs, so the built page names its files by relative addresses. */
const BUILT_BASE = './';
const devBase = `/${(process.env['BASE_PATH'] ?? '').split('/').filter(Boolean).join('/')}/`.replace(
  '//',
  '/',
);

export default defineConfig(({ command }) => ({
  base: command === 'build' ? BUILT_BASE : devBase,
  resolve: { conditions: ['source', ...defaultClientConditions] },
  build: {
    target: OLDEST_BROWSERS,
    cssTarget: OLDEST_BROWSERS,
    cssCodeSplit: false,
    assetsInlineLimit: 0,
    modulePreload: false,
    reportCompressedSize: false,
    // Operators who only run npm start can't act on this warning about slow builds.
    rolldownOptions: {
      checks: { bundlerTimings: false },
      // In one file they compress better, and nothing is loaded that isn't used.
      output: {
        ...SHORT_NAMES,
        codeSplitting: {
          groups: [
            { name: 'first', tags: ['$initial'], test: /^(?!.*protocol\/src\/frames\/)/, priority: 1 },
            { name: roomPartOf },
          ],
        },
      },
    },
  },
  server: {
    // Host and Origin stay as the browser sent them: the server compares the two.
    proxy: {
      [`${devBase}api`]: { target: api, changeOrigin: false },
      [`${devBase}ws`]: { target: api, changeOrigin: false, ws: true },
    },
  },
  plugins: [tableOfEmoji(), plainImports(), grammarsAsModule(), integrity(), compressedCopies()],
}));

/** Vite wraps each later import in a helper that preloads style sheets. This page has its own way (later-style.ts). */
function plainImports(): Plugin {
  return {
    name: 'mayfly:plain-imports',
    apply: 'build',
    enforce: 'pre',
    load: {
      filter: { id: /^\0vite\/preload-helper\.js$/ },
      handler: () => 'export const __vitePreload = (load) => load();',
    },
  };
}

function tableOfEmoji(): Plugin {
  return {
    name: 'mayfly:table-of-emoji',
    load: {
      filter: { id: /room\/emoji\/emoji-table\.ts$/ },
      handler: () => `export const EMOJI_TABLE = ${JSON.stringify(emojiTable())};`,
    },
  };
}

/** The one CommonJS file would bring a runtime for CommonJS, a file that every room waits for. */
function grammarsAsModule(): Plugin {
  const exported = 'module.exports = highlight;';
  return {
    name: 'mayfly:grammars-as-module',
    transform: {
      filter: { id: /highlight\.js\/lib\/core\.js$/ },
      handler(code) {
        if (!code.includes(exported)) throw new Error('highlight.js exports something else');
        return { code: code.replace(exported, 'export default highlight;'), map: null };
      },
    },
  };
}

/**
 * The browser refuses a script or style sheet that is not the one this page was built with: what the page names
 * carries its hash, and an import map has the hashes of what is loaded later.
 */
function integrity(): Plugin {
  return {
    name: 'mayfly:integrity',
    apply: 'build',
    enforce: 'post',
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const page = bundle['index.html'];
        if (page?.type !== 'asset') throw new Error('the build has no index.html');
        const files = Object.values(bundle).filter(({ fileName }) =>
          /^assets\/.+\.(?:js|css)$/.test(fileName),
        );
        const hashes = new Map(files.map((file) => [BUILT_BASE + file.fileName, integrityOf(file)]));
        page.source = withLaterStyles(String(page.source), [...hashes.keys()]);
        const scripts = [...hashes].filter(([path]) => path.endsWith('.js'));
        const map = JSON.stringify({ integrity: Object.fromEntries(scripts) });
        page.source = page.source
          .replaceAll(/(?:src|href)="(\.\/assets\/[^"]+)"/g, (attribute, path: string) => {
            const hash = hashes.get(path);
            if (hash === undefined) throw new Error(`the page names ${path}, which was not built`);
            return `${attribute} integrity="${hash}"`;
          })
          .replace('<script', () => `<script type="importmap">${map}</script>\n    <script`);
      },
    },
  };
}

type Modules = { getModuleInfo(id: string): { readonly importedIds: readonly string[] } | null };

const ROOM_PART = fileURLToPath(new URL('src/room/room-part.ts', import.meta.url));
const inRoomPart = new Set<string>();

/** All that a room needs at once. Without it, each module that a later part uses too would become a file of its own. */
function roomPartOf(id: string, modules: Modules): string | undefined {
  if (inRoomPart.size === 0) {
    inRoomPart.add(ROOM_PART);
    for (const one of inRoomPart)
      for (const imported of modules.getModuleInfo(one)?.importedIds ?? []) inRoomPart.add(imported);
  }
  return inRoomPart.has(id) ? 'room-part' : undefined;
}

/** Names each style sheet that is loaded later, disabled: the page's script finds its hash there. */
function withLaterStyles(page: string, paths: readonly string[]): string {
  const later = paths.filter((path) => path.endsWith('.css') && !page.includes(path));
  const links = later.map((path) => `<link rel="stylesheet" href="${path}" disabled>\n    `);
  return page.replace('</head>', () => `${links.join('')}</head>`);
}

function integrityOf(
  file: { type: 'chunk'; code: string } | { type: 'asset'; source: string | Uint8Array },
): string {
  const bytes = file.type === 'chunk' ? file.code : file.source;
  return `sha384-${createHash('sha384').update(bytes).digest('base64')}`;
}

/** A `.br` and a `.gz` beside each asset, so the server never compresses while someone waits. */
function compressedCopies(): Plugin {
  return {
    name: 'mayfly:compressed-copies',
    apply: 'build',
    async writeBundle({ dir }, bundle) {
      if (dir === undefined) throw new Error('the build has no output directory');
      const assets = Object.keys(bundle).filter((name) => name.startsWith('assets/'));
      await Promise.all(assets.map((name) => compress(join(dir, name))));
    },
  };
}

async function compress(path: string): Promise<void> {
  const bytes = await readFile(path);
  if (bytes.length < COMPRESS_FROM_BYTES) return;
  await Promise.all([
    smallestBrotli(bytes).then((smallest) => writeFile(`${path}.br`, smallest)),
    writeFile(`${path}.gz`, gzipSync(bytes, { level: 9 })),
  ]);
}

const brotli = promisify(brotliCompress);
/** Parameters NPOSTFIX and NDIRECT of the format. Which of them suit a file best is only known afterwards. */
const DISTANCE_CODES = [
  [1, 4],
  [1, 16],
  [2, 20],
] as const;

async function smallestBrotli(bytes: Uint8Array): Promise<Uint8Array> {
  const copies = await Promise.all(
    DISTANCE_CODES.map(([postfix, direct]) =>
      brotli(bytes, {
        params: {
          [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
          [constants.BROTLI_PARAM_NPOSTFIX]: postfix,
          [constants.BROTLI_PARAM_NDIRECT]: direct,
        },
      }),
    ),
  );
  return copies.reduce((smallest, copy) => (copy.length < smallest.length ? copy : smallest));
}
