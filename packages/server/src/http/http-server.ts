// Serves the route table over HTTP: checks host, origin, method and body size, then calls the row and sends its answer.

import type { IncomingMessage } from 'node:http';
import { CONTROL_BYTES_MAX } from '@mayfly/protocol';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { background } from '../net/background.ts';
import { plainHeaders } from './headers.ts';
import { clientAddress } from '../guard/network.ts';
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
import type { Clock } from '../net/clock.ts';
import type { TlsFiles } from '../net/certificate.ts';
import { answerAndClose, answerBrokenRequest, createListener } from '../net/listener.ts';
import { type Refusal, refuse } from '../net/refusal.ts';
import { TurnBudget } from '../net/turn-budget.ts';
import type { Events } from '../observe/events.ts';
import {
  type Answer,
  BAD_REQUEST,
  NOT_ALLOWED,
  NOT_FOUND,
  type Params,
  type Route,
  type TransferRoute,
  isRefusal,
  methodsAt,
} from './routes.ts';
import { readBody, sendParts } from './transfers.ts';
import { StoreUnavailable } from '../store/store-unavailable.ts';

export type HttpDeps = {
  readonly routes: readonly Route[];
  readonly rules: OriginRules;
  readonly basePath: string;
  readonly hstsDays: number;
  readonly tls: TlsFiles | undefined;
  readonly events: Events;
  readonly draining: () => boolean;
  readonly clock: Clock;
};

/** How long a body may take that isn't a part of a file. */
const BODY_MS = 10_000;

export async function createHttp(deps: HttpDeps): Promise<FastifyInstance> {
  const app = Fastify({
    serverFactory: (answer) => createListener(deps.tls, answer),
    clientErrorHandler: answerBrokenRequest,
    frameworkErrors: (_error, _request, reply) => {
      refuse(reply.headers(plainHeaders()), BAD_REQUEST);
    },
    bodyLimit: CONTROL_BYTES_MAX,
    logger: false,
    trustProxy: false,
    rewriteUrl: ({ url = '/' }) => withoutBase(url, deps.basePath),
  });
  const visits = new WeakMap<FastifyRequest, Visit>();
  app.addHook('onRequest', async (request, reply) => {
    const refusal = inspect(deps, request, reply, visits);
    if (!isTransfer(deps.routes, request)) expectBody(deps.clock, request.raw);
    if (refusal !== undefined) await refuse(reply, refusal);
  });
  acceptBodies(app);
  answerErrors(app, deps.events);
  for (const route of deps.routes) {
    if (!('transfer' in route)) serve(app, route, deps.rules, visits);
  }
  app.register(async (scope) => {
    serveTransfers(scope, deps, visits);
  });
  return app;
}

const MISDIRECTED: Refusal = { status: 421, error: 'not_allowed', retryAfterMs: 0, hint: HOW_TO_ANSWER };
const WRONG_METHOD: Refusal = { status: 405, error: 'bad_request', retryAfterMs: 0 };
const DRAINING: Refusal = { status: 503, error: 'unavailable', retryAfterMs: 2_000 };
const TROUBLE: Refusal = { status: 503, error: 'unavailable', retryAfterMs: 5_000 };

/** RFC 9110, 9.2.1. Requests with any other method may change something. */
const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD']);

// Runs before a body is read. The plain headers stay unless a row sets its own.
function inspect(
  { routes, rules, hstsDays, events, draining }: HttpDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  visits: WeakMap<FastifyRequest, Visit>,
): Refusal | undefined {
  const verdict = readVisit(rules, request.headers);
  reply.headers(plainHeaders(verdict.ok ? verdict.visit : undefined, hstsDays));
  if (!verdict.ok && !isForAnyHost(routes, request)) {
    events.turnedAway(verdict.reason);
    return verdict.reason === 'malformed' ? BAD_REQUEST : MISDIRECTED;
  }
  if (namesManyHosts(request.raw)) {
    events.turnedAway('malformed');
    return BAD_REQUEST;
  }
  if (request.is404) return refuseUnknown(routes, request, reply);
  if (!verdict.ok) return undefined;
  visits.set(request, verdict.visit);
  if (SAFE_METHODS.has(request.method)) return undefined;
  if (!mayAsk(rules, verdict.visit, request.headers)) {
    events.turnedAway('origin');
    return { ...NOT_ALLOWED, hint: howToAllow(rules, verdict.visit, request.headers) };
  }
  return draining() ? DRAINING : undefined;
}

function isForAnyHost(routes: readonly Route[], { routeOptions }: FastifyRequest): boolean {
  return routes.some((route) => 'anyHost' in route && route.path === routeOptions.url);
}

function isTransfer(routes: readonly Route[], { routeOptions }: FastifyRequest): boolean {
  return routes.some((route) => 'transfer' in route && route.path === routeOptions.url);
}

function expectBody(clock: Clock, request: IncomingMessage): void {
  if (request.headers['content-length'] === undefined && request.headers['transfer-encoding'] === undefined)
    return;
  const patience = clock.after(BODY_MS, () => answerAndClose(request.socket, '408 Request Timeout'));
  const done = () => patience[Symbol.dispose]();
  request.once('end', done).once('close', done);
}

function refuseUnknown(
  routes: readonly Route[],
  { url, method }: FastifyRequest,
  reply: FastifyReply,
): Refusal {
  const allowed = methodsAt(routes, url.split('?', 1)[0] ?? '');
  if (allowed.length === 0 || allowed.includes(method)) return NOT_FOUND;
  reply.header('Allow', allowed.join(', '));
  return WRONG_METHOD;
}

function serve(
  app: FastifyInstance,
  route: Exclude<Route, TransferRoute>,
  { trustProxy }: OriginRules,
  visits: WeakMap<FastifyRequest, Visit>,
): void {
  const { method, path } = route;
  if (route.method === 'GET') {
    app.get<{ Params: Params }>(path, (request, reply) => {
      if ('anyHost' in route) return send(reply, route.answer());
      const visit = visits.get(request);
      if (visit === undefined) throw new Error('a request went past its inspection');
      const acceptEncoding = request.headers['accept-encoding'];
      return send(reply, route.answer({ params: request.params, visit, acceptEncoding }));
    });
    return;
  }
  app.route<{ Params: Params }>({
    method,
    url: path,
    bodyLimit: route.maxBytes,
    handler: async ({ params, body, raw, headers }, reply) => {
      const address = clientAddress(raw.socket.remoteAddress, headers['x-forwarded-for'], trustProxy);
      return send(reply, await route.answer({ params, body, address }));
    },
  });
}

// In a scope of their own, where Fastify reads no body.
function serveTransfers(
  scope: FastifyInstance,
  { routes, rules, events }: HttpDeps,
  visits: WeakMap<FastifyRequest, Visit>,
): void {
  const budget = new TurnBudget();
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', (_request, _body, done) => done(null));
  for (const route of routes) {
    if (!('transfer' in route)) continue;
    const { method, path, transfer } = route;
    scope.route<{ Params: Params }>({
      method,
      url: path,
      handler: async ({ params, raw, headers }, reply) => {
        const visit = visits.get(reply.request);
        if (visit === undefined) throw new Error('a request went past its inspection');
        const address = clientAddress(raw.socket.remoteAddress, headers['x-forwarded-for'], rules.trustProxy);
        const read = (length: number) => readBody(raw, length, budget);
        const answer = await transfer({ params, visit, address, headers, read });
        if (!('parts' in answer)) return send(reply, answer);
        reply.hijack();
        background(sendParts(reply.raw, answer, budget), (error) => events.trouble('http', error));
        return reply;
      },
    });
  }
}

function send(reply: FastifyReply, { headers = {}, ...answer }: Answer): FastifyReply {
  reply.headers(headers);
  return isRefusal(answer) ? refuse(reply, answer) : reply.code(answer.status).send(answer.body);
}

// Bodies stay raw: the protocol's own decoders read them.
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

function answerErrors(app: FastifyInstance, events: Events): void {
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
