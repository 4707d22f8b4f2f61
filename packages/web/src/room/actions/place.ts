// Where the bar and the menu of a message go.

import type { Point } from './message-pointer.ts';

type Box = Pick<DOMRect, 'left' | 'right' | 'top' | 'bottom'>;
type Size = { readonly width: number; readonly height: number };

const GAP_PX = 8;

/** On the side of the bubble that has more room, at half its height; above it where neither side has enough. */
export function beside(size: Size, bubble: Box, frame: Box): Point {
  const [before, after] = [bubble.left - frame.left, frame.right - bubble.right];
  const fits = Math.max(before, after) >= size.width + 2 * GAP_PX;
  const x = after >= before ? bubble.right + GAP_PX : bubble.left - GAP_PX - size.width;
  const middle = (bubble.top + bubble.bottom - size.height) / 2;
  return within(size, { x, y: fits ? middle : bubble.top - size.height + GAP_PX }, frame);
}

/** Beside the bubble, with the lower edges level where the frame lets them be. */
export function menuBeside(size: Size, bubble: Box, frame: Box): Point {
  const { x } = beside(size, bubble, frame);
  return within(size, { x, y: bubble.bottom - size.height }, frame);
}

/** The nearest place where all of it is in the frame. */
export function within({ width, height }: Size, { x, y }: Point, frame: Box): Point {
  return {
    x: clamp(x, frame.left + GAP_PX, frame.right - GAP_PX - width),
    y: clamp(y, frame.top + GAP_PX, frame.bottom - GAP_PX - height),
  };
}

function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(value, most));
}
