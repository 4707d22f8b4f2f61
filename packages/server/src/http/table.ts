// The one table of HTTP routes.

import { type FilesDeps, fileRoutes } from './files-api.ts';
import { type HealthDeps, healthRoutes } from './health.ts';
import { type PageOptions, pageRoutes } from './page.ts';
import { type RoomsDeps, roomRoutes } from './rooms-api.ts';
import { BAD_REQUEST, type Route } from './routes.ts';

export type TableDeps = {
  readonly health: HealthDeps;
  readonly rooms: RoomsDeps;
  readonly files: FilesDeps;
  readonly page: PageOptions;
};

export function routeTable({ health, rooms, files, page }: TableDeps): readonly Route[] {
  return [...healthRoutes(health), ...roomRoutes(rooms), ...fileRoutes(files), SOCKET, ...pageRoutes(page)];
}

/** For requests without an upgrade; the gateway takes the others. */
const SOCKET: Route = {
  method: 'GET',
  path: '/ws',
  answer: () => ({ ...BAD_REQUEST, status: 426, headers: { Upgrade: 'websocket' } }),
};
