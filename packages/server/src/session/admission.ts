// How a connection gets in: a challenge, then one proof, by a join or a look.

import {
  CHALLENGE_BYTES,
  CONTROL_BYTES_MAX,
  DENIED_AFTER_MS,
  FIRST_FRAME_MS,
  type Join,
  type Look,
  type RoomId,
  decodeClientControl,
} from '@mayfly/protocol';
import { type JoinVerdict, verifyJoin, verifyLook } from '../auth/proof.ts';
import type { Frame } from '../delivery/frame.ts';
import type { Hub } from '../delivery/hub.ts';
import type { RoomNotice, RoomSession, Socket, Subscriber } from '../delivery/subscriber.ts';
import type { ConnectionBudget } from '../guard/connection-budget.ts';
import type { Clock, RandomBytes } from '../net/clock.ts';
import { Owned } from '../net/owned.ts';
import type { SlicedQueue } from '../net/sliced-queue.ts';
import type { Joined, RoomKeys, RoomStore } from '../store/room-store.ts';
import { StoreUnavailable } from '../store/store-unavailable.ts';
import { OUTCOME, type Outcome, putOff } from './outcomes.ts';

export type AdmissionDeps = {
  readonly store: RoomStore;
  readonly hub: Hub;
  /** Where proofs wait when many arrive at once. */
  readonly proofQueue: SlicedQueue;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly budget: ConnectionBudget;
};

/** A join that got in. Its receiver disposes of `subscriber` and detaches the member. */
export type Admitted = {
  readonly room: RoomId;
  readonly idPk: Uint8Array;
  readonly as: Join['as'];
  readonly subscriber: Subscriber;
  readonly joined: Joined;
};

export class Admission implements Disposable {
  readonly nonce: Uint8Array;
  /** What happened in the room while the store answered. */
  readonly held: RoomNotice[] = [];
  readonly #deps: AdmissionDeps;
  readonly #session: RoomSession;
  readonly #socket: Socket;
  readonly #deadline: Disposable;
  #denial: Delay | undefined;
  #disposed = false;

  constructor(deps: AdmissionDeps, session: RoomSession, socket: Socket) {
    this.#deps = deps;
    this.#session = session;
    this.#socket = socket;
    this.nonce = deps.random(CHALLENGE_BYTES);
    this.#deadline = deps.clock.after(FIRST_FRAME_MS, () => session.close('silent'));
  }

  /** Answers the connection's first frame. Undefined: the connection is gone. */
  async admit(frame: Frame): Promise<Admitted | Outcome | undefined> {
    if (isTooBig(frame)) return OUTCOME.tooBig;
    const first = typeof frame === 'string' ? decodeClientControl(frame) : undefined;
    if (first?.type !== 'join' && first?.type !== 'look') return OUTCOME.badFrame;
    this.#deadline[Symbol.dispose]();
    const as = first.type === 'look' ? 'key' : first.as;
    const slowed = this.#deps.budget.mayJoin(as);
    if (slowed !== undefined) return putOff(slowed);
    const denial = startDelay(this.#deps.clock, DENIED_AFTER_MS);
    this.#denial = denial;
    const result = await this.#answer(first);
    if (result !== OUTCOME.denied) return result;
    this.#deps.budget.joinFailed(as);
    await denial.over;
    return result;
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    this.#deadline[Symbol.dispose]();
    this.#denial?.[Symbol.dispose]();
  }

  async #answer(first: Join | Look): Promise<Admitted | Outcome | undefined> {
    try {
      return await (first.type === 'look' ? this.#look(first) : this.#join(first));
    } catch (error) {
      if (error instanceof StoreUnavailable) return putOff(error);
      throw error;
    }
  }

  // Subscribe, then join, then catch up: what happens while the store answers is held, and nothing is missed.
  async #join(join: Join): Promise<Admitted | Outcome | undefined> {
    const { store, hub } = this.#deps;
    const { keys, verdict } = await this.#verified(join.id, (known) => verifyJoin(join, this.nonce, known));
    if (this.#disposed) return undefined;
    if (keys === undefined || verdict === 'denied') return OUTCOME.denied;
    const turnedBack = this.#judgePassphrase(join, keys, verdict);
    if (turnedBack !== undefined) return turnedBack;
    using subscriber = new Owned(hub.subscribe(join.id, this.#session, this.#socket));
    const { idPk, as, position, epoch } = join;
    const verifiedWith = { accessPk: keys.accessPk, epoch: keys.epoch };
    const answer = await store.join(join.id, {
      idPk,
      as,
      verifiedWith,
      ...(position && { position }),
      ...(epoch !== undefined && { epoch }),
    });
    if (answer.outcome !== 'joined') return OUTCOME[answer.outcome];
    return { room: join.id, idPk, as, subscriber: subscriber.release(), joined: answer };
  }

  // The limit comes first: beyond it, an answer says nothing about the passphrase (rule JOIN-7).
  #judgePassphrase(
    { id, as }: Join,
    { door }: RoomKeys,
    verdict: Exclude<JoinVerdict, 'denied'>,
  ): Outcome | undefined {
    if (door !== 2 || as !== 'key') return undefined;
    const { passphrases } = this.#deps.budget;
    const slowed = passphrases.mayTry(id);
    if (slowed !== undefined) return putOff(slowed);
    if (verdict === 'proven') return undefined;
    passphrases.wrong(id);
    return OUTCOME.wrongPassphrase;
  }

  // From the invitation page: nothing is entered and nothing changes (rules LOOK-1 to LOOK-3).
  async #look(look: Look): Promise<Outcome | undefined> {
    const { keys, verdict } = await this.#verified(look.id, (known) => verifyLook(look, this.nonce, known));
    const sight = keys && verdict ? await this.#deps.store.look(look.id, keys) : undefined;
    if (this.#disposed) return undefined;
    return sight === undefined ? OUTCOME.denied : { say: sight, close: 'left' };
  }

  // An unknown room costs the same work as a known one (rule JOIN-3).
  async #verified<Verdict>(
    room: RoomId,
    verify: (keys: RoomKeys | undefined) => Verdict,
  ): Promise<{ readonly keys: RoomKeys | undefined; readonly verdict: Verdict }> {
    const keys = await this.#deps.store.keys(room);
    return { keys, verdict: await this.#deps.proofQueue.run(() => verify(keys)) };
  }
}

/** Binary frames have limits by kind. */
export function isTooBig(frame: Frame): boolean {
  return typeof frame === 'string' && Buffer.byteLength(frame) > CONTROL_BYTES_MAX;
}

/** A minimum delay, started before the work whose duration it hides. Never resolves once disposed. */
type Delay = Disposable & { readonly over: Promise<void> };

function startDelay(clock: Clock, ms: number): Delay {
  let timer: Disposable | undefined;
  const over = new Promise<void>((resolve) => {
    timer = clock.after(ms, resolve);
  });
  return { over, [Symbol.dispose]: () => timer?.[Symbol.dispose]() };
}
