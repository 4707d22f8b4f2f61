// The one table of HTTP routes.

import { type HealthDeps, healthRoutes } from './health.ts';
import { type PageOptions, pageRoutes } from './page.ts';
import { type RoomsDeps, roomRoutes } from './rooms-api.ts';
import { BAD_REQUEST, type Route } from './routes.ts';

export type TableDeps = {
  readonly health: HealthDeps;
  readonly rooms: RoomsDeps;
  readonly page: PageOptions;
};

export function routeTable({ health, rooms, page }: TableDeps): readonly Route[] {
  return [...healthRoutes(health), ...roomRoutes(rooms), SOCKET, ...pageRoutes(page)];
}

/** For requests without an upgrade; the gateway takes the others. */
const SOCKET: Route = {
  method: 'GET',
  path: '/ws',
  answer: () => ({ ...BAD_REQUEST, status: 426, headers: { Upgrade: 'websocket' } }),
};
