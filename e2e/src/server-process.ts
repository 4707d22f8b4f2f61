// The server as a stranger runs it: the built program in a process of its own, with what it writes kept for a look.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { memoryOf } from './process-memory.ts';

const PROGRAM = fileURLToPath(new URL('../../packages/server/dist/main.js', import.meta.url));
const STARTED = /https?:\/\/localhost:(\d+)/;

export class ServerProcess implements AsyncDisposable {
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #directory: string;
  readonly #output: string[];

  constructor(port: number, child: ChildProcess, directory: string, output: string[]) {
    this.port = port;
    this.#child = child;
    this.#directory = directory;
    this.#output = output;
  }

  /** All it has written to stdout and stderr. */
  get output(): string {
    return this.#output.join('');
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** What the module that was loaded into the process has to say. `sleptMs`: as if the machine had slept so long before. */
  async ask(sleptMs = 0): Promise<unknown> {
    const answer = once(this.#child, 'message');
    this.#child.send(sleptMs);
    const [said] = await answer;
    return said;
  }

  /** V8's own picture of every object and string it holds. */
  async heapSnapshot(): Promise<Buffer> {
    const before = new Set(await readdir(this.#directory));
    this.#child.kill('SIGUSR2');
    for (;;) {
      const file = (await readdir(this.#directory)).find(
        (name) => name.endsWith('.heapsnapshot') && !before.has(name),
      );
      const snapshot = file === undefined ? Buffer.alloc(0) : readFileSync(join(this.#directory, file));
      // Written in one go from the top; the closing brace is the last byte.
      if (snapshot.subarray(-4).includes('}')) return snapshot;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Every writable page of the process. Linux only. */
  memory(): Buffer {
    return memoryOf(this.pid);
  }

  /** Politely, as Ctrl+C does; answers the exit code. */
  async stop(signal: 'SIGINT' | 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<number | null> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      this.#child.kill(signal);
      await once(this.#child, 'exit');
    }
    return this.#child.exitCode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop('SIGKILL');
    await rm(this.#directory, { recursive: true, force: true });
  }
}

/** `flags` are Node's; a module they load may answer `ask`. `before` is what a shell does first, such as `ulimit -n 256`. */
export async function startServerProcess(
  settings: { readonly [name: string]: string } = {},
  flags: readonly string[] = [],
  before = ':',
): Promise<ServerProcess> {
  const directory = await mkdtemp(join(tmpdir(), 'mayfly-'));
  const node = [process.execPath, '--heapsnapshot-signal=SIGUSR2', `--diagnostic-dir=${directory}`, ...flags];
  const child = spawn('sh', ['-c', `${before}; exec "$@"`, 'sh', ...node, PROGRAM], {
    cwd: directory,
    env: { PATH: process.env['PATH'] ?? '', PORT: '0', RATE_LIMITS: 'off', ...settings },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const output: string[] = [];
  const port = await new Promise<number>((resolve, reject) => {
    const hear = (chunk: Buffer) => {
      output.push(chunk.toString());
      const found = STARTED.exec(output.join(''));
      if (found) resolve(Number(found[1]));
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}: ${output.join('')}`)));
  });
  return new ServerProcess(port, child, directory, output);
}
