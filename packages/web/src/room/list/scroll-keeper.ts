// Keeps the reader's place in the list: at the end if they are there, otherwise where they read.

/** This close to the end counts as there. */
const NEAR_END_PX = 48;
/** Below the faded top edge of the list. */
const BELOW_TOP_PX = 16;
/** This close to the top counts as at the top: what is above may just have changed its height. */
const NEAR_TOP_PX = 48;

type Reader = {
  onAtEnd(atEnd: boolean): void;
  /** Then the place is left to the reader: the list shows a card, which is read from its top. */
  isIdle(): boolean;
  /** Something else may be in sight now. */
  onMoved(): void;
};

type Anchor = { readonly element: Element; readonly top: number };

/**
 * Watches `scroller` and the list in it. Browsers' own anchoring must be off (`overflow-anchor: none`): some don't have
 * it, and two corrections would add up.
 */
export class ScrollKeeper implements Disposable {
  readonly #scroller: HTMLElement;
  readonly #list: HTMLElement;
  readonly #reader: Reader;
  readonly #listening = new AbortController();
  readonly #resized: ResizeObserver;
  #atEnd = true;
  #heights = '';
  #anchor: Anchor | undefined;

  constructor(scroller: HTMLElement, list: HTMLElement, reader: Reader) {
    this.#scroller = scroller;
    this.#list = list;
    this.#reader = reader;
    scroller.addEventListener('scroll', () => this.#scrolled(), {
      passive: true,
      signal: this.#listening.signal,
    });
    // Also when the on-screen keyboard opens: the scroller shrinks.
    this.#resized = new ResizeObserver(() => {
      this.settle();
      this.#look();
    });
    this.#resized.observe(scroller);
    this.#resized.observe(list);
  }

  /** After anything in the list changed, before it is painted. */
  settle(): void {
    if (this.#reader.isIdle()) return;
    if (this.#atEnd) {
      this.#scroller.scrollTop = this.#scroller.scrollHeight;
      this.#heights = this.#measure();
    } else {
      this.#holdAnchor();
    }
    this.#reader.onMoved();
  }

  #holdAnchor(): void {
    if (this.#anchor?.element.isConnected) {
      const moved = this.#topOf(this.#anchor.element) - this.#anchor.top;
      if (moved !== 0) this.#scroller.scrollTop += moved;
    }
    this.#anchor = this.#findAnchor();
  }

  goToEnd(): void {
    this.#atEnd = true;
    this.settle();
  }

  /** Scrolls it to the top; returns false if it is there already, or above. */
  goDownTo(element: Element): boolean {
    const below = Math.floor(this.#topOf(element) - BELOW_TOP_PX);
    if (below <= NEAR_TOP_PX) return false;
    this.#scroller.scrollTop += below;
    this.#look();
    return true;
  }

  /** Scrolls it to the middle, if it isn't in sight. */
  goTo(element: Element): void {
    const { clientHeight } = this.#scroller;
    const top = this.#topOf(element);
    const isInSight = top >= BELOW_TOP_PX && top + element.clientHeight <= clientHeight - BELOW_TOP_PX;
    if (!isInSight)
      this.#scroller.scrollTop += Math.min(
        top - BELOW_TOP_PX,
        top - (clientHeight - element.clientHeight) / 2,
      );
    this.#look();
  }

  /** Keeps what is in sight there, whatever arrives below. */
  stayHere(): void {
    this.#atEnd = false;
    this.#anchor = this.#findAnchor();
  }

  [Symbol.dispose](): void {
    this.#listening.abort();
    this.#resized.disconnect();
  }

  #scrolled(): void {
    if (this.#reader.isIdle()) return;
    // Scroll events come before resize observations: a new size, not the reader, moved the list from its end.
    if (this.#atEnd && this.#heights !== this.#measure()) {
      this.settle();
      return;
    }
    this.#look();
  }

  #look(): void {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroller;
    this.#atEnd = scrollHeight - scrollTop - clientHeight <= NEAR_END_PX;
    this.#anchor = this.#findAnchor();
    this.#reader.onAtEnd(this.#atEnd);
    this.#reader.onMoved();
  }

  #measure(): string {
    return `${this.#scroller.clientHeight} of ${this.#scroller.scrollHeight}`;
  }

  // A message rather than its turn: those above it in the same turn can change their height.
  #findAnchor(): Anchor | undefined {
    const item = this.#firstInSight(this.#list.querySelectorAll(':scope > :not(.log__gap)'));
    const element = (item && this.#firstInSight(item.querySelectorAll('.message'))) ?? item;
    return element && { element, top: this.#topOf(element) };
  }

  // At least partly, by binary search.
  #firstInSight(elements: ArrayLike<Element>): Element | undefined {
    let low = 0;
    let high = elements.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      const element = elements[middle];
      if (element !== undefined && this.#topOf(element) + element.clientHeight > 0) high = middle;
      else low = middle + 1;
    }
    return elements[low];
  }

  #topOf(element: Element): number {
    return element.getBoundingClientRect().top - this.#scroller.getBoundingClientRect().top;
  }
}
