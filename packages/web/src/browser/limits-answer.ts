// What this server says about rooms made on it.

import { answerText } from '@mayfly/client';
import { decodeServerLimits, type ServerLimits } from '@mayfly/protocol';
import { basePath } from './base-path.ts';

/** Undefined without an answer. */
export async function askLimits(): Promise<ServerLimits | undefined> {
  try {
    const answer = await fetch(`${basePath()}api/limits`);
    const text = answer.ok ? await answerText(answer) : undefined;
    return text === undefined ? undefined : decodeServerLimits(text);
  } catch {
    return undefined;
  }
}
