// The process: its environment, clock, signals and exit code. What a start does is told in run.ts.

import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { networkInterfaces, totalmem } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import { background } from './background.ts';
import { type Vitals, memoryLimit, memoryShare } from './guard/pressure.ts';
import { type Run, run } from './run.ts';

/** Longer than the longest `DRAIN_SECONDS` and all that follows it. */
const STOP_WITHIN_MS = 29_000;
/** One Ctrl+C under npm comes twice: from the terminal and from npm. A second one means at once. */
const SAME_KEY_MS = 500;

const running = await run({
  environment: process.env,
  envFile: readEnvFile(),
  addresses: lanAddresses(),
  clock: { now: () => performance.now(), after },
  // A short copy lives on V8's own heap: a Buffer of its own costs several times its bytes for as long as it is kept.
  random: (length) => Uint8Array.from(randomBytes(length)),
  vitals: watchVitals(),
  say: (line) => {
    process.stdout.write(`${line}\n`);
  },
  complain: (line) => {
    process.stderr.write(`${line}\n`);
  },
});

if (running === undefined) process.exit(1);

process.on('uncaughtException', die);

let stoppingSince: number | undefined;
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop);

function stop(): void {
  if (stoppingSince !== undefined) {
    if (performance.now() - stoppingSince > SAME_KEY_MS) process.exit(1);
    return;
  }
  stoppingSince = performance.now();
  setTimeout(() => process.exit(1), STOP_WITHIN_MS).unref();
  if (running !== undefined) background(leave(running), die);
}

async function leave({ server }: Run): Promise<void> {
  await server[Symbol.asyncDispose]();
  process.exit(0);
}

function die(error: unknown): void {
  running?.trouble(error);
  process.exit(1);
}

function after(ms: number, action: () => void): Disposable {
  const timer = setTimeout(action, ms);
  return { [Symbol.dispose]: () => clearTimeout(timer) };
}

/** Each call tells of the time since the last one. */
function watchVitals(): () => Vitals {
  const delay = monitorEventLoopDelay();
  delay.enable();
  const limit = memoryLimit(process.constrainedMemory(), totalmem());
  return () => {
    const loopP99Ms = delay.percentile(99) / 1e6;
    delay.reset();
    return { memoryShare: memoryShare(process.memoryUsage.rss(), limit, getHeapStatistics()), loopP99Ms };
  };
}

function readEnvFile(): string | undefined {
  try {
    return readFileSync('.env', 'utf8');
  } catch {
    return undefined;
  }
}

function lanAddresses(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address);
}
