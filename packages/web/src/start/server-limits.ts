// What this server allows for new rooms. Requested when a form to create one is shown.

import { answerText } from '@mayfly/client';
import { decodeServerLimits, type ServerLimits } from '@mayfly/protocol';
import { signal } from '@preact/signals';
import { basePath } from '../browser/base-path.ts';
import { USUAL_LIMITS } from './life-choice.ts';

export const serverLimits = signal<ServerLimits>(USUAL_LIMITS);

/** Without an answer the usual limits remain; creating a room then shows what is wrong. */
export async function askServerLimits(): Promise<void> {
  try {
    const answer = await fetch(`${basePath()}api/limits`);
    const text = answer.ok ? await answerText(answer) : undefined;
    const limits = text === undefined ? undefined : decodeServerLimits(text);
    if (limits !== undefined) serverLimits.value = limits;
  } catch {
    return;
  }
}
