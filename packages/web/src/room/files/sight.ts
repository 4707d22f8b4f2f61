// Which elements are in sight: one observer for all, so those that are come first when many are drawn at once.

type Watcher = (isInSight: boolean) => void;

const watchers = new WeakMap<Element, Watcher>();
let observer: IntersectionObserver | undefined;

function observing(): IntersectionObserver {
  observer ??= new IntersectionObserver((entries) => {
    for (const isInSight of [true, false])
      for (const { target, isIntersecting } of entries)
        if (isIntersecting === isInSight) watchers.get(target)?.(isInSight);
  });
  return observer;
}

/** Calls back soon, and with each change, until it is disposed of. */
export function watchSight(element: Element, watcher: Watcher): Disposable {
  watchers.set(element, watcher);
  observing().observe(element);
  return {
    [Symbol.dispose]: () => {
      watchers.delete(element);
      observing().unobserve(element);
    },
  };
}
