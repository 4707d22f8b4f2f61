// A route is a row: method, path, body, checks, answer. Whatever writes brings its checks along, so no row can leave them out.

import type { Headers } from './headers.ts';
import type { Visit } from '../guard/origins.ts';
import type { Refusal } from '../net/refusal.ts';

export type Params = { readonly [name: string]: string };

/** `body`: an object is sent as JSON. */
export type Answer = { readonly headers?: Headers } & (
  | Refusal
  | { readonly status: number; readonly body?: object | string | Buffer }
);

type ReadRequest = {
  readonly params: Params;
  readonly visit: Visit;
  /** The header, where there is one. */
  readonly acceptEncoding: string | undefined;
};

/** Answers HEAD as well. `path` is Fastify's: `:name` is one part, `*` the rest. */
export type ReadRoute = {
  readonly method: 'GET';
  readonly path: string;
  readonly answer: (request: ReadRequest) => Answer;
};

/** Answers whatever host is asked for: balancers ask by bare address. */
export type HealthRoute = {
  readonly method: 'GET';
  readonly path: string;
  readonly anyHost: true;
  readonly answer: () => Answer;
};

type WriteRequest = {
  readonly params: Params;
  readonly body: unknown;
  /** The client's. */
  readonly address: string;
};

/** Made by `write`. Before `answer`, origin, draining, type and size of the body have been checked. */
export type WriteRoute = {
  readonly method: WriteMethod;
  readonly path: string;
  readonly maxBytes: number;
  readonly answer: (request: WriteRequest) => Promise<Answer>;
};

export type Route = ReadRoute | HealthRoute | WriteRoute;

type WriteMethod = 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** What a body is, once its content type is known. */
type BodyKind<Body> = { readonly is: (body: unknown) => body is Body };

export const JSON_BODY: BodyKind<string> = { is: (body) => typeof body === 'string' };
export const BYTES_BODY: BodyKind<Uint8Array> = { is: (body) => body instanceof Uint8Array };

type WriteRow<Body, Asked> = {
  readonly method: WriteMethod;
  readonly path: string;
  readonly body: BodyKind<Body>;
  readonly maxBytes: number;
  /** What is asked for. A refused request makes no sense, and counts for no limit. */
  readonly decode: (body: Body, params: Params) => Asked | Refusal;
  /** Undefined: go on, and it counts. */
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

export function isRefusal(answer: object): answer is Refusal {
  return 'retryAfterMs' in answer;
}

/** The methods that work on this path. None: there is nothing there. */
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
const UNSUPPORTED_TYPE: Refusal = { ...BAD_REQUEST, status: 415 };
