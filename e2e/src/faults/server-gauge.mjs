// Loaded into a server's process by tests (`node --expose-gc --import`), never part of it: says over the process's own
// pipe what it holds. Nothing listens on a network.

import { monitorEventLoopDelay } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import { MemoryStore } from '../../../packages/server/dist/store/memory/memory-store.js';

const stores = new Set();
const create = Object.getOwnPropertyDescriptor(MemoryStore.prototype, 'create').value;
MemoryStore.prototype.create = function rememberingCreate(...of) {
  stores.add(this);
  return create.apply(this, of);
};

const delay = monitorEventLoopDelay({ resolution: 5 });
delay.enable();

// A machine that sleeps: only the time of day goes on.
let sleptMs = 0;
const timeOfDay = Date.now;
Date.now = () => timeOfDay() + sleptMs;

process.on('message', (question) => {
  sleptMs += Number(question);
  void answer();
});
process.channel.unref();

async function answer() {
  const rooms = await Promise.all([...stores].map((store) => store.size()));
  const loopP99Ms = delay.percentile(99) / 1e6;
  globalThis.gc();
  const { external_memory } = getHeapStatistics();
  const memory = process.memoryUsage();
  const resources = process.getActiveResourcesInfo();
  process.send({
    rooms: rooms.reduce((sum, size) => sum + size, 0),
    timers: resources.filter((name) => name === 'Timeout').length,
    sockets: resources.filter((name) => name === 'TCPSocketWrap').length,
    heapMiB: memory.heapUsed / 2 ** 20,
    buffersMiB: external_memory / 2 ** 20,
    rssMiB: memory.rss / 2 ** 20,
    loopP99Ms,
  });
  // What was measured here, and the collection above, are not the server's own doing.
  setImmediate(() => delay.reset());
}
