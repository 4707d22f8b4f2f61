// The peer "bare sockets": no room, no member, no WebSocket beyond what the generator needs to count. What Node's own
// sockets cost, and so what no server on them can be below.

import { type Socket, createServer } from 'node:net';
import { sayPort } from './say-port.ts';

const SWITCH =
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: no\r\n\r\n';
const BINARY = 0x82;
const LENGTH_IN_2_BYTES = 126;
/** Of a client's frame with its length in two bytes: the only kind that this reads. */
const CLIENT_HEAD_BYTES = 8;

class BareRoom {
  readonly #members = new Set<Socket>();
  #framed: Buffer[] = [];

  enter(socket: Socket): void {
    this.#members.add(socket);
    let rest: Buffer = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      rest = this.#passOn(rest.length === 0 ? chunk : Buffer.concat([rest, chunk]));
    });
    socket.on('close', () => this.#members.delete(socket));
  }

  // The mask is zeros: what the generator writes is what its members may read.
  #passOn(bytes: Buffer): Buffer {
    let at = 0;
    while (bytes.length >= at + CLIENT_HEAD_BYTES) {
      const end = at + CLIENT_HEAD_BYTES + bytes.readUInt16BE(at + 2);
      if (bytes.length < end) break;
      if (bytes[at] === BINARY) this.#frame(bytes.subarray(at + CLIENT_HEAD_BYTES, end));
      at = end;
    }
    return bytes.subarray(at);
  }

  #frame(content: Buffer): void {
    const { length } = content;
    if (this.#framed.length === 0) setImmediate(() => this.#write());
    this.#framed.push(
      Buffer.concat([Uint8Array.of(BINARY, LENGTH_IN_2_BYTES, length >>> 8, length & 0xff), content]),
    );
  }

  #write(): void {
    const all = Buffer.concat(this.#framed);
    this.#framed = [];
    for (const member of this.#members) member.write(all);
  }
}

const rooms = new Map<string, BareRoom>();

const server = createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => socket.destroy());
  socket.once('data', (request) => {
    const path = request.toString('latin1').split(' ')[1] ?? '/';
    const room = rooms.get(path) ?? new BareRoom();
    rooms.set(path, room);
    room.enter(socket);
    socket.write(SWITCH);
  });
});

server.listen(0, () => sayPort(server.address()));
