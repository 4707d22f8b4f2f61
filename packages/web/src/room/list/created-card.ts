// Sharing the link, in a room where one is alone: people who open a link seldom see it.

import { withStyle } from '../../browser/later-style.ts';
import { LaterPart } from '../text/later-part.ts';
import style from './room-created-part.css?url';

export const createdCard = new LaterPart(() => withStyle(import('./room-created-part.ts'), style));
