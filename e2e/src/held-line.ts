// A connection that takes as long as a test wants.

import type { WebSocketRoute } from 'playwright-core';
import type { Person } from './stage.ts';

/** Holds this person's connections to the room until it is let go: also those that the page makes meanwhile. */
export async function hold({ page }: Person): Promise<() => void> {
  const held: WebSocketRoute[] = [];
  let isFree = false;
  await page.routeWebSocket(/\/ws$/, (wire) => {
    if (isFree) wire.connectToServer();
    else held.push(wire);
  });
  return () => {
    isFree = true;
    for (const wire of held) wire.connectToServer();
  };
}
