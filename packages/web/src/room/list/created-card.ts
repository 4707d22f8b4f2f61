// The card of a new room: people who open a link never see it.

import { withStyle } from '../../browser/later-style.ts';
import { LaterPart } from '../text/later-part.ts';
import style from './room-created-part.css?url';

export const createdCard = new LaterPart(() => withStyle(import('./room-created.tsx'), style));
