// The only logger and meter: one function per event, with declared fields, so that an address, a room's id, a name
// or a body cannot be written by accident. Says little: stop, and our own trouble.

import type { TurnedBack } from '@mayfly/protocol';
import type { SpaceReport } from '../store/room-space.ts';
import type { LoadReport } from '../guard/guard.ts';
import { type PlacesReport, filesFor } from '../guard/places.ts';
import type { LoadTrouble } from '../guard/pressure.ts';
import type { RedisTrouble } from '../store/redis/redis-health.ts';
import { LOGIN_REFUSALS } from '../store/redis/refusals.ts';

export const LOG_LEVELS = ['silent', 'error', 'info'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** What kept somebody out at the door. */
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

/** Where our own trouble happened: a word of ours, never something a client sent. */
type TroublePlace = 'http' | 'process' | 'session' | 'socket' | 'store';

export interface Events extends SpaceReport, LoadReport, PlacesReport {
  stopping(connections: number): void;
  stopped(): void;
  /**
   * A bug or a lost dependency. Writes the kind of error and our lines of its stack, never its message; the same again at the
   * 10th, 100th … time only, so that nobody can fill the log.
   */
  trouble(place: TroublePlace, error: unknown): void;
  /** The system permits fewer files than `MAX_CONNECTIONS` needs, so fewer connections are taken. */
  fewFiles(openFilesMax: number, connections: number, maxConnections: number): void;
  certificateRenewed(validUntil: Date): void;
  /** The new files are unusable, so the server keeps the certificate it has. `complaint` names settings and paths. */
  certificateKept(complaint: string): void;
  /** The operator allowed it. `warning` names a server and a setting of theirs, and nothing of a room. */
  persistentRedis(warning: string): void;
  /** It cannot be asked any more, or for another reason than before. Not for each call that fails. */
  redisTrouble(trouble: RedisTrouble): void;
  redisWell(lastedMs: number): void;
  redisEmptied(): void;
  connectionOpened(): void;
  connectionClosed(): void;
  turnedAway(why: TurnedAway): void;
  joined(): void;
  turnedBack(as: TurnedBack): void;
  /** A room that was not made, because of its maker's address. */
  createSlowed(): void;
  roomReserved(): void;
  roomOpened(): void;
}

export type Counts = { readonly [event: string]: number };

/** `write` gets whole lines without their end. */
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
    trouble: (place, cause) => {
      count(`trouble.${place}`);
      const what = `trouble in ${place}: ${describeError(cause)}`;
      const times = (troubles.get(what) ?? 0) + 1;
      troubles.set(what, times);
      if (/^10*$/.test(String(times)))
        error(`mayfly: ${what}${times === 1 ? '' : ` (${times} times by now)`}`);
    },
    fewFiles: (openFilesMax, connections, maxConnections) =>
      error(
        `mayfly: warning: this process may open ${openFilesMax} files only, so it takes ${connections} connections and not the ` +
          `${maxConnections} of MAX_CONNECTIONS. Raise the limit to ${filesFor(maxConnections)} (ulimit -n, LimitNOFILE), or lower MAX_CONNECTIONS.`,
      ),
    certificateRenewed: (validUntil) =>
      info(`mayfly: new certificate in use, valid until ${validUntil.toISOString().slice(0, 10)}`),
    certificateKept: (complaint) =>
      error(`mayfly: warning: the certificate was not renewed, the old one stays in use: ${complaint}`),
    persistentRedis: (warning) => error(`mayfly: warning: Redis ${warning}`),
    redisTrouble: (trouble) => {
      count(`redis.${trouble}`);
      error(`mayfly: Redis ${REDIS_TROUBLE[trouble] ?? `refuses what it is asked (${trouble}): rooms wait`}`);
    },
    redisWell: (lastedMs) => error(`mayfly: Redis is well again, after ${Math.round(lastedMs / 1000)} s`),
    redisEmptied: () => {
      count('redis.emptied');
      error('mayfly: rooms are gone from Redis: it was restarted or flushed, or out of reach for too long');
    },
    roomsShort: (trouble) => {
      count(`rooms.${trouble}`);
      error(`mayfly: MAX_ROOMS is reached${SPACE_TROUBLE[trouble]}`);
    },
    roomsFree: (lastedMs) =>
      error(`mayfly: there is space for new rooms again, after ${Math.round(lastedMs / 1000)} s`),
    overloaded: (trouble) => {
      count(`overloaded.${trouble}`);
      error(`mayfly: ${LOAD_TROUBLE[trouble]}`);
    },
    relieved: (lastedMs) =>
      error(`mayfly: rooms and people are taken in again, after ${Math.round(lastedMs / 1000)} s`),
    placesTaken: () => error('mayfly: all places for connections are taken: no new ones'),
    placesFree: (lastedMs) =>
      error(`mayfly: there are places for connections again, after ${Math.round(lastedMs / 1000)} s`),
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

const SPACE_TROUBLE = {
  give_way: ': rooms that nobody has used give way to new ones',
  full: ', and every room is in use: no new ones',
} as const;

const LOAD_TROUBLE: { readonly [trouble in LoadTrouble]: string } = {
  rooms: 'memory is short: no new rooms',
  newcomers: 'memory is short: no new rooms, and no new people',
  slow: 'there is too much to do: no new rooms, and no new people',
  shedding: 'memory is very short: rooms keep less history, connections that read slowly are closed',
};

const REDIS_TROUBLE: { readonly [trouble in RedisTrouble]?: string } = {
  SILENT: 'does not answer: rooms wait',
  READONLY: 'takes nothing new (READONLY): rooms wait',
  OOM: 'has no memory left (OOM): no new rooms, people or messages',
  NOAUTH: `${LOGIN_REFUSALS.NOAUTH} (NOAUTH): rooms wait`,
  NOPERM: `${LOGIN_REFUSALS.NOPERM} (NOPERM): rooms wait`,
  VERSION: 'holds data of another version of Mayfly (VERSION): its rooms wait',
  WRONGPASS: `${LOGIN_REFUSALS.WRONGPASS} (WRONGPASS): rooms wait`,
};

const STACK_LINES = 6;

// An error's message may quote what a client sent, so only its kind and the places in the code are told.
function describeError(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const code = 'code' in error && typeof error.code === 'string' ? ` ${error.code}` : '';
  return [`${error.constructor.name}${code}`, ...placesOf(error)].join(' ');
}

// The stack begins with the message, which may itself look like a stack.
function placesOf({ stack = '', message }: Error): readonly string[] {
  const start = stack.indexOf(message);
  if (start < 0) return [];
  return stack
    .slice(start + message.length)
    .split('\n')
    .filter((line) => /^\s+at .+:\d+:\d+\)?$/.test(line))
    .slice(0, STACK_LINES)
    .map((line) => line.trim());
}
