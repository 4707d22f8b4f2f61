// A question that takes the place of the button it is about.

import type { RefObject } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';

type Question = {
  readonly isAsked: boolean;
  readonly ask: () => void;
  readonly drop: () => void;
  /** The button that asks, and then the one that drops the question. */
  readonly focused: RefObject<HTMLButtonElement | null>;
};

/** The focus goes along, there and back: the button that had it is gone. */
export function useQuestion(): Question {
  const [isAsked, setAsked] = useState(false);
  const focused = useRef<HTMLButtonElement>(null);
  const isFirst = useRef(true);
  useLayoutEffect(() => {
    if (!isFirst.current) focused.current?.focus();
    isFirst.current = false;
  }, [isAsked]);
  return { isAsked, ask: () => setAsked(true), drop: () => setAsked(false), focused };
}
