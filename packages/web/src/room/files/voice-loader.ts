// The part of the page for recordings: to make voice messages, and to listen.

import { withStyle } from '../../browser/later-style.ts';
import { LaterPart } from '../text/later-part.ts';
import style from './voice-part.css?url';

export const voicePart = new LaterPart(() => withStyle(import('./voice-part.ts'), style));
