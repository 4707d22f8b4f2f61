// How a picture is zoomed and moved in its frame. No DOM.

/** `x` and `y`: how far the picture's middle is from the frame's, in CSS pixels. */
export type Zoom = { readonly scale: number; readonly x: number; readonly y: number };
export type Point = { readonly x: number; readonly y: number };
type Size = { readonly width: number; readonly height: number };

/** All of it can be seen. */
export const WHOLE: Zoom = { scale: 1, x: 0, y: 0 };
const SCALE_MAX = 8;

/** The point of the picture that is at `at`, from the frame's middle, stays there. */
export function zoomed(zoom: Zoom, factor: number, at: Point): Zoom {
  const scale = Math.max(1, Math.min(SCALE_MAX, zoom.scale * factor));
  const growth = scale / zoom.scale;
  return { scale, x: at.x - (at.x - zoom.x) * growth, y: at.y - (at.y - zoom.y) * growth };
}

export function moved(zoom: Zoom, { x, y }: Point): Zoom {
  return { ...zoom, x: zoom.x + x, y: zoom.y + y };
}

/** No empty space beside the picture where it could be filled. `picture`: its size when all of it can be seen. */
export function within(zoom: Zoom, picture: Size, frame: Size): Zoom {
  const most = (side: keyof Size) => Math.max(0, (picture[side] * zoom.scale - frame[side]) / 2);
  return {
    scale: zoom.scale,
    x: clamp(zoom.x, most('width')),
    y: clamp(zoom.y, most('height')),
  };
}

// Adding zero makes a negative zero a plain one.
function clamp(value: number, most: number): number {
  return Math.max(-most, Math.min(most, value)) + 0;
}
