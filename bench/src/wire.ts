// One connection of the generator: a bare TCP socket that counts messages and looks at nothing else.

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type Socket, connect } from 'node:net';
import { FrameReader, OPCODE, clientFrame } from './frames.ts';
import { TurnedAway } from './patience.ts';

/** How one contender speaks, as far as counting needs it. */
export type Dialect = {
  readonly isMessage: (opcode: number, first: number) => boolean;
  /** What has to be answered to stay connected; WebSocket pings are answered anyway. */
  readonly answer?: (opcode: number, first: number) => Buffer | undefined;
};

export type Door = { readonly port: number; readonly path: string; readonly subprotocol?: string };

const PONG = clientFrame(OPCODE.pong, new Uint8Array());
const GREETING_MS = 30_000;

// One buffer for all sockets: each read is looked at before the next begins.
const shared = Buffer.alloc(256 * 1024);

export class Wire {
  /** Messages that came since the greeting was over. */
  messages = 0;
  bytes = 0;
  onMessage: () => void = () => {};
  /** Not by us: a server that closes makes a round worth nothing. */
  lost = false;
  readonly #socket: Socket;
  readonly #dialect: Dialect;
  readonly #reader: FrameReader;
  readonly #texts: string[] = [];
  #wake: () => void = () => {};
  #answer: string | undefined = '';
  #closing = false;

  /** Connects and upgrades; rejects when the server does not switch to WebSocket: `TurnedAway` if it closed instead. */
  static async open(door: Door, dialect: Dialect): Promise<Wire> {
    const wire = new Wire(door.port, dialect);
    await once(wire.#socket, 'connect').catch(putOff);
    wire.#socket.write(upgradeRequest(door));
    await wire.#until(() => wire.#answer === undefined);
    return wire;
  }

  private constructor(port: number, dialect: Dialect) {
    this.#dialect = dialect;
    this.#reader = new FrameReader((opcode, first) => this.#frame(opcode, first));
    this.#socket = connect({
      port,
      host: '127.0.0.1',
      noDelay: true,
      onread: { buffer: shared, callback: (length, buffer) => this.#read(buffer, length) },
    });
    this.#socket.on('error', () => this.#socket.destroy());
    this.#socket.on('close', () => this.#closed());
  }

  write(frame: Buffer): void {
    this.#socket.write(frame);
  }

  /** The next text frame of the greeting. */
  async nextText(): Promise<string> {
    await this.#until(() => this.#texts.length > 0);
    return this.#texts.shift() ?? '';
  }

  /** From now on frames are only counted. The first `behind` messages, come or still to come, are of the past. */
  startCounting(behind: number): void {
    this.#reader.keepText = false;
    this.messages -= behind;
  }

  /** Stops reading, as a reader does that cannot keep up. */
  stall(): void {
    this.#socket.pause();
  }

  drop(): void {
    this.#closing = true;
    this.#socket.destroy();
  }

  #read(chunk: Uint8Array, length: number): boolean {
    this.bytes += length;
    if (this.#answer !== undefined) this.#readAnswer(Buffer.from(chunk.subarray(0, length)));
    else this.#reader.feed(chunk, length);
    return true;
  }

  // The HTTP answer; frames may come in the same breath.
  #readAnswer(chunk: Buffer): void {
    const answer = (this.#answer ?? '') + chunk.toString('latin1');
    const end = answer.indexOf('\r\n\r\n');
    this.#answer = answer;
    if (end < 0) return;
    if (!answer.startsWith('HTTP/1.1 101 ')) return void this.#socket.destroy();
    this.#answer = undefined;
    const rest = Buffer.from(answer.slice(end + 4), 'latin1');
    this.#reader.feed(rest, rest.length);
    this.#wake();
  }

  #frame(opcode: number, first: number): void {
    if (this.#reader.keepText && opcode === OPCODE.text) {
      this.#texts.push(this.#reader.takeText());
      return this.#wake();
    }
    if (this.#dialect.isMessage(opcode, first)) {
      this.messages++;
      if (this.messages > 0) this.onMessage();
      return;
    }
    const answer = opcode === OPCODE.ping ? PONG : this.#dialect.answer?.(opcode, first);
    if (answer !== undefined) this.#socket.write(answer);
  }

  #closed(): void {
    this.lost = !this.#closing;
    this.#wake();
  }

  async #until(met: () => boolean): Promise<void> {
    const deadline = performance.now() + GREETING_MS;
    while (!met()) {
      if (this.#socket.destroyed)
        throw new TurnedAway(`the server closed instead of greeting: ${this.#answer ?? ''}`);
      if (performance.now() > deadline) throw new Error('the server does not greet');
      await new Promise<void>((resolve) => {
        const patience = setTimeout(resolve, GREETING_MS);
        this.#wake = () => {
          clearTimeout(patience);
          resolve();
        };
      });
    }
  }
}

// A server that is busy may close what it has not accepted yet. One that is gone will not come back.
function putOff(error: unknown): never {
  if (isSystemError(error) && error.code !== 'ECONNREFUSED') throw new TurnedAway(error.message);
  throw error;
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error;
}

function upgradeRequest({ port, path, subprotocol }: Door): string {
  const lines = [
    `GET ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    ...(subprotocol === undefined ? [] : [`Sec-WebSocket-Protocol: ${subprotocol}`]),
  ];
  return `${lines.join('\r\n')}\r\n\r\n`;
}
