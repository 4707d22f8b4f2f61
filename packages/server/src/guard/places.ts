// How many connections there can be: as many as the operator allows, and no more than the system permits this process files.

/** Beside WebSockets, for the page, for requests, and for those that are to become WebSockets. */
export const HTTP_PLACES = 1_000;
/** Files beside connections: Node's own, the log, connections to Redis. */
export const OWN_FILES = 64;

export type Places = {
  /** No more than `MAX_CONNECTIONS`. */
  readonly webSockets: number;
  readonly http: number;
};

/** What is told to the log. */
export interface PlacesReport {
  /** Whoever comes now is refused. */
  placesTaken(): void;
  placesFree(lastedMs: number): void;
}

/** `openFilesMax`: undefined where nobody knows it, or it is unlimited. */
export function placesFor(maxConnections: number, openFilesMax: number | undefined): Places {
  if (openFilesMax === undefined) return { webSockets: maxConnections, http: HTTP_PLACES };
  const files = openFilesMax - Math.min(OWN_FILES, Math.floor(openFilesMax / 2));
  const spared = Math.min(HTTP_PLACES, Math.ceil(files / 4));
  const webSockets = Math.max(1, Math.min(maxConnections, files - spared));
  return { webSockets, http: Math.max(1, Math.min(HTTP_PLACES, files - webSockets)) };
}

/** The limit of files that is enough for so many connections. */
export function filesFor(maxConnections: number): number {
  return maxConnections + HTTP_PLACES + OWN_FILES;
}

/** Of a diagnostic report of Node: how many files the process may have open. Undefined: it does not say, or any number. */
export function openFilesIn(report: unknown): number | undefined {
  const soft = ['userLimits', 'open_files', 'soft'].reduce(memberOf, report);
  return typeof soft === 'number' && soft > 0 ? soft : undefined;
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
