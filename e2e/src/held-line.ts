// A connection that takes as long as a test wants.

import type { WebSocketRoute } from 'playwright-core';
import type { Person } from './stage.ts';

/** Holds this person's connections to the room until it is let go: also those that the page makes meanwhile. */
export async function hold(person: Person): Promise<() => void> {
  // On a slow machine the page loses patience meanwhile.
  person.expectComplaints(/WebSocket is closed before the connection is established/);
  const held: WebSocketRoute[] = [];
  let isFree = false;
  await person.page.routeWebSocket(/\/ws$/, (wire) => {
    if (isFree) wire.connectToServer();
    else held.push(wire);
  });
  return () => {
    isFree = true;
    for (const wire of held) wire.connectToServer();
  };
}
