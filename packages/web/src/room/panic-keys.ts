// Esc three times within a second is the panic key. Each press still does what Esc does: it closes a dialog or a menu.

type Press = Pick<KeyboardEvent, 'key' | 'repeat' | 'isComposing' | 'timeStamp'>;

const PRESSES = 3;
const WITHIN_MS = 1000;

/** Counts presses of Esc. A key held down is one press; a press that cancels an input method's composition is none. */
export class PanicKeys {
  #times: readonly number[] = [];

  /** Whether this press is the third of three in a row. */
  press({ key, repeat, isComposing, timeStamp }: Press): boolean {
    if (repeat || isComposing) return false;
    if (key !== 'Escape') {
      this.#times = [];
      return false;
    }
    this.#times = [...this.#times, timeStamp].slice(-PRESSES);
    const [first = 0] = this.#times;
    return this.#times.length === PRESSES && timeStamp - first <= WITHIN_MS;
  }
}
