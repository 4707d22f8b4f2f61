// A TCP relay with bad habits: late, slow, cut, silent. Seeded, and its time is injected.

import { once } from 'node:events';
import { type AddressInfo, type Server, type Socket, connect, createServer } from 'node:net';
import type { Clock } from '@mayfly/client';
import { SeededRandom } from '../../../packages/server/src/testing/random.ts';

export type LineQuality = {
  readonly latencyMs?: number;
  readonly jitterMs?: number;
  /** In each direction. */
  readonly bytesPerSecond?: number;
  /** A new connection is reset once this many bytes have passed, both directions counted. */
  readonly cutAfterBytes?: number;
};

export class FaultProxy implements AsyncDisposable {
  /** For bytes that come from now on. */
  quality: LineQuality = {};
  /** New connections are reset at once. */
  refusing = false;
  /** New connections are taken, and nothing comes of them. */
  swallowing = false;
  /** Where new connections lead, on this machine. */
  target: number;
  /** How many connections were reset, cut or silenced. */
  broken = 0;
  readonly port: number;
  readonly #listener: Server;
  readonly #lines: Set<Line>;

  private constructor(port: number, target: number, listener: Server, lines: Set<Line>) {
    this.port = port;
    this.target = target;
    this.#listener = listener;
    this.#lines = lines;
  }

  /** In front of a port of this machine. */
  static async before(target: number, clock: Clock, seed = 1): Promise<FaultProxy> {
    const random = new SeededRandom(seed);
    const lines = new Set<Line>();
    const listener = createServer((client) => {
      if (proxy.refusing) return void client.resetAndDestroy();
      const line: Line = new Line(client, connect(proxy.target, '127.0.0.1'), {
        clock,
        delay: () => {
          const { latencyMs = 0, jitterMs = 0 } = proxy.quality;
          return latencyMs + random.below(jitterMs + 1);
        },
        quality: () => proxy.quality,
        gone: () => lines.delete(line),
        cut: () => proxy.#break(() => line.reset()),
      });
      lines.add(line);
      if (proxy.swallowing) line.silence();
    });
    listener.listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const proxy = new FaultProxy((listener.address() as AddressInfo).port, target, listener, lines);
    return proxy;
  }

  get size(): number {
    return this.#lines.size;
  }

  /** Both ends of every connection are reset. */
  resetAll(): void {
    for (const line of this.#lines) this.#break(() => line.reset());
  }

  /** Every open connection falls silent but stays open: neither end ever finds out from TCP. */
  silenceAll(): void {
    for (const line of this.#lines) this.#break(() => line.silence());
  }

  /** As `resetAll` or `silenceAll`, for one of them. */
  breakOne(random: SeededRandom, how: 'reset' | 'silence'): void {
    const line = [...this.#lines][random.below(Math.max(1, this.#lines.size))];
    if (line !== undefined) this.#break(() => line[how]());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const line of this.#lines) line.reset();
    this.#listener.close();
    await once(this.#listener, 'close');
  }

  #break(how: () => void): void {
    this.broken += 1;
    how();
  }
}

type Surroundings = {
  readonly clock: Clock;
  readonly delay: () => number;
  readonly quality: () => LineQuality;
  readonly gone: () => void;
  readonly cut: () => void;
};

/** Read and not passed on yet; beyond it the sender is left waiting, as by a full queue of the network. */
const QUEUE_BYTES_MAX = 32 * 1024;

class Line {
  readonly #ends: readonly [Socket, Socket];
  readonly #world: Surroundings;
  readonly #timers = new Set<Disposable>();
  readonly #cutAfterBytes: number;
  #passed = 0;
  #isSilent = false;

  constructor(client: Socket, server: Socket, world: Surroundings) {
    this.#ends = [client, server];
    this.#world = world;
    this.#cutAfterBytes = world.quality().cutAfterBytes ?? Number.POSITIVE_INFINITY;
    this.#relay(client, server);
    this.#relay(server, client);
  }

  reset(): void {
    for (const timer of this.#timers) timer[Symbol.dispose]();
    for (const end of this.#ends) end.resetAndDestroy();
    this.#world.gone();
  }

  silence(): void {
    this.#isSilent = true;
    for (const timer of this.#timers) timer[Symbol.dispose]();
  }

  #relay(from: Socket, to: Socket): void {
    const { clock, delay, quality } = this.#world;
    let free = 0;
    let queued = 0;
    // Timers of a process may ring out of order by a millisecond; bytes never overtake bytes.
    const waiting: (() => void)[] = [];
    const later = (travelMs: number, act: () => void) => {
      free = Math.max(free, clock.now() + delay()) + travelMs;
      waiting.push(act);
      const timer = clock.after(free - clock.now(), () => {
        this.#timers.delete(timer);
        waiting.shift()?.();
      });
      this.#timers.add(timer);
    };
    from.setNoDelay(true);
    from.on('data', (bytes: Buffer) => {
      if (this.#isSilent) return;
      const { bytesPerSecond = Number.POSITIVE_INFINITY } = quality();
      queued += bytes.length;
      if (queued > QUEUE_BYTES_MAX) from.pause();
      later((bytes.length / bytesPerSecond) * 1_000, () => {
        queued -= bytes.length;
        if (queued <= QUEUE_BYTES_MAX) from.resume();
        this.#pass(bytes, to);
      });
    });
    from.on('end', () => {
      if (!this.#isSilent) later(0, () => to.end());
    });
    from.on('error', () => this.#otherEndBreaks(to));
    from.on('close', () => {
      if (this.#ends.every((end) => end.destroyed)) this.#world.gone();
    });
  }

  #pass(bytes: Buffer, to: Socket): void {
    const left = this.#cutAfterBytes - this.#passed;
    this.#passed += bytes.length;
    to.write(bytes.subarray(0, left));
    if (this.#passed >= this.#cutAfterBytes) this.#world.cut();
  }

  // A silent connection doesn't learn that the other end is gone.
  #otherEndBreaks(to: Socket): void {
    if (!this.#isSilent) to.destroy();
  }
}
