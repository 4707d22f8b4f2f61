// The built page: one HTML for every address, and assets with a hash in their name, compressed by the build and cached forever.

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Headers, assetHeaders, fileHeaders, pageHeaders } from './headers.ts';
import { PageFiles } from './page-files.ts';
import { type Answer, NOT_FOUND, type ReadRoute } from './routes.ts';

/** The build output of the web package, from this package's `src` and `dist` alike. */
export const BUILT_PAGE = fileURLToPath(new URL('../../../web/dist', import.meta.url));

export function hasPage(directory: string): boolean {
  return existsSync(join(directory, 'index.html')) && existsSync(join(directory, 'assets'));
}

/** Tells the page about HIDE_KEY=0 without a request. */
const KEEP_KEY = '<meta name="mayfly-key" content="keep" />';

const HTML = 'text/html; charset=utf-8';

export type PageOptions = {
  readonly directory: string;
  /** False: the page leaves the key of an opened link in the address. */
  readonly hideKey: boolean;
  readonly publicOrigin: string | undefined;
  readonly hstsDays: number;
  readonly basePath: string;
};

/** The HTML, the files beside it, and `assets`. */
export function pageRoutes(options: PageOptions): readonly ReadRoute[] {
  const { directory, hstsDays } = options;
  const files = new PageFiles(directory);
  const htmlOf = completePage(options);
  const page: ReadRoute['answer'] = ({ visit }) => {
    const built = files.read('index.html')?.toString();
    if (built === undefined) return NOT_FOUND;
    const body = htmlOf(built);
    const headers = pageHeaders(visit, hstsDays, importMapHash(body));
    return { status: 200, headers: { ...headers, 'Content-Type': HTML }, body };
  };
  const names = files.names.filter((name) => name !== 'index.html' && isFileName(name));
  return [
    ...PAGE_PATHS.map((path): ReadRoute => ({ method: 'GET', path, answer: page })),
    ...names.map((name): ReadRoute => ({
      method: 'GET',
      path: `/${name}`,
      answer: ({ visit, acceptEncoding }) =>
        answerFile(files, name, acceptEncoding, fileHeaders(visit, hstsDays)),
    })),
    {
      method: 'GET',
      path: '/assets/:name',
      answer: ({ params: { name = '' }, visit, acceptEncoding }) =>
        isFileName(name)
          ? answerFile(files, `assets/${name}`, acceptEncoding, assetHeaders(visit, hstsDays))
          : NOT_FOUND,
    },
  ];
}

// Some programs join addresses with two slashes.
const PAGE_PATHS = ['/', '/chat', '/chat/*', '//chat/*'];

// The built page has relative addresses, which would point elsewhere from the address of a room.
function completePage({ basePath, ...options }: PageOptions): (built: string) => string {
  const settings = settingsInPage({ basePath, ...options });
  return (built) => built.replaceAll('"./', `"${basePath}`).replace('<title>', () => `${settings}<title>`);
}

function settingsInPage({
  hideKey,
  publicOrigin,
  basePath,
}: Pick<PageOptions, 'hideKey' | 'publicOrigin' | 'basePath'>): string {
  // Link previews need an absolute address. The picture is the same for every room.
  const picture = publicOrigin && `<meta property="og:image" content="${publicOrigin}${basePath}og.png" />`;
  return `${hideKey ? '' : KEEP_KEY}${picture ?? ''}`;
}

// The policy allows one inline script: the import map. It holds hashes and runs nothing.
function importMapHash(html: string): string | undefined {
  const map = /<script type="importmap">([^<]*)<\/script>/.exec(html)?.[1];
  return map && `sha256-${createHash('sha256').update(map).digest('base64')}`;
}

// A name in this directory. Compressed copies are never served under their own names.
function isFileName(name: string): boolean {
  return /^[a-z0-9_][a-z0-9._-]{0,199}$/i.test(name) && !/\.(?:br|gz)$/.test(name);
}

const CONTENT_TYPES: { readonly [extension: string]: string } = {
  '.css': 'text/css; charset=utf-8',
  '.html': HTML,
  '.ico': 'image/x-icon',
  '.js': 'application/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.woff2': 'font/woff2',
};

/** The encodings that the build made, best first. */
const CODINGS = [
  { name: 'br', suffix: '.br' },
  { name: 'gzip', suffix: '.gz' },
] as const;

function answerFile(
  files: PageFiles,
  name: string,
  acceptEncoding: string | undefined,
  headers: Headers,
): Answer {
  const plain = files.read(name);
  if (plain === undefined) return NOT_FOUND;
  const type = CONTENT_TYPES[extname(name)] ?? 'application/octet-stream';
  const typed = { ...headers, 'Content-Type': type };
  for (const coding of CODINGS) {
    const coded = accepts(acceptEncoding, coding.name) ? files.read(name + coding.suffix) : undefined;
    if (coded === undefined) continue;
    return { status: 200, headers: { ...typed, 'Content-Encoding': coding.name }, body: coded };
  }
  return { status: 200, headers: typed, body: plain };
}

/** Whether `Accept-Encoding` accepts this coding (RFC 9110, 12.5.3). */
function accepts(header: string | undefined, coding: string): boolean {
  const weights = new Map((header ?? '').toLowerCase().split(',').map(readWeight));
  return (weights.get(coding) ?? weights.get('*') ?? 0) > 0;
}

function readWeight(entry: string): [coding: string, weight: number] {
  const [coding = '', ...parameters] = entry.split(';').map((part) => part.trim());
  const weight = parameters.find((parameter) => parameter.startsWith('q='));
  return [coding, weight === undefined ? 1 : Number(weight.slice(2))];
}
