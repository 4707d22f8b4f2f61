// The part of the page that shows one picture large.

import { withStyle } from '../../browser/later-style.ts';
import { LaterPart } from '../text/later-part.ts';
import style from './viewer-part.css?url';

export const viewerPart = new LaterPart(() => withStyle(import('./viewer-part.ts'), style));
