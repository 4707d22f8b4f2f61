// Dragging what is about to be sent into another order: at once with the mouse, after a moment's hold with a finger, which
// scrolls the tray otherwise.

const HOLD_MS = 350;
/** A pointer that goes less far doesn't drag. */
const STILL_PX = 6;
const GRIPS = '[data-item]';

type Press = { readonly pointer: number; readonly x: number; readonly y: number; readonly item: number };

type TrayReader = {
  /** The first goes where the second is. */
  onMove(item: number, to: number): void;
  /** Undefined: it was let go. */
  onDrag(item: number | undefined): void;
};

export class TrayDrag implements Disposable {
  readonly #list: HTMLElement;
  readonly #reader: TrayReader;
  readonly #listening = new AbortController();
  #press: Press | undefined;
  #hold: ReturnType<typeof setTimeout> | undefined;
  #isDragging = false;

  /** In `list`, each item has one element with its number in `data-item`. */
  constructor(list: HTMLElement, reader: TrayReader) {
    this.#list = list;
    this.#reader = reader;
    const { signal } = this.#listening;
    list.addEventListener('pointerdown', (event) => this.#down(event), { signal });
    // On the window: a grip that changes its place loses the pointer.
    window.addEventListener('pointermove', (event) => this.#move(event), { signal });
    for (const end of ['pointerup', 'pointercancel'] as const)
      window.addEventListener(end, () => this.#end(), { signal });
    const keep = (event: Event) => {
      if (this.#isDragging) event.preventDefault();
    };
    window.addEventListener('touchmove', keep, { signal, passive: false });
    list.addEventListener('contextmenu', keep, { signal });
  }

  [Symbol.dispose](): void {
    this.#end();
    this.#listening.abort();
  }

  #down(event: PointerEvent): void {
    const grip = event.target instanceof Element ? event.target.closest(GRIPS) : null;
    if (grip === null || event.button !== 0 || this.#press !== undefined) return;
    this.#press = { pointer: event.pointerId, x: event.clientX, y: event.clientY, item: itemOf(grip) };
    if (event.pointerType === 'touch') this.#hold = setTimeout(() => this.#begin(), HOLD_MS);
  }

  #move(event: PointerEvent): void {
    const press = this.#press;
    if (press?.pointer !== event.pointerId) return;
    const isStill = Math.hypot(event.clientX - press.x, event.clientY - press.y) < STILL_PX;
    if (!this.#isDragging && isStill) return;
    if (!this.#isDragging && event.pointerType === 'touch') this.#end();
    else this.#drag(press.item, event.clientX);
  }

  #drag(item: number, x: number): void {
    if (!this.#isDragging) this.#begin();
    const over = [...this.#list.querySelectorAll(GRIPS)].find((grip) => isAt(grip, x));
    if (over !== undefined && itemOf(over) !== item) this.#reader.onMove(item, itemOf(over));
  }

  #begin(): void {
    this.#isDragging = true;
    this.#reader.onDrag(this.#press?.item);
  }

  #end(): void {
    clearTimeout(this.#hold);
    this.#press = undefined;
    if (this.#isDragging) this.#reader.onDrag(undefined);
    this.#isDragging = false;
  }
}

function isAt(element: Element, x: number): boolean {
  const { left, right } = element.getBoundingClientRect();
  return left <= x && x <= right;
}

function itemOf(grip: Element): number {
  return Number(grip.getAttribute('data-item'));
}
