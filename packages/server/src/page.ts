// Serves the built page: one HTML for every address, hashed assets for ever, compressed beforehand by the build.

import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { assetHeaders, fileHeaders, pageHeaders } from './guard/headers.ts';
import type { Visit } from './guard/origins.ts';

/** Where the build of the web package puts the page, seen from this package's `src` and `dist` alike. */
export const BUILT_PAGE = fileURLToPath(new URL('../../web/dist', import.meta.url));

export function hasPage(directory: string): boolean {
  return existsSync(join(directory, 'index.html')) && existsSync(join(directory, 'assets'));
}

/** How the page knows without a request; without it, the page is the build to the byte. */
const KEEP_KEY = '<meta name="mayfly-key" content="keep" />';

const HTML = 'text/html; charset=utf-8';
const SENT_AS_IT_IS = { cacheControl: false, etag: false, lastModified: false, acceptRanges: false };

export type PageOptions = {
  readonly directory: string;
  /** False: the page leaves the key of an opened link in the address. */
  readonly hideKey: boolean;
};

export async function servePage(
  app: FastifyInstance,
  { directory, hideKey }: PageOptions,
  visitOf: (request: FastifyRequest) => Visit,
): Promise<void> {
  await app.register(fastifyStatic, {
    root: directory,
    serve: false,
    preCompressed: true,
    dotfiles: 'ignore',
    index: false,
    ...SENT_AS_IT_IS,
  });
  for (const address of ['/', '/chat', '/chat/*']) {
    // Read anew each time: a build may replace it while this server runs, and the policy must fit what is sent.
    app.get(address, async (request, reply) => {
      const built = await readFile(join(directory, 'index.html'), 'utf8');
      const html = hideKey ? built : built.replace('<title>', `${KEEP_KEY}<title>`);
      return reply
        .headers(pageHeaders(visitOf(request), importMapHash(html)))
        .type(HTML)
        .send(html);
    });
  }
  for (const name of standingFiles(directory)) {
    app.get(`/${name}`, (request, reply) => reply.headers(fileHeaders(visitOf(request))).sendFile(name));
  }
  app.get<{ Params: { name: string } }>('/assets/:name', (request, reply) => {
    const { name } = request.params;
    if (!isFileName(name)) return reply.callNotFound();
    return reply.headers(assetHeaders(visitOf(request))).sendFile(`assets/${name}`);
  });
}

// The one inline script that the policy allows: the import map, which holds hashes and runs nothing.
function importMapHash(html: string): string | undefined {
  const map = /<script type="importmap">([^<]*)<\/script>/.exec(html)?.[1];
  return map && `sha256-${createHash('sha256').update(map).digest('base64')}`;
}

// Files beside index.html: icon, robots.txt.
function standingFiles(directory: string): readonly string[] {
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name)
    .filter((name) => name !== 'index.html' && isFileName(name));
}

// A file of this directory and no other. Compressed twins are sent in its stead, never by their own name.
function isFileName(name: string): boolean {
  return /^[a-z0-9_][a-z0-9._-]*$/i.test(name) && !/\.(?:br|gz)$/.test(name);
}
