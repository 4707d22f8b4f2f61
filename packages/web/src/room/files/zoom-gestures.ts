// Zooming a picture in its frame: wheel, two fingers, double press; one finger or the mouse moves it, steps to another, or
// closes it.

import { type Point, WHOLE, type Zoom, moved, within, zoomed } from './zoom.ts';

const WHEEL_STEP = 0.002;
const DOUBLE_PRESS = 2.5;
/** A finger that goes this far across, and more than twice as far as up or down, steps; one that goes down so closes. */
const SWIPE_PX = 60;
/** Two taps within this time and distance are a double tap: not every phone reports one by itself. */
const DOUBLE_TAP_MS = 350;
const TAP_PX = 24;

type ZoomReader = {
  onZoom(isZoomed: boolean): void;
  onStep(step: 1 | -1): void;
  onClose(): void;
};

type Tap = Point & { readonly time: number };

export class ZoomGestures implements Disposable {
  readonly #frame: HTMLElement;
  readonly #picture: HTMLElement;
  readonly #reader: ZoomReader;
  readonly #listening = new AbortController();
  readonly #pointers = new Map<number, Point>();
  #zoom = WHOLE;
  #pressedAt: Point | undefined;
  #tapped: Tap | undefined;
  #isTouched = false;

  constructor(frame: HTMLElement, picture: HTMLElement, reader: ZoomReader) {
    this.#frame = frame;
    this.#picture = picture;
    this.#reader = reader;
    const { signal } = this.#listening;
    frame.addEventListener('wheel', (event) => this.#roll(event), { signal, passive: false });
    frame.addEventListener('dblclick', (event) => this.#doublePress(event), { signal });
    frame.addEventListener('pointerdown', (event) => this.#press(event), { signal });
    frame.addEventListener('pointermove', (event) => this.#move(event), { signal });
    for (const end of ['pointerup', 'pointercancel'] as const)
      frame.addEventListener(end, (event) => this.#lift(event), { signal });
  }

  /** Closer, or all of it again. */
  toggle(at: Point = { x: 0, y: 0 }): void {
    this.#show(this.#zoom.scale > 1 ? WHOLE : zoomed(this.#zoom, DOUBLE_PRESS, at));
  }

  by(factor: number, at: Point = { x: 0, y: 0 }): void {
    this.#show(zoomed(this.#zoom, factor, at));
  }

  [Symbol.dispose](): void {
    this.#listening.abort();
  }

  #roll(event: WheelEvent): void {
    event.preventDefault();
    this.by(Math.exp(-event.deltaY * WHEEL_STEP), this.#fromMiddle(event));
  }

  #doublePress(event: MouseEvent): void {
    if (!this.#isTouched) this.toggle(this.#fromMiddle(event));
  }

  #press(event: PointerEvent): void {
    this.#isTouched = event.pointerType === 'touch';
    if (event.target instanceof Element) event.target.setPointerCapture(event.pointerId);
    this.#pointers.set(event.pointerId, pointOf(event));
    this.#pressedAt = this.#pointers.size === 1 ? pointOf(event) : undefined;
  }

  #move(event: PointerEvent): void {
    const before = this.#pointers.get(event.pointerId);
    if (before === undefined) return;
    const now = pointOf(event);
    const other = [...this.#pointers].find(([id]) => id !== event.pointerId)?.[1];
    this.#pointers.set(event.pointerId, now);
    const by = { x: now.x - before.x, y: now.y - before.y };
    if (other === undefined) this.#show(moved(this.#zoom, by));
    else this.by(distance(now, other) / Math.max(1, distance(before, other)), this.#between(now, other));
  }

  #lift(event: PointerEvent): void {
    this.#pointers.delete(event.pointerId);
    const from = this.#pressedAt;
    this.#pressedAt = undefined;
    if (from === undefined || event.type === 'pointercancel') return;
    if (distance(from, pointOf(event)) < TAP_PX) this.#tap(event);
    else if (this.#zoom.scale === 1) this.#swipe(event.clientX - from.x, event.clientY - from.y);
  }

  #tap(event: PointerEvent): void {
    if (!this.#isTouched) return;
    const before = this.#tapped;
    const now = { ...pointOf(event), time: event.timeStamp };
    const isSecond =
      before !== undefined && now.time - before.time < DOUBLE_TAP_MS && distance(before, now) < TAP_PX;
    this.#tapped = isSecond ? undefined : now;
    if (isSecond) this.toggle(this.#fromMiddle(event));
  }

  #swipe(across: number, down: number): void {
    if (Math.abs(across) > SWIPE_PX && Math.abs(across) > 2 * Math.abs(down))
      this.#reader.onStep(across < 0 ? 1 : -1);
    else if (down > SWIPE_PX && down > 2 * Math.abs(across)) this.#reader.onClose();
  }

  #show(zoom: Zoom): void {
    const { offsetWidth: width, offsetHeight: height } = this.#picture;
    this.#zoom = within(zoom, { width, height }, this.#frame.getBoundingClientRect());
    const { scale, x, y } = this.#zoom;
    this.#picture.style.transform = scale === 1 ? '' : `translate(${x}px, ${y}px) scale(${scale})`;
    this.#reader.onZoom(scale > 1);
  }

  #fromMiddle({ clientX, clientY }: MouseEvent): Point {
    const { left, top, width, height } = this.#frame.getBoundingClientRect();
    return { x: clientX - left - width / 2, y: clientY - top - height / 2 };
  }

  #between(a: Point, b: Point): Point {
    const { left, top, width, height } = this.#frame.getBoundingClientRect();
    return { x: (a.x + b.x) / 2 - left - width / 2, y: (a.y + b.y) / 2 - top - height / 2 };
  }
}

function pointOf({ clientX, clientY }: MouseEvent): Point {
  return { x: clientX, y: clientY };
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}
