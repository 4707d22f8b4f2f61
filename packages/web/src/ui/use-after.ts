// A timer for a component.

import { useEffect } from 'preact/hooks';

/** Calls `then` once, `ms` after it was given. Undefined stops the timer. */
export function useAfter(ms: number | undefined, then: () => void): void {
  useEffect(() => {
    if (ms === undefined) return undefined;
    const timer = setTimeout(then, ms);
    return () => clearTimeout(timer);
  }, [ms]);
}
