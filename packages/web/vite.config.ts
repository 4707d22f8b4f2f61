// Builds the page: a script for the first screen, one for rooms, and a style sheet, each with a hash in its name and
// in its integrity.

import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { defaultClientConditions, defineConfig, type Plugin } from 'vite';

const api = process.env['MAYFLY_DEV_API'] ?? 'http://127.0.0.1:5001';

/** Below this, a compressed copy saves nothing worth a second file. */
const COMPRESS_FROM_BYTES = 1024;

/** docs/browsers.md; `.oxlintrc.json` keeps newer methods out, which no build can replace. */
const OLDEST_BROWSERS = ['chrome103', 'edge103', 'firefox113', 'safari16'];

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
    rolldownOptions: { checks: { bundlerTimings: false } },
  },
  server: {
    // Host and Origin stay as the browser sent them: the server compares the two.
    proxy: {
      [`${devBase}api`]: { target: api, changeOrigin: false },
      [`${devBase}ws`]: { target: api, changeOrigin: false, ws: true },
    },
  },
  plugins: [grammarsAsModule(), integrity(), compressedCopies()],
}));

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
        const scripts = [...hashes].filter(([path]) => path.endsWith('.js'));
        const map = JSON.stringify({ integrity: Object.fromEntries(scripts) });
        page.source = String(page.source)
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
  const quality = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
  await Promise.all([
    writeFile(`${path}.br`, brotliCompressSync(bytes, { params: quality })),
    writeFile(`${path}.gz`, gzipSync(bytes, { level: 9 })),
  ]);
}
