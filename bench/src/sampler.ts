// Loaded into a server that is looked into, beside its own program: SIGHUP begins a look, the next one writes it down.

import { renameSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { monitorEventLoopDelay } from 'node:perf_hooks';

/** Microseconds between samples of the processor, bytes between samples of the heap, ms between looks at the loop. */
const EVERY = { cpu: 200, heap: 8_192, lag: 1 } as const;

type Sampler = { readonly begin: () => void; readonly end: () => void };

const { searchParams } = new URL(import.meta.url);
const file = searchParams.get('file') ?? '';
const { begin, end } = sampler(searchParams.get('what') ?? '');
let looking = false;

process.on('SIGHUP', () => {
  if (looking) end();
  else begin();
  looking = !looking;
});

function sampler(what: string): Sampler {
  if (what === 'lag') return lagSampler();
  const session = new Session();
  session.connect();
  return what === 'heap' ? heapSampler(session) : cpuSampler(session);
}

function cpuSampler(session: Session): Sampler {
  session.post('Profiler.enable');
  session.post('Profiler.setSamplingInterval', { interval: EVERY.cpu });
  return {
    begin: () => session.post('Profiler.start'),
    end: () => session.post('Profiler.stop', (_error, { profile }) => write(profile)),
  };
}

// What was allocated since the beginning and is still there after a collection.
function heapSampler(session: Session): Sampler {
  session.post('HeapProfiler.enable');
  return {
    begin: () => session.post('HeapProfiler.startSampling', { samplingInterval: EVERY.heap }),
    end: () => {
      globalThis.gc?.();
      session.post('HeapProfiler.stopSampling', (_error, { profile }) => write(profile));
    },
  };
}

// Node counts the pause between two looks, also when nothing is late.
function lagSampler(): Sampler {
  const delay = monitorEventLoopDelay({ resolution: EVERY.lag });
  const lateMs = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - EVERY.lag);
  return {
    begin: () => {
      delay.enable();
      delay.reset();
    },
    end: () => write({ p99Ms: lateMs(delay.percentile(99)), maxMs: lateMs(delay.max) }),
  };
}

// Whoever waits for the file never sees half of it.
function write(seen: unknown): void {
  writeFileSync(`${file}.part`, JSON.stringify(seen));
  renameSync(`${file}.part`, file);
}
