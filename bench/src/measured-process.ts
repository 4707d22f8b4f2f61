// A server in a process of its own, and what the operating system says about it. Linux: it reads /proc.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SETTLE = new URL('./settle.js', import.meta.url).href;
const STARTED = /http:\/\/localhost:(\d+)/;
/** The unit of /proc/PID/stat, the same on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;
const STOP_WITHIN_MS = 10_000;
const REST_MS = 250;
const REST_WITHIN_MS = 20_000;

export type Program = {
  /** Of a file, also as a URL. */
  readonly path: string;
  readonly environment?: { readonly [name: string]: string };
  readonly nodeOptions?: readonly string[];
};

/** What is put under load: one process, or several that serve together. */
export type Measured = Pick<MeasuredProcess, 'cpuByProcess' | 'kernelSeconds' | 'rest'>;

export class MeasuredProcess implements AsyncDisposable {
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #directory: string;

  private constructor(port: number, child: ChildProcess, directory: string) {
    this.port = port;
    this.#child = child;
    this.#directory = directory;
  }

  /** Runs until it says on which port of localhost it listens. Rejects with its words if it ends before. */
  static async start({ path, environment, nodeOptions = [] }: Program): Promise<MeasuredProcess> {
    const directory = await mkdtemp(join(tmpdir(), 'mayfly-bench-'));
    const child = spawn(
      process.execPath,
      ['--expose-gc', '--import', SETTLE, ...nodeOptions, fileName(path)],
      {
        cwd: directory,
        env: { PATH: process.env['PATH'] ?? '', NODE_ENV: 'production', ...environment },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    const port = await new Promise<number>((resolve, reject) => {
      let output = '';
      const hear = (chunk: Buffer) => {
        output += chunk.toString();
        const found = STARTED.exec(output);
        if (found) resolve(Number(found[1]));
      };
      child.stdout.on('data', hear);
      child.stderr.on('data', hear);
      child.once('exit', (code) => reject(new Error(`${fileName(path)} ended with ${code}: ${output}`)));
    });
    return new MeasuredProcess(port, child, directory);
  }

  /** User and system time of all its threads so far, to 10 ms. */
  cpuSeconds(): number {
    return cpuSecondsOf(this.#child.pid);
  }

  cpuByProcess(): readonly number[] {
    return [this.cpuSeconds()];
  }

  /** Of that, the system's: what the kernel does for it. */
  kernelSeconds(): number {
    return kernelSecondsOf(this.#child.pid);
  }

  /** Resolves when the process is idle; otherwise the next figure would pay for earlier work. */
  rest(): Promise<void> {
    return untilAtRest(() => this.cpuSeconds());
  }

  /** Resident memory: what it holds of the machine, without the kernel's socket buffers. */
  memoryBytes(): number {
    const status = readFileSync(`/proc/${this.#child.pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
  }

  /** Resident memory once garbage is collected and pages are given back. */
  async settledMemoryBytes(pauseMs: number): Promise<number> {
    for (let round = 0; round < 3; round++) {
      this.#child.kill('SIGUSR2');
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
    return this.memoryBytes();
  }

  /** Begins or ends a look of `sampler.ts`, which is loaded by `Look`. */
  look(): void {
    this.#child.kill('SIGHUP');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const stop = setTimeout(() => this.#child.kill('SIGKILL'), STOP_WITHIN_MS);
      this.#child.kill('SIGTERM');
      await once(this.#child, 'exit');
      clearTimeout(stop);
    }
    await rm(this.#directory, { recursive: true, force: true });
  }
}

/** User and system time of a process so far, to 10 ms. */
export function cpuSecondsOf(pid: number | undefined): number {
  const { user, system } = ticksOf(pid);
  return (user + system) / TICKS_PER_SECOND;
}

export function kernelSecondsOf(pid: number | undefined): number {
  return ticksOf(pid).system / TICKS_PER_SECOND;
}

function ticksOf(pid: number | undefined): CpuTicks {
  return cpuTicks(readFileSync(`/proc/${pid}/stat`, 'utf8'));
}

/** Resolves when the time no longer grows. */
export async function untilAtRest(cpuSeconds: () => number, restMs = REST_MS): Promise<void> {
  const deadline = performance.now() + REST_WITHIN_MS;
  for (let before = -1, now = cpuSeconds(); now !== before; now = cpuSeconds()) {
    if (performance.now() > deadline) throw new Error('the server does not come to rest');
    before = now;
    await new Promise((resolve) => setTimeout(resolve, restMs));
  }
}

export type CpuTicks = { readonly user: number; readonly system: number };

/** utime and stime of a line of /proc/PID/stat; the program's name in it may hold spaces and brackets. */
export function cpuTicks(stat: string): CpuTicks {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { user: Number(fields[11]), system: Number(fields[12]) };
}

/** Processor time of all cores since this system started, in the unit of /proc/stat, and of it what its host gave to others. */
export function machineTicks(stat = readFileSync('/proc/stat', 'utf8')): {
  readonly all: number;
  readonly stolen: number;
} {
  const [user = 0, nice = 0, system = 0, idle = 0, waiting = 0, hard = 0, soft = 0, stolen = 0] = stat
    .slice('cpu '.length, stat.indexOf('\n'))
    .trim()
    .split(/ +/)
    .map(Number);
  return { all: user + nice + system + idle + waiting + hard + soft + stolen, stolen };
}

function fileName(path: string): string {
  return path.startsWith('file:') ? fileURLToPath(path) : path;
}
