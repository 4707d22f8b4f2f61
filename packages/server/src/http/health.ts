// Health checks, for load balancers and operators.

import type { OngoingIncident } from '../guard/incident.ts';
import type { HealthRoute } from './routes.ts';

export type HealthDeps = {
  readonly draining: () => boolean;
  /** Redis settings that may write rooms to disk, if the operator allowed them. */
  readonly persistentRedis: readonly string[];
  /** Each returns undefined while all is well. */
  readonly incidents: {
    readonly redis: () => OngoingIncident<string> | undefined;
    readonly load: () => OngoingIncident<string> | undefined;
    readonly rooms: () => OngoingIncident<string> | undefined;
    readonly connections: () => OngoingIncident<string> | undefined;
  };
};

// Without Redis a node stays ready: all nodes lose it at once, and page and sockets still need one.
export function healthRoutes({ draining, persistentRedis, incidents }: HealthDeps): readonly HealthRoute[] {
  const { redis, load, rooms, connections } = incidents;
  const persistent = persistentRedis.length === 0 ? {} : { persistentRedis };
  return [
    {
      method: 'GET',
      path: '/healthz',
      anyHost: true,
      answer: () => ({
        status: 200,
        body: {
          ok: true,
          ...persistent,
          redis: redis(),
          load: load(),
          rooms: rooms(),
          connections: connections(),
        },
      }),
    },
    {
      method: 'GET',
      path: '/readyz',
      anyHost: true,
      answer: () =>
        draining()
          ? { status: 503, body: { ready: false } }
          : { status: 200, body: { ready: true, redis: redis() } },
    },
  ];
}
