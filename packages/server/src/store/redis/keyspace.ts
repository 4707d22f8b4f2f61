// Names of keys and channels. All keys of a room end alike, so they live on one shard and one function can use them.

import { type RoomId, parseRoomId } from '@mayfly/protocol';

const PARTITIONS = 1024;
/** As in keys.lua, `r` first. */
const ROOM_KEYS = ['r', 'o', 'm', 'l', 'p', 's', 'h', 'g', 'w', 'x', 't'];

export function roomKey(room: RoomId): string {
  return `r${tail(room)}`;
}

/** Every key that a function about this room may use, including its partition's lists. */
export function keysOfRoom(key: string): readonly string[] {
  const tail = key.slice(1);
  const partition = partitionOf(key);
  return [...ROOM_KEYS.map((letter) => `${letter}${tail}`), `d${partition}`, `u${partition}`];
}

/** The same, of a function about one of its files, and what the file has. `fid` in hex. */
export function keysOfFile(key: string, fid: string): readonly string[] {
  const tail = key.slice(1);
  return [...keysOfRoom(key), `fr${tail}`, `f${tail}:${fid}`, `fp${tail}:${fid}`];
}

export function roomStream(room: RoomId): string {
  return `s${tail(room)}`;
}

export function roomChannel(room: RoomId): string {
  return `c${tail(room)}`;
}

export function roomOfChannel(channel: string): RoomId | undefined {
  return parseRoomId(channel.slice(channel.indexOf(':') + 1));
}

/** Of a key or channel. One partition is always on one shard. */
export function partitionOf(name: string): string {
  return name.slice(name.indexOf('{'), name.indexOf('}') + 1);
}

/** The lists of rooms, one for each partition. */
export const DIRECTORIES: readonly string[] = Array.from({ length: PARTITIONS }, (_, i) => `d{${i}}`);

/** The list of unused rooms beside the list of all. */
export function unusedOf(directory: string): string {
  return `u${directory.slice(1)}`;
}

/** All nodes, by the end of their lease. */
const NODES_KEY = 'n';
const VERSION_KEY = '{n}v';
const LIBRARIES_KEY = '{n}f';
/** What each node takes beyond messages and profiles. */
const FEATURES_KEY = '{n}o';

/** The keys that belong to no room, all on one server of a cluster. */
export const NODE_KEYS: readonly string[] = [NODES_KEY, VERSION_KEY, LIBRARIES_KEY, FEATURES_KEY];

// FNV-1a: even, short, and the same in every version.
function tail(room: RoomId): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < room.length; i++) hash = Math.imul(hash ^ room.charCodeAt(i), 0x01000193);
  return `{${(hash >>> 0) % PARTITIONS}}:${room}`;
}

/** The slot of a Redis Cluster that a key or channel belongs to: CRC-16 (XMODEM) of its partition's number. */
export function slotOf(name: string): number {
  let crc = 0;
  for (const byte of Buffer.from(partitionOf(name).slice(1, -1))) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1) & 0xffff;
  }
  return crc % 16_384;
}
