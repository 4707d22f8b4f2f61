// The part that draws Markdown.

import { withStyle } from '../../browser/later-style.ts';
import style from './rich-text-part.css?url';
import { LaterPart } from '../text/later-part.ts';

export const richDrawing = new LaterPart(() => withStyle(import('./rich-text.tsx'), style));
