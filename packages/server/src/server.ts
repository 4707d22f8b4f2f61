// One Mayfly server: store, hub, HTTP and WebSocket put together, started and stopped. The only file that names a store.

import type { AddressInfo } from 'node:net';
import { FILE_PART_BYTES, type RoomLimits, sealedFileSize } from '@mayfly/protocol';
import type { FastifyInstance } from 'fastify';
import { type AdminDeps, openAdminSocket } from './admin/admin-socket.ts';
import { background } from './net/background.ts';
import type { Clock, RandomBytes } from './net/clock.ts';
import type { Config } from './config.ts';
import { Gateway } from './socket/gateway.ts';
import type { Events } from './observe/events.ts';
import type { PlaceLimits } from './guard/file-guard.ts';
import { Guard } from './guard/guard.ts';
import { SHORT_HISTORY, limitsAt } from './guard/limits.ts';
import { type Capacity, capacityFor } from './guard/capacity.ts';
import type { Vitals } from './guard/pressure.ts';
import { createHttp } from './http/http-server.ts';
import { HttpConnections } from './net/http-connections.ts';
import { CertificateRenewal, type TlsFiles, type TlsPaths, readCertificate } from './net/certificate.ts';
import { useCertificate } from './net/listener.ts';
import { BUILT_PAGE, hasPage } from './http/page.ts';
import { routeTable } from './http/table.ts';
import { RoomSpace } from './store/room-space.ts';
import { FanOut } from './delivery/fan-out.ts';
import { Hub } from './delivery/hub.ts';
import { SlicedQueue } from './net/sliced-queue.ts';
import { MemoryStore } from './store/memory/memory-store.ts';
import type { RedisOutage } from './store/redis/redis-health.ts';
import { connectRedisStore } from './store/redis/start/connect.ts';
import { DataVersionConflict } from './store/redis/start/data-version.ts';
import { checkRedis } from './store/redis/start/start-check.ts';
import { type FileStore, NO_FILES } from './store/file-store.ts';
import type { RoomStore, StoreLimits } from './store/room-store.ts';

/** What the embedding program gives to a server. */
export type ServerParts = {
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly events: Events;
  /** Asked once a second. Without it the process never counts as short of anything. */
  readonly vitals?: () => Vitals;
  /** The operator asks this server to stop. */
  readonly stop?: () => void;
  /** The memory that the process may use, in bytes, if known. */
  readonly memoryBytes?: number;
  /** How many files the process may have open, if known. */
  readonly openFilesMax?: number | undefined;
  /** The time of day, in milliseconds. Without it the machine is assumed to be always awake. */
  readonly wall?: () => number;
  /** By default in Redis if `REDIS_URL` is set, otherwise in this process. Disposed of with the server. */
  readonly store?: RoomStore;
  /** By default the files of the default store; with another store, none. */
  readonly files?: FileStore;
  /** By default the page as this repository builds it. */
  readonly pageDirectory?: string;
};

/** A server that listens. Disposing of it stops it gracefully. */
export type RunningServer = AsyncDisposable & {
  readonly address: string;
  /** The actual port, also if the configuration said 0. */
  readonly port: number;
  readonly secure: boolean;
  /** Reads TLS_CERT and TLS_KEY again. Does nothing without TLS. */
  readonly renewCertificate: () => Promise<void>;
};

/** Something outside the program prevents the start; the message is a plain sentence for the operator. */
export class StartError extends Error {}

/** Connections that have not joined yet (rule LIMIT-3). */
const UNJOINED_MAX = 2_000;
const AT_EASE: Vitals = { memoryShare: 0, loopP99Ms: 0 };

/** Throws `StartError` if the page isn't built, a TLS file is unusable, Redis isn't good enough, or it can't listen on the address. */
export async function startServer(config: Config, parts: ServerParts): Promise<RunningServer> {
  const { clock, random, events, pageDirectory = BUILT_PAGE } = parts;
  if (!hasPage(pageDirectory)) throw new StartError("The page isn't built. npm start builds it.");
  const tls = await openCertificate(config);
  const { store, files, persistentRedis, redisOutage } = await openStore(config, parts);
  const rules = { ...config, tls: tls !== undefined };
  let isDraining = false;
  const draining = () => isDraining;

  const guard = new Guard({
    limits: limitsAt(config.rateLimits),
    places: placeLimits(config, parts),
    clock,
    random,
    vitals: parts.vitals ?? (() => AT_EASE),
    report: events,
    onTrouble: (error) => events.trouble('process', error),
    shed: () => {
      gateway.shed();
      background(store.shorten(SHORT_HISTORY), (error) => events.trouble('store', error));
    },
  });
  const space = new RoomSpace({
    clock,
    maxRooms: config.maxRooms,
    size: () => store.size(),
    report: events,
    onTrouble: (error) => events.trouble('store', error),
  });
  const incidents = {
    redis: redisOutage,
    load: () => guard.incident,
    rooms: () => space.shortage,
    connections: () => gateway.incident,
  };
  const routes = routeTable({
    files: { files, guard, hstsDays: config.hstsDays },
    health: { draining, persistentRedis, incidents },
    rooms: { config, store, guard, events, random, space },
    page: { ...config, directory: pageDirectory },
  });
  const app = await createHttp({ ...config, routes, rules, tls: tls?.files, events, draining, clock }).catch(
    async (error: unknown) => {
      guard[Symbol.dispose]();
      await store[Symbol.asyncDispose]();
      throw error;
    },
  );
  const capacity = chooseCapacity(config, parts);
  const hub = new Hub(store, new FanOut(clock));
  const proofQueue = new SlicedQueue(clock);
  const session = {
    store,
    hub,
    proofQueue,
    clock,
    random,
    limits: roomLimits(config),
    lifeMaxMs: config.roomLifeMaxSeconds * 1000,
    ...(takesFiles(config) && { files: { store: files, bytesMax: sealedFileSize(config.maxFileMb * MIB) } }),
  };
  const gateway: Gateway = new Gateway(app.server, {
    rules,
    basePath: config.basePath,
    guard,
    maxConnections: capacity.webSockets,
    maxUnjoined: UNJOINED_MAX,
    session,
    events,
    draining,
    onUpgraded: (socket) => httpConnections.upgraded(socket),
  });
  const httpConnections: HttpConnections = new HttpConnections(app.server, {
    clock,
    max: capacity.webSockets + capacity.http,
  });

  const renewal =
    tls &&
    new CertificateRenewal({
      ...tls,
      clock,
      use: (files) => useCertificate(app.server, files),
      report: events,
      onTrouble: (error) => events.trouble('process', error),
    });

  const close = async (): Promise<void> => {
    renewal?.[Symbol.dispose]();
    guard[Symbol.dispose]();
    space[Symbol.dispose]();
    await admin?.[Symbol.asyncDispose]();
    await gateway[Symbol.asyncDispose]();
    await closeHttp(app, clock);
    httpConnections[Symbol.dispose]();
    await store[Symbol.asyncDispose]();
  };
  const stop = async (): Promise<void> => {
    isDraining = true;
    events.stopping(gateway.size);
    await gateway.drain(config.drainSeconds * 1000);
    await close();
    events.stopped();
  };
  let stopping: Promise<void> | undefined;
  let admin: AsyncDisposable | undefined;

  try {
    admin = await openAdmin(config, {
      store,
      connections: () => gateway.size,
      fileBytes: () => guard.files.heldBytes,
      refuseRooms: (isOn) => {
        guard.refusesRooms = isOn;
      },
      refusesRooms: () => guard.refusesRooms,
      drain: parts.stop ?? (() => {}),
      onTrouble: (error) => events.trouble('process', error),
    });
    await app.listen({ host: config.host, port: config.port });
  } catch (error) {
    await close();
    throw explainListening(error, config);
  }
  // A connection that could not be accepted is lost to the client alone.
  app.server.on('error', (error) => events.trouble('socket', error));
  const { address, port } = boundTo(app);
  return {
    address,
    port,
    secure: rules.tls,
    renewCertificate: async () => renewal?.renew(),
    [Symbol.asyncDispose]: () => (stopping ??= stop()),
  };
}

function chooseCapacity({ maxConnections }: Config, { openFilesMax, events }: ServerParts): Capacity {
  const capacity = capacityFor(maxConnections, openFilesMax);
  const isShort = openFilesMax !== undefined && capacity.webSockets < maxConnections;
  if (isShort) events.fewFiles(openFilesMax, capacity.webSockets, maxConnections);
  return capacity;
}

type OpenedStore = {
  readonly store: RoomStore;
  readonly files: FileStore;
  /** Settings of Redis with which rooms may outlive its memory. */
  readonly persistentRedis: readonly string[];
  readonly redisOutage: () => RedisOutage | undefined;
};

const NO_REDIS = { persistentRedis: [], redisOutage: () => undefined };

async function openStore(config: Config, parts: ServerParts): Promise<OpenedStore> {
  const { clock, random, events } = parts;
  const { redisUrl } = config;
  const limits = storeLimits(config, parts);
  if (parts.store !== undefined) return { store: parts.store, files: parts.files ?? NO_FILES, ...NO_REDIS };
  if (redisUrl === undefined) {
    const { wall } = parts;
    const store = new MemoryStore({ clock, random, limits, ...(wall && { wall }) });
    return { store, files: store.files ?? NO_FILES, ...NO_REDIS };
  }

  const check = await checkRedis(redisUrl, config.allowPersistentRedis);
  if (!check.ok) throw new StartError(check.complaint);
  for (const warning of check.warnings) events.persistentRedis(warning);
  const onTrouble = (error: unknown) => events.trouble('store', error);
  const store = await connectRedisStore(redisUrl, { clock, random, limits, onTrouble, report: events }).catch(
    (error: unknown) => {
      if (error instanceof DataVersionConflict) throw new StartError(error.message);
      throw new StartError(`${REDIS_CANNOT} (${error instanceof Error ? error.message : 'unknown'})`);
    },
  );
  return {
    store,
    files: store.files ?? NO_FILES,
    persistentRedis: check.persistent,
    redisOutage: () => store.outage,
  };
}

const REDIS_CANNOT =
  "Redis answers, but can't hold rooms. It must be version 7.0 or newer and the primary, and allow functions and sharded pub/sub.";

function storeLimits(config: Config, parts: ServerParts): StoreLimits {
  const { maxRooms, maxMembers, historyMessages, historyBytes, maxRoomFilesMb, fileLifeMaxSeconds } = config;
  const files = {
    roomBytes: maxRoomFilesMb * MIB,
    allBytes: allFilesBytes(config, parts),
    lifeMs: fileLifeMaxSeconds * 1000,
  };
  const rooms = { maxRooms, maxMembers, historyMessages, historyBytes };
  return takesFiles(config) ? { ...rooms, files } : rooms;
}

const MIB = 2 ** 20;
/** Unless MAX_FILES_MB says so. */
const ALL_FILES = { bytes: 512 * MIB, memoryShare: 1 / 4 };

function takesFiles({ files, maxFileMb }: Config): boolean {
  return files && maxFileMb > 0;
}

function allFilesBytes({ maxFilesMb }: Config, { memoryBytes = Infinity }: ServerParts): number {
  if (maxFilesMb !== undefined) return maxFilesMb * MIB;
  return Math.min(ALL_FILES.bytes, memoryBytes * ALL_FILES.memoryShare);
}

// Rule LIMIT-11: room for two of the largest files on their way, and an eighth of what is kept.
function placeLimits(config: Config, parts: ServerParts): PlaceLimits {
  const largest = sealedFileSize(config.maxFileMb * MIB);
  const all = allFilesBytes(config, parts);
  return {
    openBytes: 2 * largest,
    heldBytes: Math.max(largest, all / 8),
    allBytes: config.redisUrl === undefined ? Infinity : all,
  };
}

function roomLimits(config: Config): RoomLimits {
  const { maxMembers, historyMessages, historyBytes, rateLimits, maxFileMb, maxRoomFilesMb } = config;
  const { messages, messageBytes } = limitsAt(rateLimits).socket;
  const rates = { messages, bytes: messageBytes };
  const files = { file: maxFileMb * MIB, room: maxRoomFilesMb * MIB, part: FILE_PART_BYTES };
  return {
    members: maxMembers,
    historyMessages,
    historyBytes,
    ...(rateLimits !== 'off' && { rates }),
    ...(takesFiles(config) && { files }),
  };
}

async function openCertificate({
  tlsCert: cert,
  tlsKey: key,
}: Config): Promise<OpenedCertificate | undefined> {
  if (cert === undefined || key === undefined) return undefined;
  const found = await readCertificate({ cert, key });
  if (!found.ok) throw new StartError(found.complaint);
  return { paths: { cert, key }, files: found.files };
}

type OpenedCertificate = { readonly paths: TlsPaths; readonly files: TlsFiles };

function boundTo(app: FastifyInstance): AddressInfo {
  const bound = app.server.address();
  if (bound === null || typeof bound === 'string') throw new Error('a TCP server has an address and a port');
  return bound;
}

const REQUEST_GRACE_MS = 1_000;

// Answers on their way may arrive; connections that only wait are cut.
async function closeHttp(app: FastifyInstance, clock: Clock): Promise<void> {
  const patience = clock.after(REQUEST_GRACE_MS, () => app.server.closeAllConnections());
  await app.close();
  patience[Symbol.dispose]();
}

async function openAdmin({ adminSocket }: Config, deps: AdminDeps): Promise<AsyncDisposable | undefined> {
  if (adminSocket === undefined) return undefined;
  try {
    return await openAdminSocket(adminSocket, deps);
  } catch (error) {
    throw new StartError(
      `ADMIN_SOCKET can't be made at ${adminSocket} (${codeOf(error)}). Its directory must exist and be writable, and nothing else may be there.`,
    );
  }
}

function explainListening(error: unknown, { host, port }: Config): unknown {
  switch (codeOf(error)) {
    case 'EADDRINUSE':
      return new StartError(
        `Port ${port} is in use. Stop the other program, or choose another port: PORT=${port === 65_535 ? 5000 : port + 1}`,
      );
    case 'EACCES':
      return new StartError(
        `Mayfly has no permission to listen on port ${port}. Choose one above 1023: PORT=5000`,
      );
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new StartError(
        `HOST is ${host}, which is not an address of this machine. HOST=0.0.0.0 listens on all of them.`,
      );
    default:
      return error;
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}
