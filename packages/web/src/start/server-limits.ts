// What this server allows for new rooms, as far as it was asked.

import type { ServerLimits } from '@mayfly/protocol';
import { signal } from '@preact/signals';

/** Used until the server has sent its own. */
const USUAL_LIMITS: ServerLimits = { life: 30 * 60, lifeMax: 24 * 3600 };

export const serverLimits = signal<ServerLimits>(USUAL_LIMITS);
