// From REDIS_URL to a store.

import type { Clock, RandomBytes } from '../../../net/clock.ts';
import type { StoreLimits } from '../../room-store.ts';
import type { RedisAddress } from '../address.ts';
import type { RedisReport } from '../redis-health.ts';
import { type Library, readLibrary } from '../library.ts';
import type { LinkEvents } from '../link.ts';
import { RedisLink } from '../redis-link.ts';
import { RedisStore } from '../redis-store.ts';
import { claimDataVersion } from './data-version.ts';

export type RedisStoreParts = {
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly limits: StoreLimits;
  /** Receives bugs noticed in background work. */
  readonly onTrouble: (error: unknown) => void;
  readonly report?: RedisReport;
};

/** Throws `StoreUnavailable` when Redis can't be reached, and `DataVersionConflict`. */
export async function connectRedisStore(
  address: RedisAddress,
  parts: RedisStoreParts,
  library: Library = readLibrary(),
): Promise<RedisStore> {
  const links: RedisLink[] = [];
  const connect = (events: LinkEvents) => {
    const link = new RedisLink({ address, library, clock: parts.clock, events });
    links.push(link);
    return link;
  };
  const store = new RedisStore({
    ...parts,
    connect,
    connectFiles: connect,
  });
  try {
    for (const link of links) {
      await link.ready();
      await claimDataVersion(link, () => store.size());
    }
    await store.beat();
    return store;
  } catch (error) {
    await store[Symbol.asyncDispose]();
    throw error;
  }
}
