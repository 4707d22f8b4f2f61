// The operator's door: a Unix socket that only its owner can open. One command in a line, one answer in JSON (docs/abuse.md).

import { once } from 'node:events';
import { chmodSync, lstatSync, rmSync } from 'node:fs';
import { type Server, type Socket, connect, createServer } from 'node:net';
import { type RoomId, parseRoomId } from '@mayfly/protocol';
import { background } from '../net/background.ts';
import type { RoomStore } from '../store/room-store.ts';
import { StoreUnavailable } from '../store/store-unavailable.ts';

export type AdminDeps = {
  readonly store: Pick<RoomStore, 'size' | 'end'>;
  readonly connections: () => number;
  /** Bytes of files that were asked for here. */
  readonly fileBytes: () => number;
  readonly refuseRooms: (isOn: boolean) => void;
  readonly refusesRooms: () => boolean;
  /** Everyone moves to another server, and this one stops. */
  readonly drain: () => void;
  readonly onTrouble: (error: unknown) => void;
};

const LINE_BYTES_MAX = 256;
const SILENT_MS = 5_000;
const CONNECTIONS_MAX = 8;
const ONLY_OWNER = 0o600;

/** Listens until it is disposed of. Throws what listening throws, and if something other than a stale socket is in the way. */
export async function openAdminSocket(path: string, deps: AdminDeps): Promise<AsyncDisposable> {
  await removeStale(path);
  const server = createServer((socket) => answerLine(socket, deps));
  server.maxConnections = CONNECTIONS_MAX;
  await listen(server, path);
  chmodSync(path, ONLY_OWNER);
  server.on('error', deps.onTrouble);
  return {
    [Symbol.asyncDispose]: async () => {
      server.close();
      await once(server, 'close');
    },
  };
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

// A killed server leaves its socket, which no one answers.
async function removeStale(path: string): Promise<void> {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found?.isSocket() !== true) return;
  const isAnswered = await new Promise<boolean>((resolve) => {
    const asked = connect(path);
    asked.once('connect', () => resolve(true)).once('error', () => resolve(false));
    asked.once('connect', () => asked.destroy());
  });
  if (!isAnswered) rmSync(path);
}

function answerLine(socket: Socket, deps: AdminDeps): void {
  let text = '';
  socket.setEncoding('utf8').setTimeout(SILENT_MS, () => socket.destroy());
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: string) => {
    text += chunk;
    const end = text.indexOf('\n');
    if (end < 0 && text.length <= LINE_BYTES_MAX) return;
    socket.removeAllListeners('data').pause();
    const answer = end < 0 ? Promise.resolve(UNKNOWN) : carryOut(text.slice(0, end), deps);
    background(
      answer.then((said) => socket.end(`${JSON.stringify(said)}\n`)),
      (error) => {
        socket.destroy();
        deps.onTrouble(error);
      },
    );
  });
}

type Said = Readonly<Record<string, string | number | boolean>>;

const UNKNOWN: Said = { error: 'Commands: counts, end CODE, refuse-new on, refuse-new off, drain.' };
const NO_SUCH_ROOM: Said = { error: 'There is no such room.' };
const UNAVAILABLE: Said = { error: "Redis doesn't answer. Try again." };

/** The answer is for the operator to read. */
export async function carryOut(line: string, deps: AdminDeps): Promise<Said> {
  const [command, ...words] = line.trim().split(/\s+/);
  const [word = ''] = words;
  if (words.length > 1) return UNKNOWN;
  try {
    if (command === 'counts' && words.length === 0) return await counts(deps);
    if (command === 'end') return await end(parseRoomId(word), deps);
    if (command === 'refuse-new' && (word === 'on' || word === 'off')) return refuseNew(word === 'on', deps);
    if (command === 'drain' && words.length === 0) return drain(deps);
    return UNKNOWN;
  } catch (error) {
    if (error instanceof StoreUnavailable) return UNAVAILABLE;
    throw error;
  }
}

async function counts({ store, connections, fileBytes, refusesRooms }: AdminDeps): Promise<Said> {
  return {
    rooms: await store.size(),
    connections: connections(),
    fileBytes: fileBytes(),
    refusesNewRooms: refusesRooms(),
  };
}

async function end(room: RoomId | undefined, { store }: AdminDeps): Promise<Said> {
  return room !== undefined && (await store.end(room)) ? { ended: true } : NO_SUCH_ROOM;
}

function refuseNew(isOn: boolean, { refuseRooms }: AdminDeps): Said {
  refuseRooms(isOn);
  return { refusesNewRooms: isOn };
}

// After the answer, or it would be cut off.
function drain(deps: AdminDeps): Said {
  setImmediate(deps.drain);
  return { draining: true };
}
