// The visible part of the page: an iPhone's keyboard covers the page and changes only the visual viewport.

/** More than this covered at the bottom is a keyboard; the browser's own bars are smaller. */
const KEYBOARD_PX_MIN = 120;

/** Gives the style sheets the top and height of the visible part, and how much a keyboard covers below it. */
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

/** Pinch zoom changes nothing. */
export function seenPart({ height: shown, offsetTop, scale }: View, pageHeight: number) {
  const height = Math.round(shown * scale);
  const top = scale > 1 ? 0 : Math.round(offsetTop);
  const below = pageHeight - top - height;
  return { top, height, below: below < KEYBOARD_PX_MIN ? 0 : below };
}
