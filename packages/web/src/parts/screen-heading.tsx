// The heading of a screen: names the tab, and takes the focus when a screen replaces another.

import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { texts } from '../texts.ts';

/** The first screen of a page load leaves the focus where the browser put it. */
let isFirstScreen = true;

type ScreenHeadingProps = {
  /** What the tab says; the start page is only called by the name of the whole. */
  readonly title?: string;
  readonly children: ComponentChildren;
};

export function ScreenHeading({ title, children }: ScreenHeadingProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = title === undefined ? texts.brand : title + texts.titleEnd;
  }, [title]);
  useEffect(() => {
    if (!isFirstScreen) heading.current?.focus();
    isFirstScreen = false;
  }, []);
  return (
    <h1 ref={heading} tabIndex={-1}>
      {children}
    </h1>
  );
}
