// A start as its operator sees it: settings in, a running server or plain sentences out. The process is main.ts's.

import { type Config, type Environment, loadConfig } from './config.ts';
import { readEnvironment } from './environment.ts';
import { createEvents } from './observe/events.ts';
import { type OriginRules, isLoopback, parseHost, readVisit } from './guard/origins.ts';
import { type RunningServer, type ServerParts, StartError, startServer } from './server.ts';

export type Surroundings = Omit<ServerParts, 'events'> & {
  readonly environment: Environment;
  /** The path of `.env`, which need not exist. */
  readonly envPath: string;
  /** IPv4 addresses of this machine that others can reach. */
  readonly addresses: readonly string[];
  readonly say: (line: string) => void;
  readonly complain: (line: string) => void;
};

export type Run = { readonly server: RunningServer; readonly trouble: (error: unknown) => void };

/** Undefined if it doesn't start; the reasons are complained about, one line each. */
export async function run(surroundings: Surroundings): Promise<Run | undefined> {
  const { environment, envPath, addresses, say, complain, ...parts } = surroundings;
  const { complaints, warnings, ...written } = readEnvironment(environment, envPath);
  const loaded = loadConfig(written.environment);
  for (const warning of warnings) complain(`mayfly: warning: ${warning}`);
  for (const complaint of [...complaints, ...(loaded.ok ? [] : loaded.complaints)])
    complain(`mayfly: ${complaint}`);
  if (!loaded.ok || complaints.length > 0) return undefined;
  const { config } = loaded;
  const { events } = createEvents(config.logLevel, complain);
  try {
    const server = await startServer(config, { ...parts, events });
    for (const line of greeting({ ...config, ...server, addresses })) say(line);
    return { server, trouble: (error) => events.trouble('process', error) };
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    complain(`mayfly: ${error.message}`);
    return undefined;
  }
}

/** What the name means to browsers: no other address of loopback is reached by it. */
const LOCALHOST = new Set(['localhost', '127.0.0.1', '::1']);

function isOnThisMachine(name: string): boolean {
  const host = parseHost(name);
  return host !== undefined && isLoopback(host);
}

type Reachable = Pick<Config, 'host' | 'redisUrl' | 'basePath'> &
  Omit<OriginRules, 'tls'> & {
    readonly port: number;
    readonly secure: boolean;
    readonly addresses: readonly string[];
  };

/** What the terminal says when the server is up: only addresses that it answers to. */
export function greeting(reachable: Reachable): readonly string[] {
  const { host, port, secure, publicOrigin, basePath, addresses, redisUrl } = reachable;
  const path = basePath === '/' ? '' : basePath;
  const url = (name: string) => `${secure ? 'https' : 'http'}://${name}:${port}${path}`;
  const everywhere = host === '0.0.0.0' || host === '::';
  const own = host.includes(':') ? `[${host}]` : host;
  const local = everywhere || LOCALHOST.has(host) ? 'localhost' : isOnThisMachine(own) ? own : undefined;
  const answers = (name: string) => readVisit({ ...reachable, tls: secure }, { host: `${name}:${port}` }).ok;
  const network = (everywhere ? addresses : local === undefined ? [own] : []).filter(answers);
  return [
    '',
    '  Mayfly is running.',
    '',
    ...(publicOrigin === undefined ? [] : [`    For everybody     ${publicOrigin}${path}`]),
    ...(local === undefined ? [] : [`    On this machine   ${url(local)}`]),
    ...network.map((address) => `    On your network   ${url(address)}`),
    '',
    redisUrl === undefined
      ? '  Ctrl+C stops it. Rooms live in its memory only, and are gone then.'
      : '  Ctrl+C stops it. Rooms live in the memory of Redis, and go on at other nodes.',
    '',
  ];
}
