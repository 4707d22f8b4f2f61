// The process: environment, clock, signals, exit code. run.ts says what startup does.

import { randomBytes } from 'node:crypto';
import { openSync, readSync } from 'node:fs';
import { networkInterfaces, totalmem } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isatty } from 'node:tty';
import { getHeapSpaceStatistics, getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { background } from './net/background.ts';
import { MemoryGauge, memoryLimit, oldSpaceShare } from './guard/memory.ts';
import { openFilesIn } from './guard/capacity.ts';
import type { Vitals } from './guard/pressure.ts';
import { type Run, run } from './run.ts';

/** Longer than the longest `DRAIN_SECONDS` and what follows it. */
const STOP_WITHIN_MS = 29_000;
/** Under npm one Ctrl+C arrives twice, from the terminal and from npm. A later one means "now". */
const SAME_KEY_MS = 500;

// A log that can't be written (full disk, closed pipe) must not stop the server.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

// Before the start: a signal that comes right after the greeting would otherwise kill.
let running: Run | undefined;
let stoppingSince: number | undefined;
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop);
const hasTerminal = isatty(1);
process.on('SIGHUP', hangUp);

const memoryBytes = memoryLimit(process.constrainedMemory(), totalmem());

running = await run({
  environment: process.env,
  envPath: '.env',
  addresses: lanAddresses(),
  clock: { now: () => performance.now(), after },
  wall: () => Date.now(),
  // Copied onto V8's heap: a small Buffer costs several times its bytes while it is kept.
  random: (length) => Uint8Array.from(randomBytes(length)),
  vitals: watchVitals(),
  memoryBytes,
  stop: () => {
    if (stoppingSince === undefined) stop();
  },
  openFilesMax: openFilesIn(process.report.getReport()),
  say: (line) => {
    process.stdout.write(`${line}\n`);
  },
  complain: (line) => {
    process.stderr.write(`${line}\n`);
  },
});

if (running === undefined) process.exit(1);
process.on('uncaughtException', die);

function stop(): void {
  if (running === undefined) exit(1);
  else if (stoppingSince === undefined) background(leave(running), die);
  else if (performance.now() - stoppingSince > SAME_KEY_MS) exit(1);
}

async function leave({ server }: Run): Promise<void> {
  stoppingSince = performance.now();
  setTimeout(() => exit(1), STOP_WITHIN_MS).unref();
  await server[Symbol.asyncDispose]();
  exit(0);
}

/** Either the terminal was closed, which ends its programs, or the operator wants TLS_CERT and TLS_KEY to be read again. */
function hangUp(): void {
  if (process.platform === 'win32' || isTerminalGone()) stop();
  else if (running !== undefined) background(running.server.renewCertificate(), running.trouble);
}

function isTerminalGone(): boolean {
  return hasTerminal && !isatty(1);
}

function die(error: unknown): void {
  running?.trouble(error);
  exit(1);
}

// Node's own exit aborts, and may dump its memory, if the terminal it wants to restore is gone. The signal ends it cleanly.
function exit(code: number): void {
  if (!isTerminalGone()) process.exit(code);
  process.removeAllListeners('SIGHUP');
  process.kill(process.pid, 'SIGHUP');
}

function after(ms: number, action: () => void): Disposable {
  const timer = setTimeout(action, ms);
  return { [Symbol.dispose]: () => clearTimeout(timer) };
}

/** Each call covers the time since the last one. It opens nothing, because no file descriptor may be left. */
function watchVitals(): () => Vitals {
  const delay = monitorEventLoopDelay();
  delay.enable();
  const memory = new MemoryGauge(
    {
      residentBytes: residentBytes(),
      usedBytes,
      heapShare,
      collectGarbage: garbageCollector(),
      now: () => performance.now(),
    },
    memoryBytes,
  );
  return () => {
    const loopP99Ms = delay.percentile(99) / 1e6;
    delay.reset();
    return { memoryShare: memory.read(), loopP99Ms };
  };
}

function usedBytes(): number {
  const { used_heap_size, external_memory } = getHeapStatistics();
  return used_heap_size + external_memory;
}

function heapShare(): number {
  const options = [...(process.env['NODE_OPTIONS'] ?? '').split(' '), ...process.execArgv];
  return oldSpaceShare(getHeapSpaceStatistics(), getHeapStatistics().heap_size_limit, options);
}

// On Linux, Node opens a file for each reading; this one stays open.
function residentBytes(): () => number {
  if (process.platform !== 'linux') return () => process.memoryUsage.rss();
  const status = openSync('/proc/self/status', 'r');
  const text = Buffer.alloc(4096);
  return () => {
    const length = readSync(status, text, 0, text.length, 0);
    return 1024 * Number(/^VmRSS:\s+(\d+) kB$/m.exec(text.toString('latin1', 0, length))?.[1] ?? 0);
  };
}

function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  return () => {
    if (typeof collect === 'function') collect();
  };
}

function lanAddresses(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address);
}
