// Which part of the page can be seen: an iPhone's keyboard covers the page, and of all sizes changes only this one.

/** What is out of sight below by more than that is behind a keyboard; a browser's own bars are smaller. */
const KEYBOARD_PX_MIN = 120;

/** Tells the styles where the part in sight begins, how tall it is, and how much a keyboard covers below it. */
export function followSeenPart(view: VisualViewport, root: HTMLElement): Disposable {
  const listening = new AbortController();
  const tell = () => {
    for (const [name, px] of Object.entries(seenPart(view, root.clientHeight)))
      root.style.setProperty(`--seen-${name}`, `${px}px`);
    root.dataset['seen'] = '';
  };
  for (const news of ['resize', 'scroll']) view.addEventListener(news, tell, { signal: listening.signal });
  tell();
  return {
    [Symbol.dispose]: () => {
      listening.abort();
      delete root.dataset['seen'];
    },
  };
}

type View = Pick<VisualViewport, 'height' | 'offsetTop' | 'scale'>;

/** A page that two fingers magnify is as tall as before. */
export function seenPart({ height: shown, offsetTop, scale }: View, pageHeight: number) {
  const height = Math.round(shown * scale);
  const top = scale > 1 ? 0 : Math.round(offsetTop);
  const below = pageHeight - top - height;
  return { top, height, below: below < KEYBOARD_PX_MIN ? 0 : below };
}
