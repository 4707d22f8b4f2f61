// What the owner asks for to change the link: whose records there are, and that slices wait for their charter (ROTATE rules).

import {
  type GivenCommand,
  type Join,
  type RecordsAsk,
  type RefusedCode,
  type RoomId,
  type Stage,
  encodeRecords,
  encodeStaged,
  fromBase64url,
} from '@mayfly/protocol';
import { isOwnersTab, tagOf, verifyRotation } from '../auth/rotation.ts';
import type { ConnectionBudget, Slowed } from '../guard/connection-budget.ts';
import type { Subscriber } from '../delivery/subscriber.ts';
import type { Appended, MemberSession, RoomLaw, RoomStore } from '../store/room-store.ts';
import { NO_C, OUTCOME, type Outcome, refusedCommand } from './outcomes.ts';

type Asker = {
  readonly room: RoomId;
  readonly idPk: Uint8Array;
  readonly as: Join['as'];
  readonly member: MemberSession;
  readonly subscriber: Subscriber;
};

type RotationDeps = { readonly store: RoomStore; readonly budget: ConnectionBudget };

export async function records(
  { after }: RecordsAsk,
  asker: Asker,
  { store, budget }: RotationDeps,
): Promise<Outcome | undefined> {
  const refusal = await whyNotPrepare(asker, store, () => budget.records());
  if (refusal !== undefined) return refusal;
  const page = await store.records(asker.room, after === undefined ? undefined : fromBase64url(after));
  if (page === undefined) return OUTCOME.roomGone;
  asker.subscriber.say(encodeRecords(page));
  return undefined;
}

export async function stage(
  { tag, slices }: Stage,
  asker: Asker,
  { store, budget }: RotationDeps,
): Promise<Outcome | undefined> {
  const refusal = await whyNotPrepare(asker, store, () => budget.slices(slices.length));
  if (refusal !== undefined) return refusal;
  const { room, member, subscriber } = asker;
  const staged = await store.stage(room, member, tag, slices);
  if (staged.outcome === 'gone') return OUTCOME.roomGone;
  if (staged.outcome !== 'staged') return OUTCOME[staged.outcome];
  subscriber.say(encodeStaged(tag, staged.count));
  return undefined;
}

/** The charter of a new link, which is a command like others but for its slices. */
export async function rotate(
  given: GivenCommand,
  { room, member }: Pick<Asker, 'room' | 'member'>,
  { store, law }: { readonly store: RoomStore; readonly law: RoomLaw },
): Promise<Appended> {
  if (!store.features.includes('rotation')) return refusedWith('not_allowed');
  const charter = verifyRotation(given, room, law);
  if (typeof charter === 'string') return refusedWith(charter);
  return store.rotate(room, member, charter, tagOf(given.bytes));
}

function refusedWith(code: 'stale' | 'not_allowed'): Appended {
  return { outcome: 'refused', code };
}

async function whyNotPrepare(
  { room, idPk, as }: Pick<Asker, 'room' | 'idPk' | 'as'>,
  store: RoomStore,
  slow: () => Slowed | undefined,
): Promise<Outcome | undefined> {
  if (!store.features.includes('rotation')) return notNow('not_allowed');
  const slowed = slow();
  if (slowed !== undefined) return notNow(slowed.code, slowed.retryAfterMs);
  const law = await store.law(room);
  if (law === undefined) return OUTCOME.roomGone;
  return as === 'owner' || isOwnersTab(law, idPk) ? undefined : notNow('not_allowed');
}

function notNow(code: RefusedCode, retryAfterMs = 0): Outcome {
  return refusedCommand({ code, retryAfterMs }, NO_C);
}
