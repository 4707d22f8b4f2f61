// The parts of a room that reading and writing plain text don't need.

import { whenIdle } from '../browser/browser.ts';
import { withStyle } from '../browser/later-style.ts';
import lifeStyle from './life-part.css?url';
import panelsStyle from './panels-part.css?url';
import actionsStyle from './actions/actions-part.css?url';
import ownerStyle from './owner/owner-part.css?url';
import { marksPart } from './list/marks-loader.ts';
import { noticesPart } from './list/notices-loader.ts';
import { trustPart } from './list/trust-loader.ts';
import { LaterPart } from './text/later-part.ts';

export type Panels = typeof import('./panels-part.ts');

/** The dialogs of the room, and the search. */
export const panels = new LaterPart(() => withStyle(import('./panels-part.ts'), panelsStyle));

/** Settings, alerts, the sheet about a person, saved copies. */
export const lifePart = new LaterPart(() => withStyle(import('./life-part.ts'), lifeStyle));

/** What one can do with messages. */
export const messageActions = new LaterPart(() =>
  withStyle(import('./actions/actions-part.ts'), actionsStyle),
);

/** What owners and moderators order. It looks like the settings. */
export const ownerPart = new LaterPart(() => {
  lifePart.want();
  return withStyle(import('./owner/owner-part.ts'), ownerStyle);
});

/** Loads them before they are needed, and before the connection may be gone, while the browser has nothing else to do. */
export function fetchAhead(): void {
  whenIdle(() => {
    messageActions.want();
    panels.want();
    lifePart.want();
    trustPart.want();
    marksPart.want();
    noticesPart.want();
  });
}
