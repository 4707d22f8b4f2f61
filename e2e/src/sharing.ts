// Members of a room who share files through the SDK, and the sizes and hashes of what they share.

import { createHash, randomBytes } from 'node:crypto';
import {
  type FileSource,
  type Message,
  type Room,
  type RoomLink,
  type SharedFile,
  openRoom,
  socketUrl,
  webSocketTransport,
} from '@mayfly/client';
import { expect } from 'vitest';
import { WebSocket } from 'ws';
import { StorageDouble } from '../../packages/client/src/testing/storage.ts';

export const MIB = 1024 * 1024;

/** Counts parts that go out, by their addresses. */
export function counted(): { readonly fetch: typeof globalThis.fetch; readonly puts: Map<string, number> } {
  const puts = new Map<string, number>();
  return {
    puts,
    fetch(url, init) {
      const name = url instanceof Request ? url.url : url.toString();
      if (init?.method === 'PUT') puts.set(name, (puts.get(name) ?? 0) + 1);
      return globalThis.fetch(url, init);
    },
  };
}

/** `shared`: messages with files, as they come. */
export function enter(
  origin: string,
  link: RoomLink,
  storage = new StorageDouble(),
  identity?: Parameters<typeof openRoom>[0]['identity'],
) {
  const transport = webSocketTransport(socketUrl(origin), WebSocket);
  const room = openRoom({ link, storage, transport, random: atOnce, ...(identity && { identity }) });
  const shared: Message[] = [];
  room.subscribe((update) => {
    if (update.type === 'messages') shared.push(...update.messages.filter(({ file }) => file));
  });
  return { room, shared, storage };
}

/** Pauses before a new try are random fractions, of four bytes: none. */
const atOnce = (length: number) => (length === 4 ? new Uint8Array(4) : randomBytes(length));

/** Resolves when the room takes files. */
export async function inRoom(room: Room): Promise<void> {
  await expect.poll(() => room.files.limits).toBeDefined();
}

/** The first file that comes. */
export async function sharedFile(shared: readonly Message[]): Promise<SharedFile> {
  await expect.poll(() => shared.length).toBeGreaterThan(0);
  const file = shared[0]?.file;
  if (file === undefined) throw new Error('no file');
  return file;
}

/** Never in memory as a whole. */
export function sourceOf(size: number): { readonly source: FileSource; readonly hash: string } {
  const block = createHash('sha256').update('block').digest();
  const portion = Buffer.alloc(MIB / 4, block);
  const hash = createHash('sha256');
  for (let at = 0; at < size; at += portion.length) hash.update(portion.subarray(0, size - at));
  return {
    hash: hash.digest('hex'),
    source: {
      size,
      *bytes() {
        for (let at = 0; at < size; at += portion.length) yield portion.subarray(0, size - at);
      },
    },
  };
}

/** SHA-256 in hex. */
export async function hashOf(blob: Blob): Promise<string> {
  return createHash('sha256')
    .update(Buffer.from(await blob.arrayBuffer()))
    .digest('hex');
}
