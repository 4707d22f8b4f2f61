// Files: how fast they go up and down and what that costs, and what they do to the messages of the same room.

import { type ChildProcess, type ForkOptions, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Bench } from './bench.ts';
import { type Contender, MAYFLY, visit } from './contenders.ts';
import { Crowd } from './crowd.ts';
import { type FileContender, PLAIN_FILE_SERVER, filesOfMayfly, placesIn } from './file-contenders.ts';
import type { Move, Moved, Order, Transfer } from './file-mover.ts';
import { latency, overRounds, percentile, reasonOf, spread } from './figures.ts';
import { Driver, type Round, consumed, difference } from './load.ts';
import { type BenchRoom, makeRoom, newKey } from './mayfly-rooms.ts';
import { MeasuredProcess } from './measured-process.ts';
import { FILE_COLUMN, ROW, type Findings } from './table.ts';

const MIB = 1024 * 1024;
const BUCKET = 256;
const FILE_ROWS = [ROW.uploadRate, ROW.uploadCpu, ROW.downloadRate, ROW.downloadCpu];
/** What the limits give to one address (LIMIT-11): each file comes from another. */
const LIMITED_PACE = { PUT: (64 * MIB) / 60, GET: (256 * MIB) / 60 };

export async function measureFiles(bench: Bench): Promise<void> {
  const mayfly = bench.contenders.find(({ name }) => name === MAYFLY);
  if (mayfly === undefined) return;
  await measureMoves(bench, [filesOfMayfly(mayfly), PLAIN_FILE_SERVER]);
  await measureChat(bench, mayfly);
}

const MOVER = fileURLToPath(new URL('./file-mover.js', import.meta.url));

/** On what server and members leave over of the processors: people who move files have machines of their own. */
const IDLE_TIME: ForkOptions = { execPath: 'chrt', execArgv: ['-i', '0', process.execPath] };

class Mover implements AsyncDisposable {
  readonly #child: ChildProcess;

  constructor(options: ForkOptions = {}) {
    this.#child = fork(MOVER, options);
  }

  /** Resolves with the bytes that were moved. */
  async move(move: Move): Promise<number> {
    const answered: Promise<[Moved]> = once(this.#child, 'message') as Promise<[Moved]>;
    this.#say(move);
    const [moved] = await answered;
    if ('failed' in moved) throw new Error(moved.failed);
    return moved.bytes;
  }

  /** Ends what would not end by itself. */
  stop(): void {
    this.#say('stop');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.kill();
    await ended;
  }

  #say(order: Order): void {
    this.#child.send(order);
  }
}

type Moves = { readonly up: Round[]; readonly down: Round[] };

async function measureMoves(
  { plan, findings, say }: Bench,
  contenders: readonly FileContender[],
): Promise<void> {
  await using mover = new Mover();
  for (const contender of contenders) {
    say(`files, ${contender.name}`);
    try {
      await using server = await MeasuredProcess.start(contender.program);
      const moves: Moves = { up: [], down: [] };
      // The first round is the warm-up.
      for (let round = 0; round <= plan.rounds; round++) {
        const { uploads, downloads, erase } = await contender.prepare(
          server.port,
          plan.files.atOnce,
          plan.files.mib * MIB,
        );
        moves.up.push(await moved(server, mover, uploads));
        moves.down.push(await moved(server, mover, downloads));
        await erase();
      }
      putMoves(findings, contender.name, moves);
    } catch (error) {
      for (const row of FILE_ROWS) findings.files.put(row, contender.name, { refused: reasonOf(error) });
    }
  }
}

// What is delivered is MiB.
async function moved(
  server: MeasuredProcess,
  mover: Mover,
  files: readonly (readonly Transfer[])[],
): Promise<Round> {
  await server.rest();
  const before = consumed(server, 0);
  const bytes = await mover.move({ port: server.port, files });
  return { ...difference(before, consumed(server, bytes / MIB)), latencies: [], lost: 0 };
}

const perSecond = (round: Round) => round.deliveries / round.seconds;
const cpuMs = (round: Round) => (round.serverCpuSeconds * 1000) / round.deliveries;
const p99 = ({ latencies }: Round) => percentile(latencies, 0.99);

function putMoves({ files }: Findings, name: string, { up, down }: Moves): void {
  files.put(ROW.uploadRate, name, overRounds(up.slice(1), perSecond));
  files.put(ROW.uploadCpu, name, overRounds(up.slice(1), cpuMs));
  files.put(ROW.downloadRate, name, overRounds(down.slice(1), perSecond));
  files.put(ROW.downloadCpu, name, overRounds(down.slice(1), cpuMs));
}

const PACES: readonly (readonly [string, Move['bytesPerSecond']])[] = [
  [FILE_COLUMN.limited, LIMITED_PACE],
  [FILE_COLUMN.unlimited, undefined],
];

// In pairs, without and with, one right after the other.
async function measureChat({ plan, findings, say }: Bench, mayfly: Contender): Promise<void> {
  const { atOnce, members, chatMs } = plan.files;
  say(`messages while ${atOnce} files move`);
  const rooms: BenchRoom[] = [];
  const openRoom = async (port: number) => {
    const room = await makeRoom(port);
    rooms.push(room);
    return () => visit(port, room, newKey());
  };
  await using mover = new Mover(IDLE_TIME);
  await using crowd = await Crowd.gather({ ...mayfly, openRoom }, { rooms: 1, members });
  const { port } = crowd.server;
  const files = await filesIn(port, rooms[0], mover, atOnce);
  const driver = new Driver(crowd, BUCKET);
  const listen = () => driver.round({ perSecond: plan.files.perSecond }, chatMs);
  for (const [column, bytesPerSecond] of PACES) {
    const pairs: [Round, Round][] = [];
    const rates: number[] = [];
    // The first pair is the warm-up.
    for (let round = 0; round <= plan.rounds; round++) {
      const without = await listen();
      const began = performance.now();
      const moving = mover.move({ port, files, isEndless: true, ...(bytesPerSecond && { bytesPerSecond }) });
      const beside = await listen();
      mover.stop();
      rates.push((await moving) / MIB / ((performance.now() - began) / 1000));
      pairs.push([without, beside]);
    }
    putChat(findings, column, pairs.slice(1));
    findings.fileChat.put(ROW.chatMoved, column, spread(rates.slice(1)));
  }
}

function putChat({ fileChat }: Findings, column: string, pairs: readonly [Round, Round][]): void {
  const [without, beside] = [pairs.map(([one]) => one), pairs.map(([, other]) => other)];
  // All without files are alike: those of the pairs that have a goal stand for them.
  const columns = column === FILE_COLUMN.limited ? ([[FILE_COLUMN.none, without]] as const) : [];
  for (const [name, rounds] of [...columns, [column, beside] as const]) {
    fileChat.put(ROW.chat('p50'), name, latency(rounds, 0.5));
    fileChat.put(ROW.chat('p99'), name, latency(rounds, 0.99));
    fileChat.put(ROW.chat('max'), name, latency(rounds, 1));
  }
  fileChat.put(ROW.chatRatio, column, spread(pairs.map(([one, other]) => p99(other) / p99(one))));
}

// Half are uploads that repeat without their last part and so never finish; the other half are downloads.
async function filesIn(
  port: number,
  room: BenchRoom | undefined,
  mover: Mover,
  atOnce: number,
): Promise<readonly (readonly Transfer[])[]> {
  if (room === undefined) throw new Error('a crowd without a room');
  const { uploads, downloads } = await placesIn(port, room, atOnce, 4 * MIB);
  const half = Math.floor(atOnce / 2);
  await mover.move({ port, files: uploads.slice(half) });
  return [...uploads.slice(0, half).map((parts) => parts.slice(0, -1)), ...downloads.slice(half)];
}
