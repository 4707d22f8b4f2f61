// A process that moves files over HTTP, beside the generator of messages: what it does delays no figure of theirs.

import { once } from 'node:events';
import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http';

/** One request. `bytes`: of its body, or of the answer's. */
export type Transfer = {
  readonly method: 'PUT' | 'GET';
  readonly path: string;
  readonly bytes: number;
  readonly headers?: { readonly [name: string]: string };
};

export type Move = {
  readonly port: number;
  /** All at the same time, each with one request after the other. */
  readonly files: readonly (readonly Transfer[])[];
  /** Again and again until it is told to stop. */
  readonly isEndless?: boolean;
  /** Of each file; as fast as it goes if it is not set. */
  readonly bytesPerSecond?: { readonly PUT: number; readonly GET: number };
};

const PORTION = Buffer.alloc(256 * 1024, 7);
const agent = new Agent({ keepAlive: true, maxSockets: Infinity });

/** What is said to it, and what it answers: one for each move. */
export type Order = Move | 'stop';
export type Moved = { readonly bytes: number } | { readonly failed: string };

let stop = new AbortController();

process.on('message', (order: Order) => {
  if (order === 'stop') stop.abort();
  else void moveAll(order);
});

async function moveAll(move: Move): Promise<void> {
  stop = new AbortController();
  try {
    const moved = await Promise.all(move.files.map((file) => moveFile(move, file, stop.signal)));
    answer({ bytes: moved.reduce((sum, bytes) => sum + bytes, 0) });
  } catch (error) {
    answer({ failed: error instanceof Error ? error.message : String(error) });
  }
}

function answer(moved: Moved): void {
  process.send?.(moved);
}

async function moveFile(move: Move, file: readonly Transfer[], stopped: AbortSignal): Promise<number> {
  const pace = new Pace(move.bytesPerSecond?.[file[0]?.method ?? 'GET']);
  let isOver = false;
  while (!isOver && !stopped.aborted) {
    for (const transfer of file) if (!stopped.aborted) await send(move.port, transfer, pace);
    isOver = move.isEndless !== true;
  }
  return pace.moved;
}

/** Counts bytes, and says when the next ones may move. */
class Pace {
  moved = 0;
  readonly #since = performance.now();
  readonly #perSecond: number;

  constructor(perSecond = Infinity) {
    this.#perSecond = perSecond;
  }

  async after(bytes: number): Promise<void> {
    this.moved += bytes;
    const waitMs = this.#since + (this.moved / this.#perSecond) * 1000 - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
}

async function send(port: number, transfer: Transfer, pace: Pace): Promise<void> {
  const { method, path, bytes, headers } = transfer;
  const isUpload = method === 'PUT';
  const asked = request({
    agent,
    host: '127.0.0.1',
    port,
    method,
    path,
    headers: { ...headers, ...(isUpload && { 'Content-Length': bytes }) },
  });
  const answered = once(asked, 'response') as Promise<[IncomingMessage]>;
  // The answer may be there before the pace lets the next request begin.
  await Promise.all([
    isUpload ? sendBody(asked, bytes, pace) : asked.end(),
    answered.then(([answer]) => take(answer, isUpload ? undefined : pace)),
  ]);
}

async function sendBody(asked: ClientRequest, bytes: number, pace: Pace): Promise<void> {
  for (let left = bytes; left > 0; left -= PORTION.length) {
    const portion = PORTION.subarray(0, left);
    if (left > PORTION.length) await written(asked, portion);
    else asked.end(portion);
    await pace.after(portion.length);
  }
}

function written(asked: ClientRequest, portion: Buffer): Promise<void> {
  return new Promise((resolve) => {
    if (asked.write(portion)) resolve();
    else asked.once('drain', resolve);
  });
}

async function take(answer: IncomingMessage, pace: Pace | undefined): Promise<void> {
  const { statusCode = 500 } = answer;
  if (statusCode >= 300) throw new Error(`a file: ${statusCode}`);
  for await (const portion of answer) if (portion instanceof Buffer) await pace?.after(portion.length);
}
