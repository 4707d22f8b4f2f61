// Every way a session says no: the frame the client gets, if any, and the close, if the connection ends with it.

import type { CloseReason, RefusedCode, ServerControl } from '@mayfly/protocol';
import { PAUSE_MS } from '../guard/limits.ts';

/** Without `close` the connection stays open. */
export type Outcome = { readonly say?: ServerControl; readonly close?: CloseReason };

/** Why something is not done now, and when to ask again. */
export type NotNow = { readonly code: RefusedCode; readonly retryAfterMs: number };

/** The outcomes that are always the same. */
export const OUTCOME = {
  denied: { say: { type: 'denied' }, close: 'denied' },
  // Not to be tried again by itself: closed like `denied`.
  wrongPassphrase: { say: { type: 'wrong_passphrase' }, close: 'denied' },
  closed: { say: { type: 'closed' }, close: 'denied' },
  full: { say: { type: 'full' }, close: 'full' },
  flood: { say: refusal({ code: 'rate', retryAfterMs: PAUSE_MS.flood }), close: 'tooFast' },
  roomGone: { say: { type: 'ended', reason: 'expired' }, close: 'ended' },
  replaced: { close: 'replaced' },
  removed: { close: 'kicked' },
  left: { close: 'left' },
  badFrame: { close: 'badFrame' },
  tooBig: { close: 'tooBig' },
  unread: { close: 'tooSlow' },
  gap: { close: 'serverError' },
} as const satisfies Record<string, Outcome>;

/** A join or look may be tried again: the close says so, and the frame before it says when (rule JOIN-6). */
export function putOff(notNow: NotNow): Outcome {
  return { say: refusal(notNow), close: 'busy' };
}

/** One request is refused, and the connection stays (rule REFUSED-1). */
export function refused(notNow: NotNow, n?: number): Outcome {
  return { say: refusal(notNow, n) };
}

/** As `refused`, about the command with this number. */
export function refusedCommand({ code, retryAfterMs }: NotNow, c: number): Outcome {
  return { say: { type: 'refused', c, code, retryAfterMs } };
}

/** As `refusedCommand`, about a frame that prepares a command (rule ROTATE-2). */
export const NO_C = 0;

function refusal({ code, retryAfterMs }: NotNow, n?: number): ServerControl {
  return { type: 'refused', code, retryAfterMs, ...(n !== undefined && { n }) };
}
