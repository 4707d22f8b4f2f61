// One connection's conversation: entering, live or closed, and what a frame or a notice means in each.

import {
  type CloseReason,
  type RoomLimits,
  type ServerControl,
  TURNED_BACK,
  type TurnedBack,
  equalBytes,
  oneOf,
} from '@mayfly/protocol';
import { type Frame, encodeControl, encodeFrame } from '../delivery/frame.ts';
import { LAG_BYTES_MAX, type RoomNotice, type RoomSession, type Socket } from '../delivery/subscriber.ts';
import { background } from '../net/background.ts';
import type { MemberSession } from '../store/room-store.ts';
import { Admission, type AdmissionDeps, type Admitted, isTooBig } from './admission.ts';
import { Inbox } from './inbox.ts';
import { OUTCOME, type Outcome } from './outcomes.ts';
import { type Membership, type Reply, type RequestDeps, handleRequest, decodeRequest } from './requests.ts';
import { welcomeFrames } from './welcome.ts';

/** What a session reports about itself: enough to count, nothing that identifies anyone. */
export interface SessionEvents {
  joined(): void;
  turnedBack(as: TurnedBack): void;
  /** Our own fault or a lost dependency; the connection is closed with `serverError`. */
  trouble(error: unknown): void;
}

export type SessionDeps = AdmissionDeps &
  RequestDeps & {
    /** Sent in every welcome. */
    readonly limits: RoomLimits;
    readonly events: SessionEvents;
  };

/** More unread bytes than events alone can add up to: this client keeps asking without reading the answers. */
export const UNREAD_BYTES_MAX = LAG_BYTES_MAX + 16 * 1024;

type Entering = { readonly at: 'entering'; readonly admission: Admission };
type Live = { readonly at: 'live'; readonly membership: Membership };
type State = Entering | Live | { readonly at: 'closed' };

export class Session implements RoomSession {
  readonly #socket: Socket;
  readonly #deps: SessionDeps;
  readonly #inbox: Inbox;
  #state: State;

  constructor(socket: Socket, deps: SessionDeps) {
    this.#socket = socket;
    this.#deps = deps;
    this.#inbox = new Inbox({
      handle: (frame) => this.#dispatch(frame),
      onError: (error) => this.#fail(error),
    });
    const admission = new Admission(deps, this, socket);
    this.#state = { at: 'entering', admission };
    this.#say({ type: 'challenge', nonce: admission.nonce });
  }

  /** A frame arrived: text as a string, binary as bytes. */
  receive(frame: Frame): void {
    if (this.charge(frame.length) && !this.#inbox.push(frame)) this.#reject(OUTCOME.flood);
  }

  /** Counts every frame, the WebSocket's own pings and pongs included. False: closed, or a flood that closes (rule LIMIT-5). */
  charge(bytes: number): boolean {
    if (this.#state.at === 'closed') return false;
    if (this.#deps.budget.frame(bytes)) return true;
    this.#reject(OUTCOME.flood);
    return false;
  }

  /** The connection is gone. */
  detached(): void {
    const state = this.#state;
    this.#state = { at: 'closed' };
    this.#inbox.clear();
    if (state.at === 'entering') state.admission[Symbol.dispose]();
    if (state.at === 'live') this.#depart(state.membership);
  }

  close(why: CloseReason): void {
    if (this.#state.at === 'closed') return;
    this.detached();
    this.#socket.close(why);
  }

  /** This server stops: the client has this long to join elsewhere. */
  goaway(withinMs: number): void {
    if (this.#state.at !== 'closed') this.#say({ type: 'goaway', withinMs });
  }

  /** The socket has taken everything that was written to it. */
  drained(): void {
    if (this.#state.at === 'live') this.#state.membership.subscriber.catchUp();
  }

  notice(notice: RoomNotice): void {
    if (this.#state.at === 'entering') this.#state.admission.held.push(notice);
    if (this.#state.at === 'live') this.#apply(notice, this.#state.membership);
  }

  #dispatch(frame: Frame): Promise<void> | undefined {
    const state = this.#state;
    if (state.at === 'entering') return this.#admit(frame, state);
    return state.at === 'live' ? this.#request(frame, state) : undefined;
  }

  async #admit(frame: Frame, entering: Entering): Promise<void> {
    const result = await entering.admission.admit(frame);
    if (result === undefined) return;
    if (!('subscriber' in result)) return this.#reject(result);
    const { room, subscriber, joined, idPk, as } = result;
    const membership = { room, idPk, as, member: joined.session, subscriber, mayKeepAt: 0 };
    if (this.#state !== entering) return this.#depart(membership);
    entering.admission[Symbol.dispose]();
    this.#enter(membership, result, entering.admission.held);
  }

  #enter(membership: Membership, { joined }: Admitted, held: readonly RoomNotice[]): void {
    this.#state = { at: 'live', membership };
    this.#deps.events.joined();
    // If the room has ended in the meantime its bytes are wiped, and only the end can be announced.
    const ended = held.find(({ type }) => type === 'ended');
    for (const notice of ended === undefined ? held : [ended]) this.notice(notice);
    if (this.#state.at !== 'live') return;
    const { logId, seq, presence, session } = joined;
    const frames = welcomeFrames(joined, this.#deps.limits, this.#deps.store.features);
    const delivered = { logId, seq, presenceVersion: presence.version };
    membership.subscriber.begin(delivered, frames, session.slot);
  }

  #request(frame: Frame, live: Live): Promise<void> | undefined {
    const reply = this.#replyTo(frame, live);
    if (reply instanceof Promise) return this.#answerLater(reply);
    if (reply !== undefined) this.#reject(reply);
    return undefined;
  }

  #replyTo(frame: Frame, { membership }: Live): Reply | Promise<Reply> {
    if (this.#socket.bufferedBytes > UNREAD_BYTES_MAX) return OUTCOME.unread;
    if (isTooBig(frame)) return OUTCOME.tooBig;
    const request = decodeRequest(frame);
    return request === undefined ? OUTCOME.badFrame : handleRequest(request, membership, this.#deps);
  }

  async #answerLater(reply: Promise<Reply>): Promise<void> {
    const outcome = await reply;
    if (outcome !== undefined) this.#reject(outcome);
  }

  #apply(notice: RoomNotice, { room, idPk, member, subscriber }: Membership): void {
    switch (notice.type) {
      case 'replaced':
        if (isOlder(member, notice.session)) this.#reject(OUTCOME.replaced);
        return;
      // They get the command that removed them, so their page need not take the server's word.
      case 'removed':
        if (!equalBytes(idPk, notice.idPk)) return;
        subscriber.catchUp();
        return this.#reject(OUTCOME.removed);
      case 'ended':
        this.#deps.budget.files.roomEnded(room);
        subscriber.conclude(notice.frame);
        return this.close('ended');
      case 'hole':
        return this.#reject(OUTCOME.gap);
    }
  }

  #reject({ say, close }: Outcome): void {
    if (this.#state.at === 'closed') return;
    const turnedBack = oneOf(say?.type, TURNED_BACK);
    if (turnedBack !== undefined) this.#deps.events.turnedBack(turnedBack);
    if (say !== undefined) this.#say(say);
    if (close !== undefined) this.close(close);
  }

  #fail(error: unknown): void {
    this.#deps.events.trouble(error);
    this.close('serverError');
  }

  #depart({ room, member, subscriber }: Membership): void {
    subscriber[Symbol.dispose]();
    background(this.#deps.store.detach(room, member), (error) => this.#deps.events.trouble(error));
  }

  #say(control: ServerControl): void {
    const text = encodeControl(control);
    if (this.#state.at === 'live') this.#state.membership.subscriber.say(text);
    else this.#socket.write(encodeFrame(text));
  }
}

function isOlder(mine: MemberSession, newest: MemberSession): boolean {
  return equalBytes(mine.slot, newest.slot) && mine.generation < newest.generation;
}
