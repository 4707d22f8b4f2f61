// Startup as the operator sees it: settings in, a running server or plain sentences out. main.ts owns the process.

import { type Config, type Environment, loadConfig } from './config.ts';
import { readEnvironment } from './environment.ts';
import { createEvents } from './observe/events.ts';
import { type OriginRules, isLoopback, parseHost, readVisit } from './guard/origins.ts';
import { type RunningServer, type ServerParts, StartError, startServer } from './server.ts';

export type RunOptions = Omit<ServerParts, 'events'> & {
  readonly environment: Environment;
  /** The path of `.env`, which need not exist. */
  readonly envPath: string;
  /** This machine's IPv4 addresses that others can reach. */
  readonly addresses: readonly string[];
  readonly say: (line: string) => void;
  readonly complain: (line: string) => void;
};

export type Run = { readonly server: RunningServer; readonly trouble: (error: unknown) => void };

/** Undefined if the server can't start; `complain` has been given the reasons, one line each. */
export async function run(options: RunOptions): Promise<Run | undefined> {
  const { environment, envPath, addresses, say, complain, ...parts } = options;
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

/** Addresses that browsers reach as `localhost`; other loopback addresses are not among them. */
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

/** What the terminal shows once the server is up: only addresses that it answers to. */
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
    ...(publicOrigin === undefined ? [] : [`    For everyone      ${publicOrigin}${path}`]),
    ...(local === undefined ? [] : [`    On this machine   ${url(local)}`]),
    ...network.map((address) => `    On your network   ${url(address)}`),
    '',
    redisUrl === undefined
      ? '  Press Ctrl+C to stop it. Rooms exist only in memory, so they are gone then.'
      : '  Press Ctrl+C to stop it. Rooms are in Redis and stay available on other servers.',
    '',
  ];
}
