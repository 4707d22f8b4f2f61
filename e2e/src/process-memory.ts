// What a process holds, as the kernel sees it. Linux only.

import { closeSync, openSync, readFileSync, readSync } from 'node:fs';

/** Every writable page, buffers outside any heap included. */
export function memoryOf(pid: number): Buffer {
  const regions = readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n');
  const memory = openSync(`/proc/${pid}/mem`, 'r');
  const parts = regions.filter((line) => / rw/.test(line)).map((line) => readRegion(memory, line));
  closeSync(memory);
  return Buffer.concat(parts);
}

function readRegion(memory: number, line: string): Buffer {
  const [start = 0, end = 0] = line
    .split(' ', 1)
    .flatMap((range) => range.split('-').map((hex) => Number.parseInt(hex, 16)));
  const region = Buffer.alloc(Math.min(end - start, 512 * 1024 * 1024));
  try {
    const length = readSync(memory, region, 0, region.length, start);
    return region.subarray(0, length);
  } catch {
    // Reserved but never touched: nothing to read.
    return Buffer.alloc(0);
  }
}
