// Delivers a room to one session: first the frames of its welcome, then the room's backlog, never faster than its socket
// takes them.

import { type CloseReason, SERVER_KIND, equalBytes, toHex } from '@mayfly/protocol';
import type { MemberSession, SlicesBySlot } from '../store/room-store.ts';
import { type Frame, encodeFrame, encodeFrames, encodedLength } from './frame.ts';
import { BATCH_BYTES_MAX, type Backlog, type Batch, type Entry, joinFramed } from './backlog.ts';

/** The outgoing side of one WebSocket. Nothing here throws. */
export interface Socket {
  /** Written, but not yet taken by the network. */
  readonly bufferedBytes: number;
  /** Whole frames, as `frame.ts` encodes them. Their bytes must not change afterwards. */
  write(framed: Uint8Array): void;
  /** Calls the session's `drained` once, when everything written is taken. A socket that takes too long is closed. */
  notifyWhenDrained(): void;
  /** The last frame, after everything that was written. */
  close(why: CloseReason): void;
}

/** An ephemeral frame, and the slot of its sender, who doesn't get it. */
export type Signal = { readonly from: Uint8Array; readonly framed: Uint8Array };

/** What happens to a session, apart from the frames it is sent. */
export type RoomNotice =
  | { readonly type: 'replaced'; readonly session: MemberSession }
  /** The owner or a moderator removed this identity. */
  | { readonly type: 'removed'; readonly idPk: Uint8Array }
  | { readonly type: 'ended'; readonly frame: string }
  /** This node missed events, so whatever follows would come after a gap. */
  | { readonly type: 'hole' };

/** A session, as its room sees it. Does not throw. */
export interface RoomSession {
  notice(notice: RoomNotice): void;
  close(why: CloseReason): void;
}

/** Everything up to here has been delivered to a session. */
export type Delivered = { readonly logId: string; seq: number; presenceVersion: number };

/** What a subscriber needs of its room. */
export interface SubscriberList {
  readonly backlog: Backlog;
  /** The log that the backlog's events belong to; undefined before the first. */
  readonly logId: string | undefined;
  /** `subscriber` still needs the backlog, which must not be cleared. */
  markBehind(subscriber: Subscriber): void;
  markCaughtUp(subscriber: Subscriber): void;
  remove(subscriber: Subscriber): void;
}

/** A socket with more unsent bytes than this lags: nothing is queued for it, and it reads on from the backlog later. */
export const LAG_BYTES_MAX = 64 * 1024;

export class Subscriber implements Disposable {
  readonly session: RoomSession;
  readonly #list: SubscriberList;
  readonly #socket: Socket;
  #index: number;
  /** Frames of the welcome still to be sent, the next one last. */
  #welcome: Frame[] = [];
  /** Undefined until the join is answered. */
  #delivered: Delivered | undefined;
  /** Of the member whose session this is, from the join on. */
  #slot: Uint8Array | undefined;
  #disposed = false;
  /** As the list knows it. */
  #isBehind = true;

  /** From now on nothing that happens in the room is missed. */
  constructor(list: SubscriberList, session: RoomSession, socket: Socket) {
    this.session = session;
    this.#list = list;
    this.#socket = socket;
    this.#index = list.backlog.end;
    list.markBehind(this);
  }

  /** The join is answered: `welcome` comes first and brings the session up to `delivered`, then what happened meanwhile. */
  begin(delivered: Delivered, welcome: readonly Frame[], slot: Uint8Array): void {
    this.#delivered = delivered;
    this.#slot = slot;
    this.#welcome = welcome.toReversed();
    this.catchUp();
  }

  /** A frame for this session alone, after everything that happened before it. A lagging socket gets it at once. */
  say(frame: Frame): void {
    this.catchUp();
    if (!this.#disposed) this.#socket.write(encodeFrame(frame));
  }

  /** What another member just did, after everything that happened before it. A lagging socket never gets it. */
  signal({ from, framed }: Signal): void {
    if (this.#slot === undefined || this.#disposed || equalBytes(this.#slot, from)) return;
    const isCaughtUp = this.#welcome.length === 0 && this.#index === this.#list.backlog.end;
    if (isCaughtUp && this.#takes(framed.length)) this.#socket.write(framed);
  }

  /** An event was erased: what is left of it takes its place in the part of the welcome that isn't sent yet. */
  erased(seq: number, frame: Uint8Array): void {
    const at = this.#welcome.findIndex((waiting) => isMessageAt(waiting, seq));
    if (at !== -1) this.#welcome[at] = frame;
  }

  /** The last frame when the room is over. The rest of a welcome holds the store's bytes, which are wiped by now. */
  conclude(frame: Frame): void {
    if (this.#welcome.length > 0) this.#delivered = undefined;
    this.say(frame);
  }

  /** Writes what is new, as far as the socket takes it. */
  catchUp(): void {
    const delivered = this.#delivered;
    if (delivered === undefined || this.#disposed) return;
    const { backlog } = this.#list;
    if (this.#index < backlog.start) return this.session.close('tooSlow');
    if (!this.#sendWelcome(delivered)) return this.#lag();
    for (
      let batch = backlog.batchAt(this.#index);
      batch !== undefined && !this.#disposed;
      batch = backlog.batchAt(this.#index)
    ) {
      if (!this.#takes(batch.framed.length)) return this.#lag();
      if (!this.#follows(batch, delivered)) return this.session.close('serverError');
      this.#send(batch, delivered);
    }
    if (!this.#isBehind || this.#disposed) return;
    this.#isBehind = false;
    this.#list.markCaughtUp(this);
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    this.#welcome.length = 0;
    this.#list.remove(this);
  }

  // A lagging subscriber holds only its index; the socket says when to go on.
  #lag(): void {
    this.#isBehind = true;
    this.#list.markBehind(this);
    this.#socket.notifyWhenDrained();
  }

  #takes(bytes: number): boolean {
    const { bufferedBytes } = this.#socket;
    return bufferedBytes === 0 || bufferedBytes + bytes <= LAG_BYTES_MAX;
  }

  // A welcome's frames are the store's own bytes: copied batch by batch, as the socket takes them.
  #sendWelcome(delivered: Delivered): boolean {
    while (this.#welcome.length > 0) {
      if (!this.#takes(BATCH_BYTES_MAX)) return false;
      const encoded = encodeFrames(this.#nextOfWelcome());
      if (this.#welcome.length > 0 || !this.#sendWithNews(encoded, delivered)) this.#socket.write(encoded);
    }
    return true;
  }

  // A join is announced to the room while it is answered, so there is mostly something new already: one write, not two.
  #sendWithNews(welcome: Uint8Array, delivered: Delivered): boolean {
    const batch = this.#list.backlog.batchAt(this.#index);
    if (batch === undefined || batch.slices !== undefined) return false;
    const unsent = this.#socket.bufferedBytes + welcome.length + batch.framed.length;
    if (unsent > LAG_BYTES_MAX || !this.#follows(batch, delivered)) return false;
    this.#sendNew(batch, delivered, welcome);
    return true;
  }

  #nextOfWelcome(): readonly Frame[] {
    const frames: Frame[] = [];
    let bytes = 0;
    for (let next = this.#welcome.at(-1); next !== undefined; next = this.#welcome.at(-1)) {
      bytes += encodedLength(next);
      if (bytes > BATCH_BYTES_MAX && frames.length > 0) break;
      frames.push(next);
      this.#welcome.pop();
    }
    return frames;
  }

  // A gap is never hidden: the connection ends, and resuming repairs it.
  #follows({ firstSeq }: Batch, { logId, seq }: Delivered): boolean {
    return firstSeq === 0 || (this.#list.logId === logId && firstSeq <= seq + 1);
  }

  #send(batch: Batch, delivered: Delivered): void {
    const isLeftOut =
      batch.slices !== undefined && batch.lastSeq > delivered.seq && !this.#sendSlice(batch.slices);
    this.#sendNew(batch, delivered);
    if (isLeftOut) this.session.close('kicked');
  }

  /** False: there is none for this member. */
  #sendSlice(slices: SlicesBySlot): boolean {
    const slice = this.#slot && slices.get(toHex(this.#slot));
    if (slice !== undefined) this.#socket.write(encodeFrame(slice));
    return slice !== undefined;
  }

  #sendNew(batch: Batch, delivered: Delivered, before?: Uint8Array): void {
    const { firstSeq, lastSeq, firstVersion, lastVersion } = batch;
    const isAllNew =
      (firstSeq === 0 || firstSeq > delivered.seq) &&
      (firstVersion === 0 || firstVersion > delivered.presenceVersion);
    const framed = isAllNew
      ? batch.framed
      : joinFramed(batch.entries.filter((entry) => isNew(entry, delivered)));
    this.#index = batch.end;
    delivered.seq = Math.max(delivered.seq, lastSeq);
    delivered.presenceVersion = Math.max(delivered.presenceVersion, lastVersion);
    const written = before === undefined ? framed : Buffer.concat([before, framed]);
    if (written.length > 0) this.#socket.write(written);
  }
}

function isMessageAt(frame: Frame, seq: number): boolean {
  if (typeof frame === 'string' || frame[0] !== SERVER_KIND.message) return false;
  return new DataView(frame.buffer, frame.byteOffset).getUint32(1) === seq;
}

// What happened while a join was being answered may be part of the answer.
function isNew({ marker }: Entry, delivered: Delivered): boolean {
  if (marker === undefined) return true;
  return marker.type === 'event' ? marker.seq > delivered.seq : marker.version > delivered.presenceVersion;
}
