// Marks below messages. Loaded ahead: what waits for a connection says so without one.

import { withStyle } from '../../browser/later-style.ts';
import { LaterPart } from '../text/later-part.ts';
import style from './marks-part.css?url';

export const marksPart = new LaterPart(() => withStyle(import('./marks-part.ts'), style));
