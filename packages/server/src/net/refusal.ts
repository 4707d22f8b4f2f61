// How the HTTP side says no: JSON by rule API-4 under /api, one plain line elsewhere, never a stack.

import type { ApiError } from '@mayfly/protocol';
import type { FastifyReply } from 'fastify';

export type Refusal = {
  readonly status: number;
  readonly error: ApiError;
  /** 0: the same request will fail again. */
  readonly retryAfterMs: number;
  /** A sentence for the operator: what to set if this should have worked. */
  readonly hint?: string;
};

export function refuse(reply: FastifyReply, refusal: Refusal): FastifyReply {
  const { status, ...said } = refusal;
  if (said.retryAfterMs > 0) reply.header('Retry-After', Math.ceil(said.retryAfterMs / 1000));
  reply.code(status);
  if (reply.request.url.startsWith('/api/')) return reply.send(said);
  return reply.type('text/plain; charset=utf-8').send(`${said.hint ?? PLAIN[said.error]}\n`);
}

const PLAIN: Record<ApiError, string> = {
  bad_request: 'This request makes no sense here.',
  life_too_long: 'Rooms cannot live that long here.',
  not_allowed: 'This is not allowed here.',
  not_found: 'There is nothing here.',
  too_big: 'This is too big.',
  rate: 'Too many requests. Try again later.',
  server_full: 'This server is full. Try again later.',
  unavailable: 'This server cannot answer right now. Try again later.',
};
