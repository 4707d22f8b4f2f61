// A route is a row: method, path, body, limit, answer. A row that writes can't be made without its checks.

import type { IncomingHttpHeaders } from 'node:http';
import type { Headers } from './headers.ts';
import type { Visit } from '../guard/origins.ts';
import type { Refusal } from '../net/refusal.ts';

export type Params = { readonly [name: string]: string };

/** An object as `body` is sent as JSON. */
export type Answer = { readonly headers?: Headers } & (
  | Refusal
  | { readonly status: number; readonly body?: object | string | Buffer }
);

type ReadRequest = {
  readonly params: Params;
  readonly visit: Visit;
  /** The header, if there is one. */
  readonly acceptEncoding: string | undefined;
};

/** Also answers HEAD. `path` as in Fastify: `:name` is one segment, `*` the rest. */
export type ReadRoute = {
  readonly method: 'GET';
  readonly path: string;
  readonly answer: (request: ReadRequest) => Answer;
};

/** Answers for any Host: load balancers send a bare address. */
export type HealthRoute = {
  readonly method: 'GET';
  readonly path: string;
  readonly anyHost: true;
  readonly answer: () => Answer;
};

type WriteRequest = {
  readonly params: Params;
  readonly body: unknown;
  /** The client's address. */
  readonly address: string;
};

/** Made by `write`. Origin, draining and body size are checked before `answer` is called. */
export type WriteRoute = {
  readonly method: WriteMethod;
  readonly path: string;
  readonly maxBytes: number;
  readonly answer: (request: WriteRequest) => Promise<Answer>;
};

/** A large answer, sent piece by piece as the client takes it. */
export type Parts = {
  readonly status: number;
  readonly headers: Headers;
  /** Of all parts together. If they end before, the answer breaks off. */
  readonly length: number;
  readonly parts: AsyncIterable<Uint8Array>;
  /** Called once, when nothing more will be sent. */
  readonly onEnd: (sentBytes: number) => void;
};

export type TransferRequest = {
  readonly params: Params;
  readonly visit: Visit;
  /** The client's address. */
  readonly address: string;
  readonly headers: IncomingHttpHeaders;
  /** The body, which must have this length. Undefined: it has another, or the connection broke. */
  readonly read: (length: number) => Promise<Uint8Array | undefined>;
};

/** Bodies too large to be held with the others: the row reads its request itself. The other checks are those of its method. */
export type TransferRoute = {
  readonly method: 'GET' | 'PUT';
  readonly path: string;
  readonly transfer: (request: TransferRequest) => Promise<Answer | Parts>;
};

export type Route = ReadRoute | HealthRoute | WriteRoute | TransferRoute;

type WriteMethod = 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** How a body arrives, by its content type. */
type BodyKind<Body> = { readonly is: (body: unknown) => body is Body };

export const JSON_BODY: BodyKind<string> = { is: (body) => typeof body === 'string' };
export const BYTES_BODY: BodyKind<Uint8Array> = { is: (body) => body instanceof Uint8Array };

type WriteRow<Body, Asked> = {
  readonly method: WriteMethod;
  readonly path: string;
  readonly body: BodyKind<Body>;
  readonly maxBytes: number;
  /** A refusal here doesn't count toward the limit. */
  readonly decode: (body: Body, params: Params) => Asked | Refusal;
  /** Undefined: within the limit, and counted. */
  readonly limit: (address: string) => Refusal | undefined;
  readonly answer: (asked: Asked) => Promise<Answer>;
};

export function write<Body, Asked extends object>(row: WriteRow<Body, Asked>): WriteRoute {
  const { method, path, maxBytes } = row;
  const answer = async ({ body, params, address }: WriteRequest): Promise<Answer> => {
    if (!row.body.is(body)) return UNSUPPORTED_TYPE;
    const asked = row.decode(body, params);
    if (isRefusal(asked)) return asked;
    return row.limit(address) ?? row.answer(asked);
  };
  return { method, path, maxBytes, answer };
}

export function tooOften(slowed: Pick<Refusal, 'retryAfterMs'>): Refusal {
  return { status: 429, error: 'rate', retryAfterMs: slowed.retryAfterMs };
}

export function isRefusal(answer: object): answer is Refusal {
  return 'retryAfterMs' in answer;
}

/** The methods allowed on this path. None: there is nothing there. */
export function methodsAt(routes: readonly Route[], path: string): readonly string[] {
  const methods = routes.filter((route) => patternOf(route.path).test(path)).map(({ method }) => method);
  return [...new Set(methods)].flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
}

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replaceAll('.', '\\.').replaceAll('*', '.*').replace(/:\w+/g, '[^/]+')}$`);
}

export const BAD_REQUEST: Refusal = { status: 400, error: 'bad_request', retryAfterMs: 0 };
export const NOT_ALLOWED: Refusal = { status: 403, error: 'not_allowed', retryAfterMs: 0 };
export const NOT_FOUND: Refusal = { status: 404, error: 'not_found', retryAfterMs: 0 };
export const UNSUPPORTED_TYPE: Refusal = { ...BAD_REQUEST, status: 415 };
