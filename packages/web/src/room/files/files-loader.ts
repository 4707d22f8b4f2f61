// The part of the page for files: what is shared, what waits in the tray, what is on its way.

import { withStyle } from '../../browser/later-style.ts';
import { LaterPart } from '../text/later-part.ts';
import style from './files-part.css?url';

export const filesPart = new LaterPart(() => withStyle(import('./files-part.ts'), style));
