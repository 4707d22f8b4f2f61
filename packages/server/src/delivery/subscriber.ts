// A session's seat in a room: what it has heard, and the one way in which the rest gets to its socket.
// First what it is owed since its join, then the room's ring; never more than its socket takes.

import type { CloseReason } from '@mayfly/protocol';
import type { MemberSession } from '../store/room-store.ts';
import { type Frame, encodeFrame, encodeFrames, encodedLength } from './frame.ts';
import { type Entry, PIECE_BYTES_MAX, type Piece, type Ring, joinFramed } from './backlog.ts';

/** The outgoing side of one WebSocket. Nothing here throws. */
export interface Socket {
  /** Written, and not yet taken by the network. */
  readonly bufferedBytes: number;
  /** Whole frames, as `frame.ts` makes them. The bytes are not changed any more by anybody. */
  write(framed: Uint8Array): void;
  /** Its session will hear `drained` once when all that is written is taken, unless that takes too long. */
  tellWhenDrained(): void;
  /** The last frame, behind everything that was written. */
  close(why: CloseReason): void;
}

/** What happens to a session, other than what it is sent. */
export type Notice =
  | { readonly type: 'replaced'; readonly session: MemberSession }
  | { readonly type: 'ended'; readonly frame: string }
  /** The node has missed something: what follows would stand behind a hole. */
  | { readonly type: 'hole' };

/** A session, as its room sees it. Does not throw. */
export interface Guest {
  notice(told: Notice): void;
  close(why: CloseReason): void;
}

/** Where a session stands: everything up to here it has heard. */
export type Heard = { readonly logId: string; seq: number; presenceVersion: number };

/** What a seat needs of its room. */
export interface Hall {
  readonly ring: Ring;
  /** The log its events are of; undefined before the first. */
  readonly logId: string | undefined;
  /** `seat` has a place behind the head, and keeps the ring from being cleared. */
  behind(seat: Seat): void;
  /** It needs nothing of the ring any more. */
  upToDate(seat: Seat): void;
  leave(seat: Seat): void;
}

/** A socket with more unsent bytes gets nothing queued: it lags, and is only a place in the ring. */
export const LAG_BYTES_MAX = 64 * 1024;

export class Seat implements Disposable {
  readonly guest: Guest;
  readonly #hall: Hall;
  readonly #socket: Socket;
  #place: number;
  #owed: Frame[] = [];
  /** Undefined until the join is answered. */
  #heard: Heard | undefined;
  #left = false;

  /** From now on nothing that happens in the room is missed. */
  constructor(hall: Hall, guest: Guest, socket: Socket) {
    this.guest = guest;
    this.#hall = hall;
    this.#socket = socket;
    this.#place = hall.ring.head;
    hall.behind(this);
  }

  /** The join is answered: `owed` comes first and takes its listener to `heard`, then what happened meanwhile. */
  begin(heard: Heard, owed: readonly Frame[]): void {
    this.#heard = heard;
    this.#owed = owed.toReversed();
    this.catchUp();
  }

  /** A word of the session's own, behind all that happened before; a socket that lags hears it at once. */
  say(frame: Frame): void {
    this.catchUp();
    if (!this.#left) this.#socket.write(encodeFrame(frame));
  }

  /** The last word, when the room is over. What was still owed is the store's, and wiped already. */
  conclude(frame: Frame): void {
    if (this.#owed.length > 0) this.#heard = undefined;
    this.say(frame);
  }

  /** Writes what is new, as far as the socket takes it. */
  catchUp(): void {
    const heard = this.#heard;
    if (heard === undefined || this.#left) return;
    if (this.#place < this.#hall.ring.start) return this.guest.close('tooSlow');
    if (!this.#sendOwed()) return this.#lag();
    const { ring } = this.#hall;
    for (let piece = ring.pieceAt(this.#place); piece !== undefined; piece = ring.pieceAt(this.#place)) {
      if (!this.#takes(piece.framed.length)) return this.#lag();
      if (!this.#fits(piece, heard)) return this.guest.close('serverError');
      this.#send(piece, heard);
    }
    this.#hall.upToDate(this);
  }

  [Symbol.dispose](): void {
    this.#left = true;
    this.#owed.length = 0;
    this.#hall.leave(this);
  }

  // Its place is all that a seat holds while it lags; the socket says when to go on.
  #lag(): void {
    this.#hall.behind(this);
    this.#socket.tellWhenDrained();
  }

  #takes(bytes: number): boolean {
    const { bufferedBytes } = this.#socket;
    return bufferedBytes === 0 || bufferedBytes + bytes <= LAG_BYTES_MAX;
  }

  // The frames of a welcome are the store's own bytes: they are copied piece by piece, when the socket takes them.
  #sendOwed(): boolean {
    while (this.#owed.length > 0) {
      if (!this.#takes(PIECE_BYTES_MAX)) return false;
      this.#socket.write(encodeFrames(this.#nextOwed()));
    }
    return true;
  }

  #nextOwed(): readonly Frame[] {
    const frames: Frame[] = [];
    let bytes = 0;
    for (let next = this.#owed.at(-1); next !== undefined; next = this.#owed.at(-1)) {
      bytes += encodedLength(next);
      if (bytes > PIECE_BYTES_MAX && frames.length > 0) break;
      frames.push(next);
      this.#owed.pop();
    }
    return frames;
  }

  // A hole is never hidden: the connection ends, and resume repairs it.
  #fits({ firstSeq }: Piece, { logId, seq }: Heard): boolean {
    return firstSeq === 0 || (this.#hall.logId === logId && firstSeq <= seq + 1);
  }

  #send(piece: Piece, heard: Heard): void {
    const { firstSeq, lastSeq, firstVersion, lastVersion } = piece;
    const isAllNew =
      (firstSeq === 0 || firstSeq > heard.seq) &&
      (firstVersion === 0 || firstVersion > heard.presenceVersion);
    const framed = isAllNew ? piece.framed : joinFramed(piece.entries.filter((entry) => isNew(entry, heard)));
    this.#place = piece.to;
    heard.seq = Math.max(heard.seq, lastSeq);
    heard.presenceVersion = Math.max(heard.presenceVersion, lastVersion);
    if (framed.length > 0) this.#socket.write(framed);
  }
}

// What happened while a join was answered may be in the answer already.
function isNew({ mark }: Entry, heard: Heard): boolean {
  if (mark === undefined) return true;
  return mark.type === 'event' ? mark.seq > heard.seq : mark.version > heard.presenceVersion;
}
