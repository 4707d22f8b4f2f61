// The texts about a room that wasn’t made, in English.

import type { ApiError } from '@mayfly/protocol';
import { lifetime } from './quantities.ts';

/** Why no room was made, and what to do. Undefined: they stopped it themselves. */
export function createTrouble(
  reason: ApiError | 'offline' | 'cancelled',
  retryAfterMs: number,
): string | undefined {
  const wait = lifetime(Math.max(1000, retryAfterMs));
  const isSoon = retryAfterMs > 0;
  switch (reason) {
    case 'offline':
      return 'The server can’t be reached. Check your connection, then try again.';
    case 'life_too_long':
      return 'This server doesn’t keep rooms that long. Choose a shorter time under Room options.';
    case 'not_allowed':
      return 'Rooms can’t be created from this page. Ask whoever runs the server.';
    case 'server_full':
      return isSoon ? `The server is full. Try again in ${wait}.` : 'The server is full. Try again later.';
    case 'rate':
      return isSoon
        ? `Too many new rooms just now. Try again in ${wait}.`
        : 'Too many new rooms just now. Try again later.';
    case 'unavailable':
      return isSoon
        ? `The server is busy or restarting. Try again in ${wait}.`
        : 'The server is busy or restarting. Try again later.';
    case 'cancelled':
      return undefined;
    case 'bad_request':
    case 'not_found':
    case 'too_big':
      return 'The server refused this. Reload the page and try again.';
  }
}
