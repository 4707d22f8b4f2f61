// What this server allows for new rooms. Requested when a form to create one is shown.

import type { ServerLimits } from '@mayfly/protocol';
import { signal } from '@preact/signals';
import { askLimits } from '../browser/limits-answer.ts';
import { USUAL_LIMITS } from './life-choice.ts';

export const serverLimits = signal<ServerLimits>(USUAL_LIMITS);

/** Without an answer the usual limits remain; creating a room then shows what is wrong. */
export async function askServerLimits(): Promise<void> {
  serverLimits.value = (await askLimits()) ?? serverLimits.value;
}
