// A server that has much to do puts arrivals off; whoever means to come in comes again, as clients do.

/** The server closed the connection, or said that it has too much to do. */
export class TurnedAway extends Error {}

const PATIENCE_MS = 100_000;
const PAUSE_MS = 100;

/** Until the server takes it. Whatever else goes wrong goes wrong at once. */
export async function persistently<T>(arrive: () => Promise<T>, patienceMs = PATIENCE_MS): Promise<T> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    try {
      return await arrive();
    } catch (error) {
      if (!(error instanceof TurnedAway) || performance.now() > deadline) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}
