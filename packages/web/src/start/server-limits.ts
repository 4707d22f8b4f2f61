// What this server allows for new rooms. Requested when a form to create one is shown.

import type { ServerLimits } from '@mayfly/protocol';
import { signal } from '@preact/signals';
import { askLimits } from '../browser/limits-answer.ts';

/** Used until the server has sent its own. */
export const USUAL_LIMITS: ServerLimits = { life: 30 * 60, lifeMax: 24 * 3600 };

export const serverLimits = signal<ServerLimits>(USUAL_LIMITS);

/** Without an answer the usual limits remain; creating a room then shows what is wrong. */
export async function askServerLimits(): Promise<void> {
  serverLimits.value = (await askLimits()) ?? serverLimits.value;
}
