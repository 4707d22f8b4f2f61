// What a cluster costs, as tables of their own: their columns are not contenders.

import { Table, count } from './table.ts';

export type ClusterFindings = {
  readonly append: Table;
  readonly beside: Table;
  readonly arrivals: Table;
  readonly arrivalRate: Table;
  readonly nodes: Table;
  readonly room: Table;
};

const ONE_AT_A_TIME = 'one message at a time';
export const EMBEDDED = 'embedded store';
export const NODE = 'the node';
export const REDIS = 'Redis';
export const TOGETHER = 'both';
export const MEASURED = 'measured';

/** What is sent, in plaintext bytes; sealed it is 63 more. */
export const APPENDED_BYTES = 512;
export const HISTORY_MESSAGES = 50;
/** So many that nodes and Redis need not wait for each other. */
export const NODES_IN_FLIGHT = 256;

export const CLUSTER_ROW = {
  redisCpu: 'CPU of Redis, all of it (µs)',
  redisFunction: 'of it, the function itself (µs)',
  floor: 'the same bytes by bare commands: MULTI, XADD, SPUBLISH, EXEC (µs)',
  calls: 'function calls',
  nodeCpu: 'CPU of the node, ten deliveries with it (µs)',
  rate: 'messages a second',
  crowd: (rooms: number, members: number) =>
    rooms === 1 ? `room of ${count(members)}` : `${count(rooms)} rooms of ${count(members)}`,
  cpu: (crowd: string) => `${crowd}: CPU µs for a delivery, nodes and Redis`,
  cpuRedis: (crowd: string) => `${crowd}: of it, Redis`,
  ownCores: (crowd: string) => `${crowd}: deliveries a second, if each process had a core of its own`,
  reached: (crowd: string) => `${crowd}: deliveries a second on this machine`,
  busiest: (crowd: string) => `${crowd}: the busiest of them, % of a core`,
  generator: (crowd: string) => `${crowd}: the generator, % of a core`,
  emptyRoom: 'an open room without members, bytes',
  member: 'its first member, bytes more',
  history: `${HISTORY_MESSAGES} × ${APPENDED_BYTES} B of history, bytes more`,
  keysEmpty: 'keys, without members',
  keysMember: 'keys, with a member and history',
  subscriptions: 'subscriptions of a node with somebody there',
} as const;

/** The columns say how many nodes. */
export function nodesColumn(size: number): string {
  return size === 1 ? '1 node' : `${size} nodes`;
}

export function inFlightColumn(inFlight: number): string {
  return inFlight === 1 ? ONE_AT_A_TIME : `${inFlight} in flight`;
}

export function emptyClusterFindings(): ClusterFindings {
  return {
    append: new Table(
      'What an append costs Redis',
      'for one message',
      `Messages of ${APPENDED_BYTES} B into one room of 10 at one node. The time is what Linux counts for the process of Redis, divided by the messages; the function’s own is from \`INFO commandstats\`, where commands that a function calls are counted too and here left out. The bare commands, round by round in turn with the append on the same Redis, are what nobody can go below: they store and announce, and ask nothing. One message at a time is the dearest way: each costs Redis four system calls of its own, to wake up, to read the call, and to write the answer and the announcement.`,
      false,
    ),
    beside: new Table(
      'Cluster mode beside the embedded store',
      'CPU µs / delivery',
      'The same load on a server that holds its rooms itself, and on one node with a Redis, round by round in turn; messages of 256 B.',
      false,
    ),
    arrivals: new Table(
      'Coming and coming back, in cluster mode',
      'CPU µs / arrival',
      'Rooms of 10. Departures by time after the connections are cut, which cost Redis three calls for each, fall between the rounds and partly into them.',
      false,
    ),
    arrivalRate: new Table(
      'The same, as arrivals that one core can take',
      'per CPU second',
      'One core of the node, and one of Redis.',
      false,
    ),
    nodes: new Table(
      'One, two and three nodes',
      'of messages of 256 B',
      `${NODES_IN_FLIGHT} messages in flight, so that nobody waits. All processes and the generator share this machine, so what goes through it does not grow with nodes. What would, is in the CPU time of the process that works most: a core of its own for each, and it is the one that ends the growth. CPU for a delivery grows by what each further node costs for hearing the same message.`,
      false,
    ),
    room: new Table(
      'A room in Redis',
      'one room',
      'By the growth of `used_memory` and of the number of keys over many rooms, all of them alike; the node is one.',
      false,
    ),
  };
}
