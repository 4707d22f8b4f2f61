// Moves a slot of a Redis Cluster from one primary to another, step by step, as `redis-cli --cluster reshard` does.

import type { RedisCluster, RedisProcess } from './redis-server.ts';

const ALL = 100_000;
const MIGRATE_WITHIN_MS = 10_000;

export class SlotMove {
  readonly from: RedisProcess;
  readonly to: RedisProcess;
  readonly #primaries: readonly RedisProcess[];
  readonly #slot: number;

  private constructor(
    primaries: readonly RedisProcess[],
    slot: number,
    from: RedisProcess,
    to: RedisProcess,
  ) {
    this.#primaries = primaries;
    this.#slot = slot;
    this.from = from;
    this.to = to;
  }

  /** To the next primary, or `steps` further. */
  static async begin({ primaries }: RedisCluster, slot: number, steps = 1): Promise<SlotMove> {
    const index = await primaryIndexOf(primaries, slot);
    const [from, to] = [primaries[index], primaries.at((index + steps) % primaries.length)];
    if (from === undefined || to === undefined) throw new Error(`no node serves slot ${slot}`);
    await to.ask('CLUSTER', 'SETSLOT', slot, 'IMPORTING', await idOf(from));
    await from.ask('CLUSTER', 'SETSLOT', slot, 'MIGRATING', await idOf(to));
    return new SlotMove(primaries, slot, from, to);
  }

  /** Keys that haven't moved. */
  async keys(): Promise<readonly string[]> {
    const keys = await this.from.ask('CLUSTER', 'GETKEYSINSLOT', this.#slot, ALL);
    return Array.isArray(keys) ? keys.map(String) : [];
  }

  /** Throws when the other side has such a key already. */
  async take(key: string): Promise<void> {
    await this.from.ask('MIGRATE', '127.0.0.1', this.to.port, key, 0, MIGRATE_WITHIN_MS);
  }

  /** Assigns the slot to the new primary everywhere. */
  async finish(): Promise<void> {
    const others = this.#primaries.filter((redis) => redis !== this.from && redis !== this.to);
    const id = await idOf(this.to);
    for (const redis of [this.to, this.from, ...others])
      await redis.ask('CLUSTER', 'SETSLOT', this.#slot, 'NODE', id);
  }

  /** All remaining steps. */
  async complete(): Promise<void> {
    for (const key of await this.keys()) await this.take(key);
    await this.finish();
  }
}

async function primaryIndexOf(primaries: readonly RedisProcess[], slot: number): Promise<number> {
  for (const [index, redis] of primaries.entries()) {
    // Of itself a node says its slots at the end of the line: `… connected 0-5460 5462`.
    const own = String(await redis.ask('CLUSTER', 'NODES'))
      .split('\n')
      .find((line) => line.includes('myself'));
    const ranges = own?.split(' ').slice(8) ?? [];
    const isHere = ranges.some((range) => {
      const [first = NaN, last = first] = range.split('-').map(Number);
      return first <= slot && slot <= last;
    });
    if (isHere) return index;
  }
  throw new Error(`no node serves slot ${slot}`);
}

async function idOf(redis: RedisProcess): Promise<string> {
  return String(await redis.ask('CLUSTER', 'MYID'));
}
