// The heading of a screen. It also names the tab, and takes the focus when the screen changes.

import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { texts } from '../words/start.ts';

type ScreenHeadingProps = {
  /** The tab's title; without one it is just the name of the page. */
  readonly title?: string;
  readonly children: ComponentChildren;
};

export function ScreenHeading({ title, children }: ScreenHeadingProps) {
  useEffect(() => {
    document.title = title === undefined ? texts.brand : texts.screenTitle(title);
  }, [title]);
  return <h1 tabIndex={-1}>{children}</h1>;
}

/** Makes a screen reader announce the new screen. */
export function focusHeading(): void {
  document.querySelector<HTMLElement>('h1[tabindex]')?.focus();
}
