// Which pictures of a turn stand side by side.

import type { Bubble } from '../model/turns.ts';
import { looksLikePicture } from './shared-files.ts';

/** Pictures that were sent further apart stand alone. */
const APART_MS = 10_000;

/** The bubbles in order: pictures that were sent one right after the other together, anything else by itself. */
export function pictureGroups(bubbles: readonly Bubble[]): readonly (readonly Bubble[])[] {
  const groups: Bubble[][] = [];
  for (const bubble of bubbles) {
    const group = groups.at(-1);
    const before = group?.at(-1);
    if (group !== undefined && before !== undefined && belongTogether(before, bubble)) group.push(bubble);
    else groups.push([bubble]);
  }
  return groups;
}

function belongTogether(before: Bubble, bubble: Bubble): boolean {
  return isBarePicture(before) && isBarePicture(bubble) && sentOf(bubble).at - sentOf(before).at < APART_MS;
}

/** With nothing to read. */
export function isBarePicture(bubble: Bubble): boolean {
  const { file, text, replyTo } = sentOf(bubble);
  return file !== undefined && looksLikePicture(file) && !text && replyTo === undefined;
}

function sentOf(bubble: Bubble) {
  return bubble.type === 'message' ? bubble.message : bubble.outgoing;
}
