// How many connections fit: as many as the operator allows, and no more than the process may open files.

/** Connections beside WebSockets: for the page, for requests, and for upgrades in progress. */
export const HTTP_CONNECTIONS = 1_000;
/** Files that are not connections: Node's own, the log, connections to Redis. */
export const OWN_FILES = 64;

export type Capacity = {
  /** At most `MAX_CONNECTIONS`. */
  readonly webSockets: number;
  readonly http: number;
};

/** For the log. */
export interface CapacityReport {
  /** New connections are refused from here on. */
  connectionsFull(): void;
  connectionsFree(lastedMs: number): void;
}

/** `openFilesMax`: undefined if unknown or unlimited. */
export function capacityFor(maxConnections: number, openFilesMax: number | undefined): Capacity {
  if (openFilesMax === undefined) return { webSockets: maxConnections, http: HTTP_CONNECTIONS };
  const files = openFilesMax - Math.min(OWN_FILES, Math.floor(openFilesMax / 2));
  const spared = Math.min(HTTP_CONNECTIONS, Math.ceil(files / 4));
  const webSockets = Math.max(1, Math.min(maxConnections, files - spared));
  return { webSockets, http: Math.max(1, Math.min(HTTP_CONNECTIONS, files - webSockets)) };
}

/** The limit of open files that this many connections need. */
export function filesFor(maxConnections: number): number {
  return maxConnections + HTTP_CONNECTIONS + OWN_FILES;
}

/** The limit of open files in a diagnostic report of Node. Undefined if unknown or unlimited. */
export function openFilesIn(report: unknown): number | undefined {
  const soft = ['userLimits', 'open_files', 'soft'].reduce(memberOf, report);
  return typeof soft === 'number' && soft > 0 ? soft : undefined;
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
