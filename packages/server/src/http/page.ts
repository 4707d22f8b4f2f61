// Serves the built page: one HTML for every address, hashed assets for ever, compressed beforehand by the build.

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Headers, assetHeaders, fileHeaders, pageHeaders } from './headers.ts';
import type { Visit } from '../guard/origins.ts';
import { PageFiles } from './page-files.ts';

/** Where the build of the web package puts the page, seen from this package's `src` and `dist` alike. */
export const BUILT_PAGE = fileURLToPath(new URL('../../../web/dist', import.meta.url));

export function hasPage(directory: string): boolean {
  return existsSync(join(directory, 'index.html')) && existsSync(join(directory, 'assets'));
}

/** How the page knows HIDE_KEY without a request. */
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

export function servePage(
  app: FastifyInstance,
  { directory, hstsDays, ...options }: PageOptions,
  visitOf: (request: FastifyRequest) => Visit,
): void {
  const files = new PageFiles(directory);
  const { basePath } = options;
  const settings = settingsInPage(options);
  // Two slashes: some programs join addresses so.
  for (const address of ['/', '/chat', '/chat/*', '//chat/*']) {
    app.get(address, (request, reply) => {
      const built = files.read('index.html')?.toString();
      if (built === undefined) return reply.callNotFound();
      const html = built.replaceAll('"./', `"${basePath}`).replace('<title>', () => `${settings}<title>`);
      return reply
        .headers(pageHeaders(visitOf(request), hstsDays, importMapHash(html)))
        .type(HTML)
        .send(html);
    });
  }
  for (const name of files.names.filter((name) => name !== 'index.html' && isFileName(name))) {
    app.get(`/${name}`, (request, reply) =>
      sendFile(reply, files, name, fileHeaders(visitOf(request), hstsDays)),
    );
  }
  app.get<{ Params: { name: string } }>('/assets/:name', (request, reply) => {
    const { name } = request.params;
    if (!isFileName(name)) return reply.callNotFound();
    return sendFile(reply, files, `assets/${name}`, assetHeaders(visitOf(request), hstsDays));
  });
}

function settingsInPage({
  hideKey,
  publicOrigin,
  basePath,
}: Pick<PageOptions, 'hideKey' | 'publicOrigin' | 'basePath'>): string {
  // Link previews take no relative address. The picture is the same for every room.
  const picture = publicOrigin && `<meta property="og:image" content="${publicOrigin}${basePath}og.png" />`;
  return `${hideKey ? '' : KEEP_KEY}${picture ?? ''}`;
}

// The one inline script that the policy allows: the import map, which holds hashes and runs nothing.
function importMapHash(html: string): string | undefined {
  const map = /<script type="importmap">([^<]*)<\/script>/.exec(html)?.[1];
  return map && `sha256-${createHash('sha256').update(map).digest('base64')}`;
}

// A file of this directory and no other. Compressed twins are sent in its stead, never by their own name.
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

/** The codings that the build has used, the best one first. */
const CODINGS = [
  { name: 'br', suffix: '.br' },
  { name: 'gzip', suffix: '.gz' },
] as const;

function sendFile(reply: FastifyReply, files: PageFiles, name: string, headers: Headers): unknown {
  const plain = files.read(name);
  if (plain === undefined) return reply.callNotFound();
  reply.headers(headers).type(CONTENT_TYPES[extname(name)] ?? 'application/octet-stream');
  for (const coding of CODINGS) {
    const isTaken = accepts(reply.request.headers['accept-encoding'], coding.name);
    const coded = isTaken ? files.read(name + coding.suffix) : undefined;
    if (coded !== undefined) return reply.header('Content-Encoding', coding.name).send(coded);
  }
  return reply.send(plain);
}

/** Whether an `Accept-Encoding` takes this coding (RFC 9110, 12.5.3). */
function accepts(header: string | string[] | undefined, coding: string): boolean {
  const weights = new Map(
    String(header ?? '')
      .toLowerCase()
      .split(',')
      .map(readWeight),
  );
  return (weights.get(coding) ?? weights.get('*') ?? 0) > 0;
}

function readWeight(entry: string): [coding: string, weight: number] {
  const [coding = '', ...parameters] = entry.split(';').map((part) => part.trim());
  const weight = parameters.find((parameter) => parameter.startsWith('q='));
  return [coding, weight === undefined ? 1 : Number(weight.slice(2))];
}
