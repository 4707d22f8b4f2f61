// What runs inside of the measured pages. Each function is sent there by itself, so it uses nothing from outside of it.

/** What `noteWhatHappens` leaves for the others, as `globalThis.bench`. */
export type InPage = {
  /** Milliseconds from the beginning of the page until the button is there. */
  readonly ready: Promise<number>;
  /** Resolves when this is the last message, and drawn: with the milliseconds since the last click. */
  last(text: string): Promise<number>;
  /** Since the last call. */
  take(): { readonly tasks: number; readonly longestMs: number; readonly keyMs: readonly number[] };
};

/** Before anything else of the page. `button`: the text of the one that joins. */
export function noteWhatHappens(button: string): void {
  const notes = { tasks: 0, longestMs: 0, keyMs: new Array<number>() };
  const noteTask = ({ duration }: PerformanceEntry) => {
    notes.tasks += 1;
    notes.longestMs = Math.max(notes.longestMs, duration);
  };
  new PerformanceObserver((list) => list.getEntries().forEach(noteTask)).observe({ type: 'longtask' });
  let clickedAt = 0;
  addEventListener('click', ({ timeStamp }) => void (clickedAt = timeStamp), true);
  addEventListener('keydown', ({ timeStamp }) => notes.keyMs.push(performance.now() - timeStamp), true);

  const when = (isSo: () => boolean) =>
    new Promise<number>((resolve) => {
      const look = () => {
        if (isSo()) resolve(performance.now() - clickedAt);
        else requestAnimationFrame(look);
      };
      look();
    });
  const bubbles = document.getElementsByClassName('bubble');
  const inPage: InPage = {
    ready: when(() =>
      [...document.querySelectorAll('button')].some(({ textContent }) => textContent === button),
    ),
    // The frame after the one in which it was found: then that one is drawn.
    last: async (text) => {
      await when(() => bubbles[bubbles.length - 1]?.textContent === text);
      return (await new Promise(requestAnimationFrame).then(() => performance.now())) - clickedAt;
    },
    take: () => {
      const { tasks, longestMs, keyMs } = notes;
      Object.assign(notes, { tasks: 0, longestMs: 0, keyMs: [] });
      return { tasks, longestMs, keyMs };
    },
  };
  Object.assign(globalThis, { bench: inPage });
}
