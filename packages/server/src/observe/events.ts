// The only logger and meter: one function per event with declared fields, so no address, room id, name or body is logged by
// accident. It says little: that the server stops, and its own problems.

import type { TurnedBack } from '@mayfly/protocol';
import type { SpaceReport } from '../store/room-space.ts';
import type { LoadReport } from '../guard/guard.ts';
import { type CapacityReport, filesFor } from '../guard/capacity.ts';
import type { LoadTrouble } from '../guard/pressure.ts';
import { LOGIN_REFUSALS, type RedisTrouble } from '../store/redis/refusals.ts';

export const LOG_LEVELS = ['silent', 'error', 'info'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Why a connection or request was refused at once. */
export type TurnedAway =
  | 'busy'
  | 'draining'
  | 'full'
  | 'malformed'
  | 'misdirected'
  | 'no_such_path'
  | 'origin'
  | 'rate'
  | 'subprotocol';

/** The part of the server with the problem: one of our words, never something a client sent. */
type TroubleSource = 'http' | 'process' | 'session' | 'socket' | 'store';

export interface Events extends SpaceReport, LoadReport, CapacityReport {
  stopping(connections: number): void;
  stopped(): void;
  /**
   * A bug or a lost dependency. Logs the class of the error and its stack frames, never its message. Repeats are logged only the
   * 10th, 100th, … time, or a client could fill the log.
   */
  trouble(source: TroubleSource, error: unknown): void;
  /** The process may open fewer files than `MAX_CONNECTIONS` needs, so it accepts fewer connections. */
  fewFiles(openFilesMax: number, connections: number, maxConnections: number): void;
  certificateRenewed(validUntil: Date): void;
  /** The new files are unusable, so the server keeps the certificate it has. `complaint` names settings and paths. */
  certificateKept(complaint: string): void;
  /** The operator allowed it. `warning` names a server and a setting, never anything of a room. */
  persistentRedis(warning: string): void;
  /** It stopped working, or fails for another reason than before. Not called for each failure. */
  redisTrouble(trouble: RedisTrouble): void;
  redisWell(lastedMs: number): void;
  redisEmptied(): void;
  connectionOpened(): void;
  connectionClosed(): void;
  turnedAway(why: TurnedAway): void;
  joined(): void;
  turnedBack(as: TurnedBack): void;
  /** A room was not created because of a limit on the address. */
  createSlowed(): void;
  roomReserved(): void;
  roomOpened(): void;
}

export type Counts = { readonly [event: string]: number };

/** `write` gets whole lines, without the line break. */
export function createEvents(
  level: LogLevel,
  write: (line: string) => void,
): { readonly events: Events; readonly counts: () => Counts } {
  const counted = new Map<string, number>();
  const troubles = new Map<string, number>();
  const count = (event: string) => {
    counted.set(event, (counted.get(event) ?? 0) + 1);
  };
  const info = (line: string) => {
    if (level === 'info') write(line);
  };
  const error = (line: string) => {
    if (level !== 'silent') write(line);
  };

  const events: Events = {
    stopping: (connections) => info(`mayfly: stopping, ${connections} connections to close`),
    stopped: () => info('mayfly: stopped'),
    trouble: (source, cause) => {
      count(`trouble.${source}`);
      const what = `trouble in ${source}: ${describeError(cause)}`;
      const times = (troubles.get(what) ?? 0) + 1;
      troubles.set(what, times);
      if (/^10*$/.test(String(times)))
        error(`mayfly: ${what}${times === 1 ? '' : ` (${times} times so far)`}`);
    },
    fewFiles: (openFilesMax, connections, maxConnections) =>
      error(
        `mayfly: warning: this process may open only ${openFilesMax} files, so it accepts ${connections} connections instead of the ` +
          `${maxConnections} of MAX_CONNECTIONS. Raise the limit to ${filesFor(maxConnections)} (ulimit -n, LimitNOFILE), or lower MAX_CONNECTIONS.`,
      ),
    certificateRenewed: (validUntil) =>
      info(`mayfly: new certificate in use, valid until ${validUntil.toISOString().slice(0, 10)}`),
    certificateKept: (complaint) =>
      error(`mayfly: warning: the certificate was not renewed, the old one stays in use: ${complaint}`),
    persistentRedis: (warning) => error(`mayfly: warning: Redis ${warning}`),
    redisTrouble: (trouble) => {
      count(`redis.${trouble}`);
      error(`mayfly: Redis ${REDIS_TROUBLE[trouble] ?? `refuses commands (${trouble}): rooms wait`}`);
    },
    redisWell: (lastedMs) => error(`mayfly: Redis works again, after ${seconds(lastedMs)}`),
    redisEmptied: () => {
      count('redis.emptied');
      error('mayfly: rooms are gone from Redis: it was restarted or flushed, or unreachable for too long');
    },
    roomsShort: (trouble) => {
      count(`rooms.${trouble}`);
      error(`mayfly: MAX_ROOMS is reached${SPACE_TROUBLE[trouble]}`);
    },
    roomsFree: (lastedMs) => error(`mayfly: there is space for new rooms again, after ${seconds(lastedMs)}`),
    overloaded: (trouble) => {
      count(`overloaded.${trouble}`);
      error(`mayfly: ${LOAD_TROUBLE[trouble]}`);
    },
    relieved: (lastedMs) =>
      error(`mayfly: new rooms and people are accepted again, after ${seconds(lastedMs)}`),
    connectionsFull: () => error('mayfly: all connections are in use: new ones are refused'),
    connectionsFree: (lastedMs) => error(`mayfly: connections are free again, after ${seconds(lastedMs)}`),
    connectionOpened: () => count('connection.opened'),
    connectionClosed: () => count('connection.closed'),
    turnedAway: (why) => count(`turned_away.${why}`),
    joined: () => count('joined'),
    turnedBack: (as) => count(`turned_back.${as}`),
    createSlowed: () => count('create.slowed'),
    roomReserved: () => count('room.reserved'),
    roomOpened: () => count('room.opened'),
  };
  return { events, counts: () => Object.fromEntries(counted) };
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}

const SPACE_TROUBLE = {
  give_way: ': unused rooms make way for new ones',
  full: ', and every room is in use: no new ones',
} as const;

const LOAD_TROUBLE: { readonly [trouble in LoadTrouble]: string } = {
  rooms: 'memory is short: no new rooms',
  newcomers: 'memory is short: no new rooms, and no new people',
  slow: 'the server is overloaded: no new rooms, and no new people',
  shedding: 'memory is very short: rooms keep less history, connections that read slowly are closed',
};

const REDIS_TROUBLE: { readonly [trouble in RedisTrouble]?: string } = {
  SILENT: 'does not answer: rooms wait',
  READONLY: 'accepts no writes (READONLY): rooms wait',
  OOM: 'has no memory left (OOM): no new rooms, people or messages',
  NOAUTH: `${LOGIN_REFUSALS.NOAUTH} (NOAUTH): rooms wait`,
  NOPERM: `${LOGIN_REFUSALS.NOPERM} (NOPERM): rooms wait`,
  VERSION: 'holds data of another version of Mayfly (VERSION): its rooms wait',
  WRONGPASS: `${LOGIN_REFUSALS.WRONGPASS} (WRONGPASS): rooms wait`,
};

const STACK_LINES = 6;

// The message may quote what a client sent, so only the class and the stack frames are logged.
function describeError(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const code = 'code' in error && typeof error.code === 'string' ? ` ${error.code}` : '';
  return [`${error.constructor.name}${code}`, ...framesOf(error)].join(' ');
}

// The stack begins with the message, which may look like a stack itself.
function framesOf({ stack = '', message }: Error): readonly string[] {
  const start = stack.indexOf(message);
  if (start < 0) return [];
  return stack
    .slice(start + message.length)
    .split('\n')
    .filter((line) => /^\s+at .+:\d+:\d+\)?$/.test(line))
    .slice(0, STACK_LINES)
    .map((line) => line.trim());
}
