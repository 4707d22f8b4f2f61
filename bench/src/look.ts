// A server that is looked into while something happens to it: `sampler.ts` runs inside it, this reads what it writes.

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pause } from './load.ts';
import { MeasuredProcess, type Program } from './measured-process.ts';

const SAMPLER = new URL('./sampler.js', import.meta.url).href;
const WRITTEN_WITHIN_MS = 20_000;
const ASK_AGAIN_MS = 50;

export type CallFrame = { readonly functionName: string; readonly url: string; readonly lineNumber: number };

export type CpuProfile = {
  readonly nodes: readonly { readonly id: number; readonly callFrame: CallFrame }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
};

export type HeapNode = {
  readonly callFrame: CallFrame;
  readonly selfSize: number;
  readonly children: readonly HeapNode[];
};

export type HeapProfile = { readonly head: HeapNode };

export class Look implements AsyncDisposable {
  readonly server: MeasuredProcess;
  readonly #directory: string;

  private constructor(server: MeasuredProcess, directory: string) {
    this.server = server;
    this.#directory = directory;
  }

  /** Where its time goes, what it holds, or how late its event loop is. */
  static async into(program: Program, what: 'cpu' | 'heap' | 'lag'): Promise<Look> {
    const directory = await mkdtemp(join(tmpdir(), 'mayfly-look-'));
    const words = new URLSearchParams({ what, file: join(directory, 'seen') });
    const nodeOptions = [...(program.nodeOptions ?? []), '--import', `${SAMPLER}?${words.toString()}`];
    return new Look(await MeasuredProcess.start({ ...program, nodeOptions }), directory);
  }

  /** What was seen from the beginning of `happens` to its end, as the sampler's JSON. */
  async during(happens: () => Promise<unknown>): Promise<unknown> {
    this.server.look();
    await happens();
    this.server.look();
    const file = join(this.#directory, 'seen');
    const deadline = performance.now() + WRITTEN_WITHIN_MS;
    while (performance.now() < deadline) {
      const text = await readFile(file, 'utf8').catch(() => undefined);
      if (text !== undefined) {
        await rm(file);
        return JSON.parse(text);
      }
      await pause(ASK_AGAIN_MS);
    }
    throw new Error('the server wrote down nothing of what it saw');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
    await rm(this.#directory, { recursive: true, force: true });
  }
}
