// What is said about a server that lies. Loaded ahead: that server may not answer for it later.

import { withStyle } from '../../browser/later-style.ts';
import { LaterPart } from '../text/later-part.ts';
import style from './trust-part.css?url';

export const trustPart = new LaterPart(() => withStyle(import('./trust-part.ts'), style));
