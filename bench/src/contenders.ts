// The contenders: Mayfly and its peers, each as a program, a way into a room, and a message on the wire.

import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { ENVELOPE_OVERHEAD, ENVELOPE_TYPE, type Position, concat, u32, u8 } from '@mayfly/protocol';
import { OPCODE, clientFrame, contentOffset } from './frames.ts';
import { type BenchKey, type BenchRoom, join, makeRoom, newKey } from './mayfly-rooms.ts';
import type { Program } from './measured-process.ts';
import { type Dialect, Wire } from './wire.ts';

export type Visit = {
  readonly wire: Wire;
  /** Once the wire is dropped: the same member again, from the place they know. Peers know no such thing. */
  readonly comeBack?: () => Promise<Visit>;
};

/** Lets one more member into a room. */
export type RoomDoor = () => Promise<Visit>;

export type Contender = {
  readonly name: string;
  readonly program: Program;
  readonly openRoom: (port: number) => Promise<RoomDoor>;
  /** The member's `n`-th message, with so many bytes of sealed text, as it goes onto the wire. */
  readonly writer: (bucket: number) => (n: number) => Buffer;
};

/** Under this name, and in this order, the contenders stand in the report. */
export const MAYFLY = 'Mayfly';
/** Another build of it, to compare with. */
export const BEFORE = 'Mayfly before';
export const SOCKET_IO = 'Socket.IO';
export const NAIVE_WS = 'naive ws';
/** Not a peer but the floor: what Node's own sockets cost, with nothing on them. */
export const FLOOR = 'bare sockets';

export function contenders(serverProgram: string, others: readonly Contender[]): readonly Contender[] {
  return [mayfly(serverProgram), SOCKET_IO_CONTENDER, NAIVE_WS_CONTENDER, ...others];
}

export function mayfly(serverProgram: string, name = MAYFLY): Contender {
  return {
    name,
    program: {
      path: serverProgram,
      environment: {
        PORT: '0',
        HOST: '127.0.0.1',
        RATE_LIMITS: 'off',
        MAX_ROOMS: '1000000',
        MAX_CONNECTIONS: '1000000',
        ROOM_MAX_MEMBERS: '5000',
        MAX_ROOM_FILES_MB: '400',
        MAX_FILES_MB: '800',
      },
    },
    openRoom: async (port) => {
      const room = await makeRoom(port);
      return () => visit(port, room, newKey());
    },
    writer: mayflyMessage,
  };
}

/** Joins, and can come back. */
export async function visit(
  port: number,
  room: BenchRoom,
  identity: BenchKey,
  from?: Position,
): Promise<Visit> {
  const { wire, position } = await join(port, room, identity, from);
  return { wire, comeBack: () => visit(port, room, identity, position) };
}

const SEND_KIND = 0x01;
const N_OFFSET = 1;

function mayflyMessage(bucket: number): (n: number) => Buffer {
  const content = concat(u8(SEND_KIND), u32(0), u8(0), sealed(bucket));
  const template = clientFrame(OPCODE.binary, content);
  const offset = contentOffset(template) + N_OFFSET;
  return (n) => {
    const frame = Buffer.from(template);
    frame.writeUInt32BE(n, offset);
    return frame;
  };
}

// An envelope of epoch 0 and without a timer: the server can see no more of it than that.
function sealed(bucket: number): Uint8Array {
  return concat(u8(ENVELOPE_TYPE), u32(0), new Uint8Array(2), randomBytes(bucket + ENVELOPE_OVERHEAD - 7));
}

const SOCKET_IO_DIALECT: Dialect = {
  // `4` is an Engine.IO message, `2` its ping, which wants `3`.
  isMessage: (opcode, first) => opcode === OPCODE.text && first === 0x34,
  answer: (opcode, first) => (opcode === OPCODE.text && first === 0x32 ? ENGINE_PONG : undefined),
};
const ENGINE_PONG = clientFrame(OPCODE.text, Buffer.from('3'));

let nextRoom = 0;

// As text: bytes would cost Socket.IO a second frame for each message.
const SOCKET_IO_CONTENDER: Contender = {
  name: SOCKET_IO,
  program: { path: peer('socket-io') },
  openRoom: async (port) => {
    const path = `/socket.io/?EIO=4&transport=websocket&room=r${nextRoom++}`;
    return async () => {
      const wire = await Wire.open({ port, path }, SOCKET_IO_DIALECT);
      await wire.nextText();
      wire.write(clientFrame(OPCODE.text, Buffer.from('40')));
      await wire.nextText();
      wire.startCounting(0);
      return { wire };
    };
  },
  writer: (bucket) => {
    const text = randomBytes(bucket + ENVELOPE_OVERHEAD)
      .toString('hex')
      .slice(0, bucket + ENVELOPE_OVERHEAD);
    const frame = clientFrame(OPCODE.text, Buffer.from(`42["m","${text}"]`));
    return () => frame;
  },
};

const BINARY_DIALECT: Dialect = { isMessage: (opcode) => opcode === OPCODE.binary };

const NAIVE_WS_CONTENDER = passingOn(NAIVE_WS, peer('naive-ws'));
export const FLOOR_CONTENDER = passingOn(FLOOR, peer('bare-sockets'));

/** A server whose rooms are paths, and which passes binary frames on to everybody as they came. */
export function passingOn(name: string, path: string): Contender {
  return {
    name,
    program: { path },
    openRoom: async (port) => {
      const room = `/r${nextRoom++}`;
      return async () => {
        const wire = await Wire.open({ port, path: room }, BINARY_DIALECT);
        wire.startCounting(0);
        return { wire };
      };
    },
    writer: (bucket) => {
      const frame = clientFrame(OPCODE.binary, sealed(bucket));
      return () => frame;
    },
  };
}

function peer(name: string): string {
  return fileURLToPath(new URL(`./peers/${name}.js`, import.meta.url));
}
