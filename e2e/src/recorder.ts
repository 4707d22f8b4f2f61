// A wire tap: a TCP relay in front of the server that keeps every byte of both directions.

import { once } from 'node:events';
import { type AddressInfo, type Socket, connect, createServer } from 'node:net';

export class Recorder implements AsyncDisposable {
  readonly port: number;
  readonly #close: () => Promise<void>;
  readonly #connections: Connection[];

  constructor(port: number, connections: Connection[], close: () => Promise<void>) {
    this.port = port;
    this.#connections = connections;
    this.#close = close;
  }

  /** Everything the server sent, as it went over the wire. */
  fromServer(): Buffer {
    return Buffer.concat(this.#connections.flatMap(({ down }) => down));
  }

  /** Everything clients sent; WebSocket frames once more without their mask, which would hide any text. */
  fromClients(): Buffer {
    return Buffer.concat([...this.#connections.flatMap(({ up }) => up), ...this.framesFromClients()]);
  }

  /** What clients sent over WebSockets, frame by frame. */
  framesFromClients(): readonly Buffer[] {
    return this.#connections.flatMap(({ up }) => unmask(Buffer.concat(up)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
  }
}

type Connection = { readonly up: Buffer[]; readonly down: Buffer[] };

export async function recordTraffic(serverPort: number): Promise<Recorder> {
  const connections: Connection[] = [];
  const sockets = new Set<Socket>();
  const relay = createServer((client) => {
    const server = connect(serverPort, '127.0.0.1');
    const connection: Connection = { up: [], down: [] };
    connections.push(connection);
    client.on('data', (bytes) => connection.up.push(bytes));
    server.on('data', (bytes) => connection.down.push(bytes));
    for (const socket of [client, server]) {
      sockets.add(socket);
      socket.on('error', () => [client, server].forEach((end) => end.destroy()));
    }
    client.pipe(server).pipe(client);
  });
  relay.listen(0, '127.0.0.1');
  await once(relay, 'listening');
  const { port } = relay.address() as AddressInfo;
  return new Recorder(port, connections, async () => {
    for (const socket of sockets) socket.destroy();
    relay.close();
    await once(relay, 'close');
  });
}

// Payloads of the client's frames behind an upgrade request (RFC 6455 §5.2). Other traffic yields nothing.
function unmask(bytes: Buffer): Buffer[] {
  const upgrade = bytes.indexOf('\r\n\r\n');
  if (
    upgrade < 0 ||
    !bytes.subarray(0, upgrade).toString('latin1').toLowerCase().includes('upgrade: websocket')
  )
    return [];
  const payloads: Buffer[] = [];
  for (let at = upgrade + 4; at + 2 <= bytes.length;) {
    const short = (bytes[at + 1] ?? 0) & 0x7f;
    const extended = short === 126 ? 2 : short === 127 ? 8 : 0;
    const length =
      extended === 0
        ? short
        : extended === 2
          ? bytes.readUInt16BE(at + 2)
          : Number(bytes.readBigUInt64BE(at + 2));
    const mask = bytes.subarray(at + 2 + extended, at + 6 + extended);
    const payload = bytes.subarray(at + 6 + extended, at + 6 + extended + length);
    payloads.push(payload.map((byte, i) => byte ^ (mask[i % 4] ?? 0)) as Buffer);
    at += 6 + extended + length;
  }
  return payloads;
}
