// The reader's place in the list, and the ways to another one: also to what isn't drawn yet.

import { computed, effect, signal } from '@preact/signals';
import type { RoomView } from '../model/room-view.ts';
import { LaterPart } from '../text/later-part.ts';
import type { Drawn } from './drawn-window.ts';
import { elementOf, flash, markFound } from './message-element.ts';
import { ScrollKeeper } from './scroll-keeper.ts';

/** Up to so many blocks, everything is drawn. Only longer rooms need the window, which draws no more than these. */
const BLOCKS_MAX = 6;
/** Of a history that was just opened, before anything is painted: more than any screen shows. */
const FIRST_BLOCKS = 2;
const windowPart = new LaterPart(() => import('./list-window.ts'));

export class ListPlace {
  readonly #view: RoomView;
  #keeper: ScrollKeeper | undefined;
  #list: HTMLElement | undefined;
  readonly #isPrinting = signal(false);
  readonly #isPainted = signal(false);
  // Takes the reader there once it is drawn; false until then.
  #arrive: (() => boolean) | undefined;

  constructor(view: RoomView) {
    this.#view = view;
  }

  readonly #window = computed(() => {
    const part = windowPart.loaded.value;
    return part && new part.ListWindow(this.#view.timeline.blocks);
  });

  readonly drawn = computed((): Drawn => {
    const { value: blocks } = this.#view.timeline.blocks;
    if (this.#isPrinting.value) return { blocks, above: 0, below: 0 };
    if (!this.#isPainted.value) return { blocks: blocks.slice(-FIRST_BLOCKS), above: 0, below: 0 };
    return this.#window.value?.drawn.value ?? { blocks: blocks.slice(-BLOCKS_MAX), above: 0, below: 0 };
  });

  /** The newest messages aren't drawn. */
  readonly isFar = computed(() => this.drawn.value.below > 0);

  get #isBusy(): boolean {
    const { facts, timeline } = this.#view;
    const more = !this.#isPainted.value && timeline.blocks.value.length > FIRST_BLOCKS;
    return facts.value === undefined || more || this.#window.value?.isMoving.value === true;
  }

  /** Returns a function that stops it. */
  watch(scroller: HTMLElement, list: HTMLElement): () => void {
    const { unread, opening } = this.#view;
    this.#list = list;
    const keeper = new ScrollKeeper(scroller, list, {
      onAtEnd: (atEnd) => {
        unread.atEnd.value = atEnd;
      },
      isIdle: () => opening.peek() === 'created',
      onMoved: () => {
        if (!this.#isPrinting.peek()) this.#window.peek()?.look(scroller, list, unread.atEnd.peek());
      },
    });
    this.#keeper = keeper;
    // At once: until the next frame, the keeper would still report the place that was left, and a screen reader hear what
    // isn't new.
    const printing = new AbortController();
    for (const event of ['beforeprint', 'afterprint'])
      window.addEventListener(event, () => this.#print(event), { signal: printing.signal });
    const stops = [
      () => printing.abort(),
      effect(() => {
        if (this.#view.timeline.blocks.value.length > BLOCKS_MAX) windowPart.want();
      }),
      effect(() => this.#follow()),
      effect(() => scroller.setAttribute('aria-busy', String(this.#isBusy))),
      effect(() => scroller.setAttribute('aria-live', this.isFar.value ? 'off' : 'polite')),
    ];
    return () => {
      for (const stop of stops) stop();
      keeper[Symbol.dispose]();
      this.#window.peek()?.[Symbol.dispose]();
    };
  }

  #print(event: string): void {
    this.#isPrinting.value = event === 'beforeprint';
  }

  /** After anything in the list changed, before it is painted. */
  rendered(): void {
    if (this.#arrive?.() === true) this.#arrive = undefined;
    this.#keeper?.settle();
    if (this.#view.facts.peek() !== undefined && !this.#isPainted.peek())
      requestAnimationFrame(() => setTimeout(() => (this.#isPainted.value = true)));
  }

  /** Goes where a press has led. */
  answer(): void {
    const asked = this.#view.jump.value;
    this.#view.jump.value = undefined;
    if (asked !== undefined) this.#goTo(asked.key, asked.marks === true ? markFound : flash);
  }

  /** To the first of the new messages, and from there to the newest. */
  goDown(): void {
    const { count, atEnd } = this.#view.unread;
    const divider = () => this.#list?.querySelector('.divider--new') ?? undefined;
    const goTo = (one = divider()) => one !== undefined && this.#keeper?.goDownTo(one) === true;
    if (count.value > 0 && goTo()) return;
    if (count.value > 0 && this.#window.peek()?.showNew() === true)
      this.#arrive = () => goTo() || divider() !== undefined;
    else atEnd.value = true;
  }

  #follow(): void {
    if (!this.#view.unread.atEnd.value) return this.#keeper?.stayHere();
    this.#arrive = undefined;
    this.#keeper?.goToEnd();
  }

  #goTo(key: string, mark: (element: HTMLElement) => void): void {
    const message = this.#view.timeline.message(key);
    if (message === undefined) return;
    if (this.#view.isMuted(message.from)) {
      this.#view.unfold(key);
      // Once it is drawn.
      setTimeout(() => this.rendered());
    }
    this.#view.unread.atEnd.value = false;
    this.#arrive = () => {
      const element = this.#list && elementOf(this.#list, key);
      if (element === undefined) return false;
      this.#keeper?.goTo(element);
      mark(element);
      return true;
    };
    this.#window.peek()?.showMessage(key);
    this.rendered();
  }
}
