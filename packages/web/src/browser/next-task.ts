// Work in slices, between which the browser takes input and draws.

/** Runs `run` soon, in a task of its own. Unlike a timer, hidden tabs don't delay it (browsers: up to a minute). */
export function inNextTask(run: () => void): Disposable {
  const { port1, port2 } = new MessageChannel();
  port1.addEventListener('message', () => {
    port1.close();
    run();
  });
  port1.start();
  port2.postMessage(undefined);
  return { [Symbol.dispose]: () => port1.close() };
}
