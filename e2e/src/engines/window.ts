// One window of a browser, whatever engine it is and whatever drives it.

/** A point of the view, in CSS pixels. */
export type Point = { readonly x: number; readonly y: number };

export interface EngineWindow extends AsyncDisposable {
  /** Console, content policy, page errors, foreign requests: whatever a clean page has none of. */
  complaints(): Promise<readonly string[]>;
  goTo(url: string): Promise<void>;
  reload(): Promise<void>;
  /** So many steps in the history of the tab: -1 is Back. */
  go(steps: -1 | 1): Promise<void>;
  /** The value of an expression in the page, as JSON. */
  evaluate(expression: string): Promise<unknown>;
  /** The main button of the mouse, down and up. */
  pressAt(point: Point): Promise<void>;
  /** On the keyboard, one key after the other. */
  pressKeys(keys: Iterable<string>): Promise<void>;
}

/** Keys that are no character, by their code points in WebDriver. */
export const KEYS = { escape: '\u{E00C}', enter: '\u{E007}', up: '\u{E013}' };

/** Input actions, which WebDriver and WebDriver BiDi share. */
export function pointerActions({ x, y }: Point) {
  const actions = [
    { type: 'pointerMove', x: Math.round(x), y: Math.round(y) },
    { type: 'pointerDown', button: 0 },
    { type: 'pointerUp', button: 0 },
  ];
  return [{ type: 'pointer', id: 'mouse', parameters: { pointerType: 'mouse' }, actions }];
}

export function keyActions(keys: Iterable<string>) {
  const actions = [...keys].flatMap((value) => [
    { type: 'keyDown', value },
    { type: 'keyUp', value },
  ]);
  return [{ type: 'key', id: 'keyboard', actions }];
}
