// The emoji, when they are there.

import { withStyle } from '../../browser/later-style.ts';
import { LaterPart } from '../text/later-part.ts';
import style from './emoji-part.css?url';

/** The panel, and a search by name or code. */
export const emojiPart = new LaterPart(() => withStyle(import('./emoji-part.ts'), style));
