// Lines about what someone did to messages: loaded with the first of them.

import { LaterPart } from '../text/later-part.ts';

export const talkRows = new LaterPart(() => import('./talk-row.tsx'));
