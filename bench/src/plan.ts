// How much is measured: everything within half an hour, or a look at every part within a minute.

import type { Shape } from './crowd.ts';

export type Plan = {
  readonly rounds: number;
  readonly roundMs: number;
  readonly warmUpMs: number;
  /** Of a server that has just started: V8 compiles what runs often, which is no cost of a delivery. */
  readonly heatUpMs: number;
  /** Of a look at where the time goes, for each load. */
  readonly lookMs: number;
  /** Members of the room. */
  readonly sizes: readonly number[];
  readonly inFlight: readonly number[];
  /** Many small rooms at once, up to more than most servers have. */
  readonly small: readonly ManyRooms[];
  /** Plaintext bytes of a message, and how many of them are under way at most. */
  readonly buckets: readonly { readonly bytes: number; readonly inFlight: number }[];
  /** Connections by which a server grows, once for each round. */
  readonly idle: number;
  readonly slowReaders: number;
  readonly slowMs: number;
  /** Messages that fill the room's history first, or its growth would count as theirs. */
  readonly slowHistory: number;
  /** Between the collections of garbage before memory is read. */
  readonly settleMs: number;
  /** Joins for each round. */
  readonly arrivals: number;
  /** Connections that are cut off and come back at once. */
  readonly herd: number;
  readonly files: {
    /** That move at the same time, each of so many MiB. */
    readonly atOnce: number;
    readonly mib: number;
    /** Of the room in which they move: its members, and how much is said in it for how long. */
    readonly members: number;
    readonly perSecond: number;
    readonly chatMs: number;
  };
  readonly cluster: ClusterPlan;
};

/** Rooms of one size, and the loads under which they are measured. */
export type ManyRooms = Shape & {
  readonly inFlight: readonly number[];
  /** Whose code runs there is looked at, too. */
  readonly look?: true;
};

type ClusterPlan = {
  /** Of the usual size. */
  readonly inFlight: readonly number[];
  /** Members of the room, beside the embedded store. */
  readonly sizes: readonly number[];
  /** Joins for each round. */
  readonly arrivals: number;
  readonly nodes: readonly number[];
  readonly crowds: readonly { readonly rooms: number; readonly members: number }[];
  /** Over which the memory of one is averaged. */
  readonly rooms: number;
};

export const FULL: Plan = {
  rounds: 3,
  roundMs: 1_500,
  warmUpMs: 1_200,
  heatUpMs: 4_000,
  lookMs: 2_000,
  sizes: [10, 50, 100, 1_000, 5_000],
  inFlight: [1, 16],
  small: [
    { members: 2, rooms: 1, inFlight: [16] },
    { members: 2, rooms: 100, inFlight: [1, 16], look: true },
    { members: 2, rooms: 1_000, inFlight: [1, 16] },
    { members: 2, rooms: 10_000, inFlight: [16] },
    { members: 10, rooms: 100, inFlight: [1, 16], look: true },
    { members: 10, rooms: 1_000, inFlight: [1, 16] },
  ],
  buckets: [
    { bytes: 256, inFlight: 1 },
    { bytes: 16_384, inFlight: 1 },
    { bytes: 16_384, inFlight: 4 },
  ],
  idle: 2_000,
  slowReaders: 100,
  slowMs: 2_000,
  slowHistory: 600,
  settleMs: 400,
  arrivals: 1_500,
  herd: 10_000,
  files: { atOnce: 10, mib: 24, members: 20, perSecond: 200, chatMs: 6_000 },
  cluster: {
    inFlight: [1, 16, 64],
    sizes: [10, 100],
    arrivals: 1_500,
    nodes: [1, 2, 3],
    crowds: [
      { rooms: 1, members: 300 },
      { rooms: 100, members: 10 },
    ],
    rooms: 500,
  },
};

export const QUICK: Plan = {
  rounds: 1,
  roundMs: 250,
  warmUpMs: 100,
  heatUpMs: 0,
  lookMs: 200,
  sizes: [100],
  inFlight: [1, 16],
  small: [{ members: 10, rooms: 10, inFlight: [1, 16], look: true }],
  buckets: [{ bytes: 16_384, inFlight: 1 }],
  idle: 100,
  slowReaders: 5,
  slowMs: 300,
  slowHistory: 60,
  settleMs: 100,
  arrivals: 50,
  herd: 200,
  files: { atOnce: 10, mib: 2, members: 5, perSecond: 100, chatMs: 300 },
  cluster: {
    inFlight: [1, 16],
    sizes: [10],
    arrivals: 50,
    nodes: [2],
    crowds: [{ rooms: 10, members: 5 }],
    rooms: 30,
  },
};
