// Programs of the Python client: run to their end, or talked to line by line.

import { type ChildProcessWithoutNullStreams, execFile, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { requirePython } from '../../../scripts/setup/programs.mjs';

const pathOf = (program: string) => fileURLToPath(new URL(program, import.meta.url));

/** What a program prints, line by line; `input` is what it reads. Rejects with what it complains of. */
export async function runPython(
  program: string,
  args: readonly string[],
  input = '',
): Promise<readonly string[]> {
  const running = promisify(execFile)(requirePython(), ['-B', pathOf(program), ...args], {
    maxBuffer: 64 * 1024 * 1024,
  });
  running.child.stdin?.end(input);
  const { stdout } = await running;
  return stdout.trim().split('\n');
}

/** Something the client saw: client.py says what there is. */
export type Sight = { readonly saw: string; readonly [field: string]: unknown };

/** Somebody in a room whose client is client.py. */
export class PythonClient implements AsyncDisposable {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #seen: Sight[] = [];
  readonly #news = new EventEmitter();
  #complaint = '';

  constructor(...args: readonly string[]) {
    this.#process = spawn(requirePython(), ['-B', pathOf('client.py'), ...args]);
    this.#process.stderr.on('data', (text: Buffer) => {
      this.#complaint += text.toString();
    });
    createInterface({ input: this.#process.stdout }).on('line', (line) => {
      this.#seen.push(JSON.parse(line));
      this.#news.emit('news');
    });
    this.#process.on('exit', () => this.#news.emit('news'));
  }

  do(order: { readonly do: string; readonly text?: string }): void {
    this.#process.stdin.write(`${JSON.stringify(order)}\n`);
  }

  say(text: string): void {
    this.do({ do: 'say', text });
  }

  /** The first thing it saw, since it was asked last, that has all these fields. */
  async sees(wanted: Sight): Promise<Sight> {
    const isWanted = (sight: Sight) => Object.entries(wanted).every(([name, value]) => sight[name] === value);
    for (;;) {
      const at = this.#seen.findIndex(isWanted);
      const found = this.#seen[at];
      if (found !== undefined) {
        this.#seen.splice(0, at + 1);
        return found;
      }
      if (this.#process.exitCode !== null) throw new Error(`the client is gone: ${this.#complaint}`);
      await once(this.#news, 'news');
    }
  }

  async log(): Promise<Sight> {
    this.do({ do: 'log' });
    return this.sees({ saw: 'log' });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode !== null) return;
    const gone = once(this.#process, 'exit');
    this.#process.kill();
    await gone;
  }
}
