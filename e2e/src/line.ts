// A person's line to the server, which a test can cut, or let go on in one direction only. The page itself always loads.

import type { BrowserContext, WebSocketRoute } from 'playwright-core';

/** A code outside the table and below its final range: come back (CLOSE-2). */
const TORN = 4499;

type Direction = 'up' | 'down';

export class Line {
  readonly #wires = new Set<WebSocketRoute>();
  readonly #lost: Record<Direction, boolean> = { up: false, down: false };
  #isCut = false;

  /** For every page of that browser that is opened from now on. */
  static async of(context: BrowserContext): Promise<Line> {
    const line = new Line();
    await context.routeWebSocket(/\/ws$/, (wire) => line.#open(wire));
    return line;
  }

  async cut(): Promise<void> {
    this.#isCut = true;
    await Promise.all(Array.from(this.#wires, (wire) => wire.close({ code: TORN })));
    this.#wires.clear();
  }

  mend(): void {
    this.#isCut = false;
    this.#lost.up = false;
    this.#lost.down = false;
  }

  /** From here on nothing arrives in that direction, and neither side notices. */
  lose(direction: Direction): void {
    this.#lost[direction] = true;
  }

  #open(page: WebSocketRoute): void {
    if (this.#isCut) {
      void page.close({ code: TORN });
      return;
    }
    const server = page.connectToServer();
    for (const wire of [page, server]) this.#wires.add(wire);
    page.onMessage((message) => {
      if (!this.#lost.up) server.send(message);
    });
    server.onMessage((message) => {
      if (!this.#lost.down) page.send(message);
    });
  }
}
