// The newest messages as short lines with codes, for people who compare what a server shows them.

import { clockTime } from '../../ui/clock-time.ts';
import { shownName } from '../../words/room.ts';
import { messagesToCopy } from '../model/copied-messages.ts';
import type { Timeline } from '../model/timeline.ts';

const LINES = 30;
const CODE_LENGTH = 8;

/** A code names a message: equal exactly for the same one. */
export function linesToCompare(timeline: Timeline): string {
  return messagesToCopy(timeline)
    .slice(-LINES)
    .map(({ at, from, key }) => `${clockTime(at)} ${shownName(from.name)} ${key.slice(0, CODE_LENGTH)}`)
    .join('\n');
}
