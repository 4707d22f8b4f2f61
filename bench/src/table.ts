// What a section of the bench finds: figures by row and contender.

import type { Shape } from './crowd.ts';
import type { Figure } from './figures.ts';

export type Unit =
  | 'CPU s / million deliveries'
  | 'deliveries / s'
  | 'ms'
  | 'KiB'
  | 'per CPU second'
  | 'CPU µs'
  | 'herd'
  | 'per second'
  | 'CPU µs / delivery'
  | 'CPU µs / arrival'
  | 'for one message'
  | 'of messages of 256 B'
  | 'one room'
  | 'ten files at once'
  | '%';

export class Table {
  readonly title: string;
  readonly unit: Unit;
  /** How to read it, in a sentence or two. */
  readonly note: string;
  /** Contenders ran under the same load, so ratios between them are meaningful. */
  readonly comparable: boolean;
  readonly #rows = new Map<string, Map<string, Figure>>();

  constructor(title: string, unit: Unit, note: string, comparable = true) {
    this.title = title;
    this.unit = unit;
    this.note = note;
    this.comparable = comparable;
  }

  put(row: string, contender: string, figure: Figure): void {
    const figures = this.#rows.get(row) ?? new Map<string, Figure>();
    this.#rows.set(row, figures.set(contender, figure));
  }

  at(row: string, contender: string): Figure | undefined {
    return this.#rows.get(row)?.get(contender);
  }

  get rows(): readonly string[] {
    return [...this.#rows.keys()];
  }

  /** In the order in which they were first put. */
  get columns(): readonly string[] {
    return [...new Set([...this.#rows.values()].flatMap((figures) => [...figures.keys()]))];
  }
}

/** Everything one run has found. */
export type Findings = {
  readonly cpu: Table;
  /** Of `cpu`, the kernel's part. */
  readonly kernel: Table;
  readonly shares: Table;
  readonly throughput: Table;
  /** At half of what each can take. */
  readonly latency: Table;
  /** At half of what the slowest can take. */
  readonly sameLoadLatency: Table;
  readonly memory: Table;
  readonly arrivals: Table;
  /** The same, as what one of them costs, and how much of it is the proof. */
  readonly arrivalCost: Table;
  readonly herd: Table;
  readonly files: Table;
  /** Messages of a room in which files move. */
  readonly fileChat: Table;
};

export function emptyFindings(): Findings {
  return {
    cpu: new Table(
      'Server CPU for a delivery',
      'CPU s / million deliveries',
      'The main figure: the server’s own time, user and system, as Linux counts it, for one message to one member. It does not depend on how busy the rest of the machine is.',
    ),
    kernel: new Table(
      'The kernel’s part of it',
      '%',
      'Of the CPU time above what the operating system took for the server: one call for each write, with the network behind it. No program can make that part cheaper but by writing less often.',
      false,
    ),
    shares: new Table(
      'Where the time goes',
      '%',
      'V8’s own samples of the server while it is at work, by whose code was running. Calls into the kernel are in the part that makes them.',
      false,
    ),
    throughput: new Table(
      'Deliveries a second',
      'deliveries / s',
      'On a machine that server and generator share. “generator-bound”: the generator was at its end while the server waited, so the figure would not be the server’s.',
    ),
    latency: new Table(
      'From writing to the last member, at half load',
      'ms',
      'At half of the deliveries a second that the same contender reached in the same room just before: whoever is faster carries more here, so columns do not compare; the load stands in each block. Bare sockets carry what Mayfly carries. Members write in turn at a steady pace, whether or not earlier messages have arrived, as long as each waits for no more than 16 echoes; what has to wait for that counts as under way.',
      false,
    ),
    sameLoadLatency: new Table(
      'From writing to the last member, all under the same load',
      'ms',
      'As before, with half of what the slowest contender reached, for all. The last row is a room of two on the same server, with 200 messages a second, while the largest room is under that load.',
    ),
    memory: new Table(
      'Memory',
      'KiB',
      'Resident memory of the process after garbage collection, divided by the connections it grew by. The kernel’s socket buffers are not in it.',
    ),
    arrivals: new Table(
      'Coming and coming back',
      'per CPU second',
      'Arrivals divided by the server’s CPU seconds, so: how many one core can take. Mayfly verifies two signatures for a first join and one for a resume, and tells a first join to those in the room, 4.5 on average; the peers just connect.',
    ),
    arrivalCost: new Table(
      'What an arrival is made of',
      'CPU µs',
      'The same rounds, as the server’s CPU time for one arrival. Naive ws is what connecting costs at least on Node; the signatures are `crypto.verify` with a ready key and nothing around it, measured alone in the same minute.',
    ),
    herd: new Table(
      'When everybody is cut off and comes back',
      'herd',
      'All connections break in one moment; when the server has taken note, all come back as fast as the server takes them, 500 at the door at any time, without the random pauses that real clients make; who is turned away comes again. The peers are only cut off.',
      false,
    ),
    files: new Table(
      'Files',
      'ten files at once',
      'Ten files of one room, each over a connection of its own, as fast as they go. The plain file server streams a body into a file and a file into an answer, with nothing but Node’s streams; Mayfly takes parts of 256 KiB, checks each one’s token, and keeps them in memory.',
    ),
    fileChat: new Table(
      'Messages while files move',
      'ms',
      'From writing to the last member of the room in which ten files move, half of them up and half down, moved by a process of their own on the processor time that server and members leave over, because people who move files have machines of their own. At the pace of the limits each file gets what one address is given: 64 MiB a minute up, 256 MiB a minute down, so all ten together 26.7 MiB / s. The ratio is the median of pairs, each measured without and then with files.',
      false,
    ),
  };
}

/** What moves beside the messages. */
export const FILE_COLUMN = {
  none: 'no files',
  limited: 'at the pace of the limits',
  unlimited: 'as fast as they go',
} as const;

/** The names of rows, where more than one place needs them. */
export const ROW = {
  speed: (members: number, inFlight: number) => `room of ${count(members)}, ${pace(inFlight)}`,
  share: (row: string, part: string) => `${row}: ${part}`,
  latency: (members: number, what: 'p50' | 'p99' | 'max') => `room of ${count(members)}, ${what}`,
  pairBeside: (members: number) => `room of 2 beside the room of ${count(members)}, p99`,
  latencyLoad: (members: number) => `room of ${count(members)}, load (deliveries / s)`,
  rooms: ({ rooms, members }: Shape, inFlight: number) =>
    `${count(rooms)} ${rooms === 1 ? 'room' : 'rooms'} of ${members}, ${pace(inFlight)}`,
  bucket: (bytes: number, inFlight: number) =>
    `room of 100, ${bytes < 1024 ? `${bytes} B` : `${bytes / 1024} KiB`} messages, ${inFlight === 1 ? 'one at a time' : `${inFlight} in flight`}`,
  idle: 'joined idle connection',
  slow: 'slow reader',
  slowLost: 'slow readers that the server closed (%)',
  join: 'first joins',
  resume: 'resumes',
  joinProof: 'of a first join, two signatures alone',
  resumeProof: 'of a resume, one signature alone',
  herdSize: 'connections',
  herdResumed: 'resumed (%)',
  herdSeconds: 'seconds until the last',
  herdRate: 'resumes per CPU second',
  herdCutLag: 'event loop late while all are cut off, max (ms)',
  uploadRate: 'upload, MiB / s',
  uploadCpu: 'upload, CPU ms / MiB',
  downloadRate: 'download, MiB / s',
  downloadCpu: 'download, CPU ms / MiB',
  chat: (what: 'p50' | 'p99' | 'max') => what,
  chatRatio: 'p99, times that without files',
  chatMoved: 'files, MiB / s',
  herdLag: (what: 'p99' | 'max') => `event loop late while they come back, ${what} (ms)`,
} as const;

function pace(inFlight: number): string {
  return inFlight === 1 ? 'one message at a time' : `${inFlight} in flight`;
}

export function count(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',');
}
