// The parts of a room that reading and writing plain text don't need.

import { whenIdle } from '../browser/browser.ts';
import { withStyle } from '../browser/later-style.ts';
import panelsStyle from './panels-part.css?url';
import { LaterPart } from './text/later-part.ts';

export type Panels = typeof import('./panels-part.ts');

/** The dialogs of the room, and the search. */
export const panels = new LaterPart(() => withStyle(import('./panels-part.ts'), panelsStyle));

/** Loads them before they are needed, while the browser has nothing else to do. */
export function fetchAhead(): void {
  whenIdle(() => panels.want());
}
