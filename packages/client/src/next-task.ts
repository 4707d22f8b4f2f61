// A task of its own: before it, a page takes its user's keys and draws.

/** Unlike a timer, a message is not delayed in a hidden tab. */
export function inNextTask(run: () => void): void {
  const { port1, port2 } = new MessageChannel();
  port1.addEventListener('message', () => {
    port1.close();
    run();
  });
  port1.start();
  port2.postMessage(undefined);
}
