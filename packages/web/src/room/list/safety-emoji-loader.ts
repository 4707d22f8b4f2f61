// The table of safety emoji: loaded while a room opens, because no text waits for it.

import { LaterPart } from '../text/later-part.ts';

export const safetyEmoji = new LaterPart(() => import('./safety-emoji.ts'));
