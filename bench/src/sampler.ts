// Loaded into a server that is looked into, beside its own program: SIGHUP begins a look, the next one writes it down.

import { renameSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';

/** Microseconds between samples of the processor, bytes between samples of the heap. */
const EVERY = { cpu: 200, heap: 8_192 } as const;

const { searchParams } = new URL(import.meta.url);
const file = searchParams.get('file') ?? '';
const session = new Session();
session.connect();
const { begin, end } = searchParams.get('what') === 'heap' ? heapLook() : cpuLook();
let looking = false;

process.on('SIGHUP', () => {
  if (looking) end();
  else begin();
  looking = !looking;
});

function cpuLook() {
  session.post('Profiler.enable');
  session.post('Profiler.setSamplingInterval', { interval: EVERY.cpu });
  return {
    begin: () => session.post('Profiler.start'),
    end: () => session.post('Profiler.stop', (_error, answer) => write(answer)),
  };
}

// What was allocated since the beginning and is still there after a collection.
function heapLook() {
  session.post('HeapProfiler.enable');
  return {
    begin: () => session.post('HeapProfiler.startSampling', { samplingInterval: EVERY.heap }),
    end: () => {
      globalThis.gc?.();
      session.post('HeapProfiler.stopSampling', (_error, answer) => write(answer));
    },
  };
}

function write(answer: { readonly profile: unknown }): void {
  writeFileSync(`${file}.part`, JSON.stringify(answer.profile));
  renameSync(`${file}.part`, file);
}
