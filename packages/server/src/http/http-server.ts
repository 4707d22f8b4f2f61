// The HTTP side of the door: who may ask (host, origin, method, size), health, and what answers what.

import { CONTROL_BYTES_MAX } from '@mayfly/protocol';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { plainHeaders } from './headers.ts';
import {
  type OriginRules,
  type Visit,
  HOW_TO_ANSWER,
  howToAllow,
  mayAsk,
  namesManyHosts,
  readVisit,
} from '../guard/origins.ts';
import { withoutBase } from '../net/base-path.ts';
import type { TlsFiles } from '../net/certificate.ts';
import { answerBrokenRequest, createListener } from '../net/listener.ts';
import { servePage } from './page.ts';
import { type Refusal, refuse } from '../net/refusal.ts';
import { type RoomsApi, serveRoomsApi } from './rooms-api.ts';
import type { OngoingIncident } from '../guard/incident.ts';
import { StoreUnavailable } from '../store/store-unavailable.ts';

export type HttpDoor = RoomsApi & {
  readonly rules: OriginRules;
  readonly pageDirectory: string;
  readonly tls: TlsFiles | undefined;
  readonly draining: () => boolean;
  /** Settings of Redis with which rooms may outlive their memory, where the operator allowed that. */
  readonly persistentRedis: readonly string[];
  /** How Redis is, where it is not well. */
  readonly redisOutage: () => OngoingIncident<string> | undefined;
  /** Whether all places for connections are taken. */
  readonly placesIncident: () => OngoingIncident<'full'> | undefined;
};

export async function createHttp(door: HttpDoor): Promise<FastifyInstance> {
  const app = Fastify({
    serverFactory: (answer) => createListener(door.tls, answer),
    clientErrorHandler: answerBrokenRequest,
    frameworkErrors: (_error, _request, reply) => {
      refuse(reply.headers(plainHeaders()), BAD_REQUEST);
    },
    bodyLimit: CONTROL_BYTES_MAX,
    logger: false,
    trustProxy: false,
    rewriteUrl: ({ url = '/' }) => withoutBase(url, door.config.basePath),
  });
  const visits = new WeakMap<FastifyRequest, Visit>();
  app.addHook('onRequest', async (request, reply) => {
    const refusal = inspect(door, request, reply, visits);
    if (refusal !== undefined) await refuse(reply, refusal);
  });
  acceptBodies(app);
  answerErrors(app, door);
  serveHealth(app, door);
  serveRoomsApi(app, door);
  app.get('/ws', (_request, reply) => refuse(reply.header('Upgrade', 'websocket'), UPGRADE_REQUIRED));
  const { hideKey, hstsDays, basePath } = door.config;
  const { publicOrigin } = door.rules;
  servePage(app, { directory: door.pageDirectory, hideKey, hstsDays, publicOrigin, basePath }, (request) => {
    const visit = visits.get(request);
    if (visit === undefined) throw new Error('a request went past its inspection');
    return visit;
  });
  return app;
}

const BAD_REQUEST: Refusal = { status: 400, error: 'bad_request', retryAfterMs: 0 };
const MISDIRECTED: Refusal = { status: 421, error: 'not_allowed', retryAfterMs: 0, hint: HOW_TO_ANSWER };
const NOT_ALLOWED: Refusal = { status: 403, error: 'not_allowed', retryAfterMs: 0 };
const NOT_FOUND: Refusal = { status: 404, error: 'not_found', retryAfterMs: 0 };
const WRONG_METHOD: Refusal = { status: 405, error: 'bad_request', retryAfterMs: 0 };
const UPGRADE_REQUIRED: Refusal = { status: 426, error: 'bad_request', retryAfterMs: 0 };
const DRAINING: Refusal = { status: 503, error: 'unavailable', retryAfterMs: 2_000 };
const TROUBLE: Refusal = { status: 503, error: 'unavailable', retryAfterMs: 5_000 };

// All that is checked before a body is read. The plain headers hold until a route sets its own.
function inspect(
  { config, rules, events, draining }: HttpDoor,
  request: FastifyRequest,
  reply: FastifyReply,
  visits: WeakMap<FastifyRequest, Visit>,
): Refusal | undefined {
  const path = pathOf(request.url);
  const verdict = readVisit(rules, request.headers);
  reply.headers(plainHeaders(verdict.ok ? verdict.visit : undefined, config.hstsDays));
  // Load balancers and orchestrators ask by bare address, if they name a host at all.
  if (!verdict.ok && !HEALTH.has(path)) {
    events.turnedAway(verdict.reason);
    return verdict.reason === 'malformed' ? BAD_REQUEST : MISDIRECTED;
  }
  if (namesManyHosts(request.raw)) {
    events.turnedAway('malformed');
    return BAD_REQUEST;
  }
  if (request.is404) return refuseUnknown(path, request.method, reply);
  if (!verdict.ok) return undefined;
  visits.set(request, verdict.visit);
  if (request.method !== 'POST') return undefined;
  if (!mayAsk(rules, verdict.visit, request.headers)) {
    events.turnedAway('origin');
    return { ...NOT_ALLOWED, hint: howToAllow(rules, verdict.visit, request.headers) };
  }
  return draining() ? DRAINING : undefined;
}

function pathOf(url: string): string {
  return url.split('?', 1)[0] ?? '';
}

const HEALTH = new Set(['/healthz', '/readyz']);
const POSTED = /^\/api\/rooms(?:\/[^/]+\/charter)?$/;
const READ = /^\/(?:$|chat(?:\/|$)|assets\/|healthz$|readyz$|ws$|api\/limits$)/;

function refuseUnknown(path: string, method: string, reply: FastifyReply): Refusal {
  const allowed = POSTED.test(path) ? 'POST' : READ.test(path) ? 'GET, HEAD' : undefined;
  if (allowed === undefined || allowed.split(', ').includes(method)) return NOT_FOUND;
  reply.header('Allow', allowed);
  return WRONG_METHOD;
}

// Bodies come as they are: the protocol's own decoders read them.
function acceptBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'string' },
    async (_request: unknown, body: string) => body,
  );
  app.addContentTypeParser(
    'application/octet-stream',
    { parseAs: 'buffer' },
    async (_request: unknown, body: Buffer) => body,
  );
}

function answerErrors(app: FastifyInstance, { events }: HttpDoor): void {
  app.setNotFoundHandler((_request, reply) => refuse(reply.headers(plainHeaders()), NOT_FOUND));
  app.setErrorHandler((error, _request, reply) => {
    reply.headers(plainHeaders());
    if (error instanceof StoreUnavailable) {
      return refuse(reply, { status: 503, error: error.code, retryAfterMs: error.retryAfterMs });
    }
    const status = statusOf(error);
    if (status === 413) return refuse(reply, { status, error: 'too_big', retryAfterMs: 0 });
    if (status >= 400 && status < 500) return refuse(reply, { ...BAD_REQUEST, status });
    events.trouble('http', error);
    return refuse(reply, TROUBLE);
  });
}

function statusOf(error: unknown): number {
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  return typeof status === 'number' ? status : 500;
}

// A lost Redis is told, and takes nobody out: all nodes lose it at once, and sockets and page need somewhere to be.
function serveHealth(app: FastifyInstance, door: HttpDoor): void {
  const { draining, guard, persistentRedis, redisOutage, placesIncident, space } = door;
  const health = persistentRedis.length === 0 ? { ok: true } : { ok: true, persistentRedis };
  const withRedis = (answer: object) => ({ ...answer, redis: redisOutage() });
  app.get('/healthz', (_request, reply) =>
    reply.send({
      ...withRedis(health),
      load: guard.incident,
      rooms: space.shortage,
      connections: placesIncident(),
    }),
  );
  app.get('/readyz', (_request, reply) =>
    draining() ? reply.code(503).send({ ready: false }) : reply.send(withRedis({ ready: true })),
  );
}
