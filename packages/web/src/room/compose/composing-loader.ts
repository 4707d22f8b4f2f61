// What helps with writing a message, when it is there.

import { withStyle } from '../../browser/later-style.ts';
import { LaterPart } from '../text/later-part.ts';
import style from './composing-part.css?url';

export const composing = new LaterPart(() => withStyle(import('./composing.tsx'), style));
