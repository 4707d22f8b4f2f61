// What a member may ask for: one function per request, in a table. A request that is done is not answered by an outcome.

import {
  type ClientControl,
  type ClientSealed,
  type Join,
  KEEP_EVERY_MS,
  type Look,
  type RoomId,
  type Send,
  type Stage,
  decodeClientControl,
  decodeClientSealed,
} from '@mayfly/protocol';
import { type Frame, encodeControl } from '../delivery/frame.ts';
import type { Subscriber } from '../delivery/subscriber.ts';
import type { Clock } from '../net/clock.ts';
import type { MemberSession, Appended } from '../store/room-store.ts';
import { StoreUnavailable } from '../store/store-unavailable.ts';
import { type CommandDeps, command } from './commands.ts';
import { type FileRequestDeps, file, fileErase } from './file-requests.ts';
import { records, stage } from './rotation.ts';
import { NO_C, OUTCOME, type Outcome, refused, refusedCommand } from './outcomes.ts';

export type RequestDeps = FileRequestDeps &
  CommandDeps & {
    readonly clock: Clock;
  };

/** One session as a member of its room. */
export type Membership = {
  readonly room: RoomId;
  readonly idPk: Uint8Array;
  /** How they proved it. */
  readonly as: Join['as'];
  readonly member: MemberSession;
  readonly subscriber: Subscriber;
  mayKeepAt: number;
};

export type MemberRequest = Exclude<ClientControl, Join | Look> | ClientSealed | Stage;

type RequestType = MemberRequest['type'];
type RequestOf<T extends RequestType> = { [K in T]: Extract<MemberRequest, { readonly type: K }> }[T];
/** Undefined: it was not refused, and the connection stays. */
export type Reply = Outcome | undefined;
type Handlers = {
  readonly [T in RequestType]: (
    request: RequestOf<T>,
    membership: Membership,
    deps: RequestDeps,
  ) => Reply | Promise<Reply>;
};

const REQUESTS: Handlers = {
  send,
  command,
  profile,
  ephemeral,
  keep,
  ping,
  leave,
  file,
  fileErase,
  records,
  stage,
};

/** Undefined: not a frame that a member may send. */
export function decodeRequest(frame: Frame): MemberRequest | undefined {
  const request = typeof frame === 'string' ? decodeClientControl(frame) : decodeClientSealed(frame);
  return request?.type === 'join' || request?.type === 'look' ? undefined : request;
}

/** Does what is asked, at once where the store can. */
export function handleRequest(
  request: MemberRequest,
  membership: Membership,
  deps: RequestDeps,
): Reply | Promise<Reply> {
  const reply = runHandler(request, membership, deps);
  return reply instanceof Promise ? unlessUnavailable(reply, request) : reply;
}

async function unlessUnavailable(reply: Promise<Reply>, request: MemberRequest): Promise<Reply> {
  try {
    return await reply;
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    if (request.type === 'stage' || request.type === 'records') return refusedCommand(error, NO_C);
    if (request.type === 'command') return refusedCommand(error, request.command.c);
    return refused(error, request.type === 'send' ? request.n : undefined);
  }
}

function runHandler<T extends RequestType>(
  request: RequestOf<T>,
  membership: Membership,
  deps: RequestDeps,
): Reply | Promise<Reply> {
  return REQUESTS[request.type](request, membership, deps);
}

// Success is not answered: the sender receives its own event like everyone else (rule SEND-2).
function send(
  { n, erase, envelope }: Send,
  { room, member }: Membership,
  { budget, store }: RequestDeps,
): Reply | Promise<Reply> {
  if (erase !== undefined && !store.features.includes('erase'))
    return refused({ code: 'not_allowed', retryAfterMs: 0 }, n);
  const slowed = budget.send(room, envelope.length);
  if (slowed !== undefined) return refused(slowed, n);
  const appended = store.append(room, member, n, envelope, erase);
  return appended instanceof Promise ? appended.then((it) => afterAppend(it, n)) : afterAppend(appended, n);
}

const SERVER_FULL_RETRY_MS = 5_000;

function afterAppend(appended: Appended, n: number): Reply {
  switch (appended.outcome) {
    case 'appended':
    case 'repeated':
      return undefined;
    case 'refused': {
      const retryAfterMs = appended.code === 'server_full' ? SERVER_FULL_RETRY_MS : 0;
      return refused({ code: appended.code, retryAfterMs }, n);
    }
    case 'slow':
      return refused({ code: 'rate', retryAfterMs: appended.retryAfterMs }, n);
    case 'replaced':
    case 'removed':
      return OUTCOME[appended.outcome];
    case 'gone':
      return OUTCOME.roomGone;
  }
}

// In a room that is only counted the store announces no profile: its author alone gets it back (rule PRESENCE-5).
async function profile(
  { sealed }: RequestOf<'profile'>,
  { room, member, subscriber }: Membership,
  { budget, store }: RequestDeps,
): Promise<Reply> {
  const slowed = budget.profile();
  if (slowed !== undefined) return refused(slowed);
  const own = await store.publishProfile(room, member, sealed);
  if (own !== undefined) subscriber.say(own);
  return undefined;
}

// Dropped in silence if it is too much, or if the store doesn't answer: the next one says the same (rule EPHEMERAL-1).
async function ephemeral(
  { sealed }: RequestOf<'ephemeral'>,
  { room, member }: Membership,
  { budget, store }: RequestDeps,
): Promise<Reply> {
  if (!budget.ephemeral()) return undefined;
  try {
    await store.relay(room, member, sealed);
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
  }
  return undefined;
}

async function keep(
  _keep: RequestOf<'keep'>,
  membership: Membership,
  { clock, store }: RequestDeps,
): Promise<Reply> {
  const now = clock.now();
  const { room, member, mayKeepAt } = membership;
  if (now < mayKeepAt) return refused({ code: 'rate', retryAfterMs: Math.ceil(mayKeepAt - now) });
  await store.renew(room, member);
  membership.mayKeepAt = now + KEEP_EVERY_MS;
  return undefined;
}

const PONG = encodeControl({ type: 'pong' });

function ping(_ping: RequestOf<'ping'>, { subscriber }: Membership): Reply {
  subscriber.say(PONG);
  return undefined;
}

async function leave(
  _leave: RequestOf<'leave'>,
  { room, member }: Membership,
  { store }: RequestDeps,
): Promise<Reply> {
  await store.leave(room, member);
  return OUTCOME.left;
}
