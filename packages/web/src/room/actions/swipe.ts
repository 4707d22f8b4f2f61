// A swipe to the end of the line answers a message: it follows the finger a little way, and a disc fills beside it.

import { keyOf, messageAt } from './message-finding.ts';

/** How far a message goes with the finger. */
export const SWIPE_PX = 52;
const BEGINS_PX = 12;
/** A swipe is at least so much more sideways than up or down. */
const SIDEWAYS = 2;
const TAP_MS = 10;

/** What scrolls sideways by itself, and what a press works. */
const OTHERS = 'pre, button, a, input';

export type Swiped = {
  readonly key: string;
  /** 0 to 1, where letting go answers. */
  readonly part: number;
};

/** 1 where text runs to the right, -1 where it runs to the left. */
export function partOf(dx: number, direction: 1 | -1): number {
  return Math.min(1, Math.max(0, (dx * direction) / SWIPE_PX));
}

/** `onSwipe` hears of the swipe under way, and undefined at its end. */
export function guideSwipes(
  log: HTMLElement,
  onSwipe: (swiped: Swiped | undefined) => void,
  onReply: (key: string) => void,
  signal: AbortSignal,
): void {
  let swipe: Swipe | undefined;
  const end = (): void => {
    swipe?.end();
    swipe = undefined;
    onSwipe(undefined);
  };
  const down = (event: PointerEvent): void => {
    if (swipe !== undefined) end();
    swipe = Swipe.from(event);
  };
  const move = (event: PointerEvent): void => {
    if (swipe?.follow(event) === false) end();
    else if (swipe?.isUnderWay === true) onSwipe({ key: swipe.key, part: swipe.part });
  };
  const up = (): void => {
    if (swipe?.part === 1) onReply(swipe.key);
    if (swipe !== undefined) end();
  };
  log.addEventListener('pointerdown', down, { signal });
  log.addEventListener('pointermove', move, { signal, passive: true });
  log.addEventListener('pointerup', up, { signal });
  log.addEventListener('pointercancel', () => swipe !== undefined && end(), { signal });
}

class Swipe {
  isUnderWay = false;
  part = 0;
  readonly key: string;
  readonly #message: HTMLElement;
  readonly #from: PointerEvent;
  readonly #direction: 1 | -1;

  /** Undefined where nothing can be swiped. */
  static from(event: PointerEvent): Swipe | undefined {
    const message = messageAt(event.target);
    const isOther = event.target instanceof Element && event.target.closest(OTHERS) !== null;
    if (event.pointerType === 'mouse' || !event.isPrimary || message === undefined || isOther)
      return undefined;
    return new Swipe(message, event);
  }

  constructor(message: HTMLElement, from: PointerEvent) {
    this.#message = message;
    this.#from = from;
    this.#direction = getComputedStyle(message).direction === 'rtl' ? -1 : 1;
    this.key = keyOf(message);
  }

  /** False if it turned out to be no swipe. */
  follow({ clientX, clientY }: PointerEvent): boolean {
    const [dx, dy] = [clientX - this.#from.clientX, clientY - this.#from.clientY];
    if (!this.isUnderWay) {
      if (Math.hypot(dx, dy) < BEGINS_PX) return true;
      if (Math.abs(dx) < SIDEWAYS * Math.abs(dy) || dx * this.#direction < 0) return false;
      this.isUnderWay = true;
    }
    const before = this.part;
    this.part = partOf(dx, this.#direction);
    this.#message.style.translate = `${this.part * SWIPE_PX * this.#direction}px 0`;
    if (this.part === 1 && before < 1) tap();
    return true;
  }

  end(): void {
    this.#message.style.translate = '';
  }
}

/** Where the phone has a motor, and the browser lets a page use it. */
function tap(): void {
  if ('vibrate' in navigator) navigator.vibrate(TAP_MS);
}
