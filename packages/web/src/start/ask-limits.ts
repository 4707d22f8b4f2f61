// Asks what this server allows for new rooms, when a form to create one is shown.

import { askLimits } from '../browser/limits-answer.ts';
import { serverLimits } from './server-limits.ts';

/** Without an answer the usual limits remain; creating a room then shows what is wrong. */
export async function askServerLimits(): Promise<void> {
  serverLimits.value = (await askLimits()) ?? serverLimits.value;
}
