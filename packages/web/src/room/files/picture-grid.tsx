// Pictures of a turn that were sent together, side by side.

import type { ComponentChildren } from 'preact';
import type { Bubble } from '../model/turns.ts';
import { isBarePicture, pictureGroups } from './picture-groups.ts';

/**
 * Each picture keeps its element when another one comes beside it, and whatever is no picture when this part is there: in a list
 * of its own it would be drawn anew.
 */
export function drawGrids(
  bubbles: readonly Bubble[],
  draw: (bubble: Bubble, index: number) => ComponentChildren,
): ComponentChildren {
  let index = 0;
  return pictureGroups(bubbles).flatMap((group) => {
    const from = index;
    index += group.length;
    const drawn = group.map((bubble, i) => draw(bubble, from + i));
    const [first] = group;
    if (first === undefined || !isBarePicture(first)) return drawn;
    return (
      <div class={group.length > 1 ? 'pictures pictures--many' : 'pictures'} key={`pictures-${keyOf(first)}`}>
        {drawn}
      </div>
    );
  });
}

function keyOf(bubble: Bubble): string {
  return bubble.type === 'message' ? bubble.message.key : bubble.outgoing.key;
}
