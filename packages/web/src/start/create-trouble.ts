// Why no room was made, in words that say what to do.

import type { ApiError } from '@mayfly/protocol';
import { lifetime, texts } from '../words/start.ts';

export function createTroubleText(reason: ApiError | 'offline', retryAfterMs: number): string {
  const words = texts.createTrouble;
  const wait = retryAfterMs > 0 ? `in ${lifetime(Math.max(1000, retryAfterMs))}` : 'later';
  switch (reason) {
    case 'offline':
    case 'life_too_long':
    case 'not_allowed':
      return words[reason];
    case 'server_full':
    case 'rate':
    case 'unavailable':
      return words[reason](wait);
    case 'bad_request':
    case 'not_found':
    case 'too_big':
      return words.other;
  }
}
