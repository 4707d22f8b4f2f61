// Polls, when they are there.

import { withStyle } from '../../browser/later-style.ts';
import { LaterPart } from '../text/later-part.ts';
import style from './polls-part.css?url';

/** Loaded with the first poll that is shown or made. */
export const polls = new LaterPart(() => withStyle(import('./polls-part.ts'), style));
