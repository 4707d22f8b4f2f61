// What files cost a server in a process of its own, as the kernel counts its resident memory and V8 what its buffers hold. Both
// are read after a collection of garbage: without one, they say when V8 last found time for it. Resident memory is compared with
// what the same uploads left before: code, connections and the heap grow with the first of them, and stay.

import { type Socket, connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { FILE_OPEN_MS, FILE_PART_BYTES, type RoomId } from '@mayfly/protocol';
import { expect, test } from 'vitest';
import { adminPath, sayToAdmin } from '../../packages/server/src/testing/admin.ts';
import { SentFile } from '../../packages/server/src/testing/sent-file.ts';
import { Talker } from '../../packages/server/src/testing/talker.ts';
import { charterRequest, reserve, roomRequest } from '../../packages/server/src/testing/test-rooms.ts';
import { type Reachable, ask } from '../../packages/server/src/testing/test-server.ts';
import { type ServerProcess, startServerProcess } from './server-process.ts';

const GAUGE = fileURLToPath(new URL('faults/server-gauge.mjs', import.meta.url));
const UPLOADS = 20;
const PARTS = 30;
const SIZE = PARTS * FILE_PART_BYTES - 1_000;
/** Just enough for them. */
const QUOTA_MIB = 150;
const ROOM_LIFE_SECONDS = 3_600;

type Memory = { readonly rssMiB: number; readonly buffersMiB: number };

/** `sleptMs`: as if the machine had slept so long before. */
function memoryOf(server: ServerProcess, sleptMs = 0): Promise<Memory> {
  return server.ask(sleptMs) as Promise<Memory>;
}

/** Resolves when all of the files is there. */
async function held(server: ServerProcess, before: Memory): Promise<Memory> {
  const added = async () => (await memoryOf(server)).buffersMiB - before.buffersMiB;
  await expect.poll(added).toBeGreaterThanOrEqual(0.98 * QUOTA_MIB);
  const full = await memoryOf(server);
  expect(full.buffersMiB - before.buffersMiB).toBeLessThanOrEqual(1.1 * QUOTA_MIB);
  return full;
}

/** Resolves when no more of the server's memory is in buffers than at `before`, give or take 2 % of the quota. */
async function freed(server: ServerProcess, before: Memory): Promise<void> {
  const most = before.buffersMiB + 0.02 * QUOTA_MIB;
  await expect.poll(async () => (await memoryOf(server)).buffersMiB).toBeLessThanOrEqual(most);
}

/** Members of a room, each with a file whose last part stops on its way. */
class Stalled {
  readonly room: RoomId;
  readonly #members: Talker[] = [];
  readonly #sockets: Socket[] = [];

  private constructor(room: RoomId) {
    this.room = room;
  }

  static async begin(at: Reachable): Promise<Stalled> {
    const room = await reserve(at, roomRequest(ROOM_LIFE_SECONDS));
    await ask(at, charterRequest(room));
    const stalled = new Stalled(room);
    await Promise.all(Array.from({ length: UPLOADS }, (_, i) => stalled.#upload(at, i)));
    return stalled;
  }

  /** As clients do that give up. */
  giveUp(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  leave(): void {
    for (const { ws } of this.#members) ws.terminate();
  }

  async #upload(at: Reachable, i: number): Promise<void> {
    const member = await new Talker(at).enter(this.room, `member ${i}`);
    this.#members.push(member);
    const file = new SentFile(this.room, i, SIZE);
    await file.open(member);
    const last = file.parts - 1;
    for (let n = 0; n < last; n++) expect((await file.put(at, n)).status).toBe(204);
    this.#sockets.push(halfOf(at, file, last));
  }
}

function halfOf({ server }: Reachable, file: SentFile, n: number): Socket {
  const { path = '', headers = {} } = file.request(n);
  const part = file.part(n);
  const all = { host: 'a', 'content-length': String(part.length), ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  const socket = connect(server.port, server.address);
  socket.on('error', () => {});
  socket.write(`PUT ${path} HTTP/1.1\r\n${lines.join('')}\r\n`);
  socket.write(part.subarray(0, part.length / 2));
  return socket;
}

test('LIMIT-11, FILE-6, FILE-9: twenty uploads that stall cost what was promised, and nothing after their time or the end of their room', async () => {
  const admin = adminPath();
  const most = { MAX_FILE_MB: '8', MAX_ROOM_FILES_MB: `${QUOTA_MIB}`, MAX_FILES_MB: `${QUOTA_MIB}` };
  await using server = await startServerProcess({ ADMIN_SOCKET: admin, ...most }, [
    '--expose-gc',
    `--import=file://${GAUGE}`,
  ]);
  const at = { server: { address: '127.0.0.1', port: server.port } };
  const before = await memoryOf(server);
  const first = await Stalled.begin(at);
  await held(server, before);
  await sayToAdmin(admin, `end ${first.room}\n`);
  first.giveUp();
  await freed(server, before);
  first.leave();

  const warm = await memoryOf(server);
  const second = await Stalled.begin(at);
  const full = await held(server, warm);
  expect(full.rssMiB - warm.rssMiB).toBeLessThanOrEqual(1.1 * QUOTA_MIB);
  await memoryOf(server, FILE_OPEN_MS.next);
  // The next request for a file notices that their time is over.
  await ask(at, { path: new SentFile(second.room, 0, SIZE).path });
  second.giveUp();
  await freed(server, warm);
  const back = warm.rssMiB + 0.02 * full.rssMiB;
  await expect.poll(async () => (await memoryOf(server)).rssMiB).toBeLessThanOrEqual(back);
  process.stdout.write(report({ before, warm, full, after: await memoryOf(server) }));
  second.leave();
});

function report(memory: Readonly<Record<string, Memory>>): string {
  const figures = Object.entries(memory).map(([when, { rssMiB }]) => `${when} ${rssMiB.toFixed(1)}`);
  return `resident memory in MiB: ${figures.join(', ')}\n`;
}
