// The lines between messages. Loaded ahead: they say what changed while there is no connection, too.

import { LaterPart } from '../text/later-part.ts';

export const noticesPart = new LaterPart(() => import('./notices-part.ts'));
