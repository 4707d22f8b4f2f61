// What lately happened in a room, framed once for everybody. Who reads it has a place in it and nothing of its own.

/** What stands behind a frame, where its reader has to know: events must fit on, presence must be newer. */
type Mark =
  | { readonly type: 'event'; readonly seq: number }
  | { readonly type: 'presence'; readonly version: number };

export type Entry = { readonly framed: Uint8Array; readonly mark?: Mark };

/** Consecutive entries as one write: the same object for everybody who reads from the same place. */
export type Piece = {
  readonly framed: Uint8Array;
  readonly entries: readonly Entry[];
  /** The place after it. */
  readonly to: number;
  /** Seqs of its first and last event; 0 where there is none. */
  readonly firstSeq: number;
  readonly lastSeq: number;
  /** Versions of its first and last presence; 0 where there is none. */
  readonly firstVersion: number;
  readonly lastVersion: number;
};

/** Nobody's unsent bytes grow by more than this at a time. */
export const PIECE_BYTES_MAX = 32 * 1024;

/** What a ring keeps for those who lag. Who needs more than that resumes. */
export const RING_MAX = { entries: 1_000, bytes: 1024 * 1024 } as const;

export class Ring {
  readonly #entries: Entry[] = [];
  #pieces = new Map<number, Piece>();
  #start = 0;
  #bytes = 0;

  /** The place of the oldest entry that is still here. */
  get start(): number {
    return this.#start;
  }

  /** The place where the next entry will stand. */
  get head(): number {
    return this.#start + this.#entries.length;
  }

  push(entry: Entry): void {
    this.#entries.push(entry);
    this.#bytes += entry.framed.length;
    this.#forgetPieces();
  }

  /** What comes at `place`, which is not before `start`; undefined at the head. */
  pieceAt(place: number): Piece | undefined {
    if (place >= this.head) return undefined;
    const known = this.#pieces.get(place);
    if (known !== undefined) return known;
    const piece = makePiece(this.#entries, place - this.#start, place);
    this.#pieces.set(place, piece);
    return piece;
  }

  /** Lets go what is beyond the bounds. */
  trim(): void {
    while (this.#entries.length > RING_MAX.entries || this.#bytes > RING_MAX.bytes) {
      this.#bytes -= this.#entries.shift()?.framed.length ?? 0;
      this.#start += 1;
    }
  }

  clear(): void {
    this.#start = this.head;
    this.#entries.length = 0;
    this.#forgetPieces();
    this.#bytes = 0;
  }

  // A new map: what a map held before `clear` leads V8 to what it holds after, and one such piece that has grown old
  // keeps all later ones until a full collection.
  #forgetPieces(): void {
    if (this.#pieces.size > 0) this.#pieces = new Map();
  }
}

function makePiece(all: readonly Entry[], from: number, place: number): Piece {
  const entries = all.slice(from, endOfPiece(all, from));
  const seqs = entries.flatMap(({ mark }) => (mark?.type === 'event' ? mark.seq : []));
  const versions = entries.flatMap(({ mark }) => (mark?.type === 'presence' ? mark.version : []));
  return {
    framed: joinFramed(entries),
    entries,
    to: place + entries.length,
    firstSeq: seqs[0] ?? 0,
    lastSeq: seqs.at(-1) ?? 0,
    firstVersion: versions[0] ?? 0,
    lastVersion: versions.at(-1) ?? 0,
  };
}

function endOfPiece(all: readonly Entry[], from: number): number {
  let bytes = 0;
  for (let at = from; at < all.length; at++) {
    bytes += all[at]?.framed.length ?? 0;
    if (bytes > PIECE_BYTES_MAX) return Math.max(at, from + 1);
  }
  return all.length;
}

/** One buffer for all of them; a single one is that one's own. */
export function joinFramed(entries: readonly Entry[]): Uint8Array {
  const [only] = entries;
  if (only !== undefined && entries.length === 1) return only.framed;
  return Buffer.concat(entries.map(({ framed }) => framed));
}
