// The card of a new room: people who open a link never see it.

import { LaterPart } from '../text/later-part.ts';

export const createdCard = new LaterPart(() => import('./room-created.tsx'));
