// The heading of a screen: names the tab, and is where the focus goes when a screen replaces another.

import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { texts } from '../words/start.ts';

type ScreenHeadingProps = {
  /** What the tab says; the start page is only called by the name of the whole. */
  readonly title?: string;
  readonly children: ComponentChildren;
};

export function ScreenHeading({ title, children }: ScreenHeadingProps) {
  useEffect(() => {
    document.title = title === undefined ? texts.brand : texts.screenTitle(title);
  }, [title]);
  return <h1 tabIndex={-1}>{children}</h1>;
}

/** A reader who does not see the screen change hears what it is now. */
export function focusHeading(): void {
  document.querySelector<HTMLElement>('h1[tabindex]')?.focus();
}
