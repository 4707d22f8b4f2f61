// Sessions while the link changes (docs/protocol.md, ROTATE rules).

import {
  DENIED_AFTER_MS,
  type Slice,
  encodeClientControl,
  encodeClientSealed,
  encodeCommandEvent,
  joinTranscript,
} from '@mayfly/protocol';
import { decodeRotationFrame, encodeStage } from '@mayfly/protocol/rotation';
import { expect, test, vi } from 'vitest';
import { tagOf } from '../auth/rotation.ts';
import { Bucket } from '../guard/bucket.ts';
import { ConnectionBudget } from '../guard/connection-budget.ts';
import { limitsAt } from '../guard/limits.ts';
import { StoreUnavailable } from '../store/store-unavailable.ts';
import { settled } from '../testing/clock.ts';
import {
  type Connection,
  OWNER,
  ROOM,
  SessionFixture,
  gate,
  joinFrame,
  send,
  sendFrame,
  signer,
  tapNotices,
} from '../testing/session-fixture.ts';
import { type CharterChoices, Signer, envelope, makeCharter } from '../testing/signer.ts';

const ACCESS = new Signer('access 1');
const CHARTER = charter();
const TAG = tagOf(CHARTER.bytes);
const ASK = encodeClientControl({ type: 'records' });

function charter(choices: CharterChoices = {}) {
  return makeCharter(ROOM, OWNER, { newEpoch: 1, c: 2, accessPk: ACCESS.pk, ...choices });
}

const commit = ({ bytes, blob } = CHARTER) => encodeClientSealed({ type: 'command', bytes, blob });
const staged = (slices: readonly Slice[], tag = TAG) => encodeStage({ tag, slices });

async function slotsIn(by: Connection): Promise<ReadonlyMap<string, Uint8Array>> {
  await send(by, ASK);
  const names = new Map(['ann', 'bob', 'cem'].map((name) => [String(signer(name).pk), name]));
  const page = answersTo(by).findLast((frame) => frame.type === 'records');
  if (page?.type !== 'records') throw new Error('no records came');
  return new Map(page.records.map(({ slot, idPk }) => [names.get(String(idPk)) ?? '', slot]));
}

const answersTo = ({ socket }: Connection) =>
  socket.sent.flatMap((frame) => (typeof frame === 'string' ? [] : (decodeRotationFrame(frame) ?? [])));

async function rotate(by: Connection, ...names: readonly string[]): Promise<void> {
  const slots = await slotsIn(by);
  const slices = names.map((name, i) => ({
    slot: slots.get(name) ?? new Uint8Array(8),
    sealed: new Uint8Array(112).fill(i + 1),
  }));
  await send(by, staged(slices));
  by.socket.sent.length = 0;
  await send(by, commit());
}

async function opened() {
  const fixture = await new SessionFixture().open();
  const [ann, bob] = [await fixture.enter('ann', { as: 'owner' }), await fixture.enter('bob')];
  ann.socket.sent.length = 0;
  return { fixture, ann, bob };
}

const refusedWith = (code: string) => ({ type: 'refused', c: 0, code, retryAfterMs: 0 });

test('ROTATE-5: each gets their own slice, then the event; whoever has none gets the event, and has to go', async () => {
  const { fixture, ann, bob } = await opened();
  const cem = await fixture.enter('cem');
  for (const { socket } of [bob, cem]) socket.sent.length = 0;
  await rotate(ann, 'ann', 'bob');
  expect(answersTo(bob)).toEqual([{ type: 'slice', epoch: 1, sealed: new Uint8Array(112).fill(2) }]);
  expect([ann, bob, cem].map(({ socket }) => socket.received())).toEqual([
    ['rotation', '2', 'presence'],
    ['rotation', '2', 'presence'],
    ['2'],
  ]);
  expect([bob.socket.closed, cem.socket.closed]).toEqual([undefined, 'kicked']);
  await send(bob, sendFrame(1), sendFrame(1, envelope(1, { epoch: 1 })));
  expect(bob.socket.last('refused')).toMatchObject({ n: 1, code: 'epoch' });
  expect(bob.socket.received()).toEqual(['refused', '3']);
  const old = await fixture.join('dan');
  fixture.clock.pass(DENIED_AFTER_MS);
  await settled();
  expect(old.socket.received()).toEqual(['denied']);
});

test('ROTATE-6: who comes back gets the slices they lack, before the welcome', async () => {
  const { fixture, ann, bob } = await opened();
  await rotate(ann, 'ann', 'bob');
  bob.session.detached();
  const back = await fixture.join('bob', { as: 'member', epoch: 0 });
  expect(back.socket.received()).toEqual(['rotation', 'welcome', 'presence', '1', '2']);
  const again = await fixture.join('bob', { as: 'member', epoch: 1 });
  expect(again.socket.received()).toEqual(['welcome', 'presence', '1', '2']);
});

test('ROTATE-5: also those who are just coming back, or in with the new link before this node heard of it', async () => {
  const { fixture, ann, bob } = await opened();
  bob.session.detached();
  const held = gate(fixture.store);
  const back = fixture.connect();
  back.session.receive(joinFrame('bob', back.nonce, { as: 'member', epoch: 0 }));
  held.ask();
  await settled();
  await rotate(ann, 'ann', 'bob');
  held.deliver();
  await settled();
  expect(back.socket.received()).toEqual(['welcome', 'presence', '1', 'rotation', '2']);

  const late = gate(fixture.store);
  const dan = fixture.connect();
  const keySig = ACCESS.sign('join', joinTranscript(ROOM, dan.nonce, signer('dan').pk));
  dan.session.receive(joinFrame('dan', dan.nonce, { keySig }));
  late.ask();
  await settled();
  late.deliver();
  await settled();
  expect([dan.socket.closed, dan.socket.received()]).toEqual([
    undefined,
    ['welcome', 'presence', '1', '2', 'life'],
  ]);
});

test('ROTATE-5: a node that missed the slices sends everyone to come back for them', async () => {
  const fixture = await new SessionFixture().open();
  const notify = tapNotices(fixture.store);
  const ann = await fixture.join('ann');
  const { logId } = ann.socket.last('welcome');
  ann.socket.sent.length = 0;
  const frame = encodeCommandEvent(2, CHARTER.bytes, CHARTER.blob);
  notify({ type: 'event', logId, event: { seq: 2, frame } });
  await settled();
  expect([ann.socket.received(), ann.socket.closed]).toEqual([[], 'serverError']);
});

test('ROTATE-2, ROTATE-3: records and slices are for the owner’s tabs', async () => {
  const { ann, bob } = await opened();
  bob.socket.sent.length = 0;
  await send(bob, ASK, staged([]));
  expect(bob.socket.last('refused')).toEqual(refusedWith('not_allowed'));
  expect(bob.socket.received()).toEqual(['refused', 'refused']);
  const slots = await slotsIn(ann);
  expect([...slots.keys()].toSorted()).toEqual(['ann', 'bob']);
  await send(ann, staged([]));
  expect(answersTo(ann).at(-1)).toEqual({ type: 'staged', tag: TAG, count: 0 });
});

test('ROTATE-2: so is a tab with mask 128 in the charter, on whatever connection', async () => {
  const fixture = new SessionFixture();
  await fixture.store.create(ROOM, { ownerPk: OWNER.pk, lifeMs: 60_000, history: 'all' });
  const moderators = [
    { idPk: signer('ann').pk, mask: 128 },
    { idPk: signer('bob').pk, mask: 15 },
  ];
  await fixture.store.open(ROOM, makeCharter(ROOM, OWNER, { moderators }));
  const [ann, bob] = [await fixture.enter('ann'), await fixture.enter('bob')];
  await send(ann, ASK);
  expect(answersTo(ann)).toMatchObject([{ type: 'records' }]);
  await send(bob, ASK);
  expect(bob.socket.last('refused')).toEqual(refusedWith('not_allowed'));
});

test.each([
  ['by someone else', charter({ signer: signer('bob') })],
  ['for this epoch', charter({ newEpoch: 0 })],
  ['two epochs ahead', charter({ newEpoch: 2 })],
  ['whose blob is another', { ...charter(), blob: new Uint8Array(1168) }],
  ['whose blob is short', { ...charter(), blob: new Uint8Array(3) }],
])('COMMAND-2: a charter %s is not allowed', async (_what, given) => {
  const { fixture, ann } = await opened();
  await send(ann, staged([], tagOf(given.bytes)), commit(given));
  expect(ann.socket.last('refused')).toEqual({ type: 'refused', c: 2, code: 'not_allowed', retryAfterMs: 0 });
  expect((await fixture.store.law(ROOM))?.epoch).toBe(0);
});

test('COMMAND-2: a charter out of turn is stale', async () => {
  const { ann } = await opened();
  for (const given of [charter({ c: 3 }), charter({ epoch: 1 })]) {
    await send(ann, commit(given));
    expect(ann.socket.last('refused')).toMatchObject({ code: 'stale' });
  }
});

test('WELCOME-4: where the welcome does not name it, the link stays', async () => {
  const { fixture, ann } = await opened();
  await send(ann, staged([]));
  vi.spyOn(fixture.store, 'features', 'get').mockReturnValue(['commands']);
  ann.socket.sent.length = 0;
  await send(ann, ASK, staged([]), commit());
  expect(ann.socket.received()).toEqual(['refused', 'refused', 'refused']);
});

test('LIMIT-5: records and slices have rates of their own, and a store that is away says so', async () => {
  const fixture = await new SessionFixture().open();
  const { socket } = limitsAt('default');
  const budget = new ConnectionBudget({
    limits: socket,
    now: () => fixture.clock.now(),
    roomBucket: () => new Bucket(limitsAt('off').room.messages),
    mayJoin: () => undefined,
    joinFailed: () => {},
    passphrases: { mayTry: () => undefined, wrong: () => {} },
    gone: () => {},
    files: { place: () => 'new', gone: () => {}, roomEnded: () => {} },
  });
  const ann = await fixture.enter('ann', { as: 'owner' }, { budget });
  const full = staged(
    Array.from({ length: 256 }, () => ({ slot: new Uint8Array(8), sealed: new Uint8Array(112) })),
  );
  await send(ann, ...Array.from({ length: 17 }, () => full));
  expect(answersTo(ann)).toHaveLength(17);
  await send(ann, full);
  expect(ann.socket.last('refused')).toMatchObject({ c: 0, code: 'rate' });
  ann.socket.sent.length = 0;
  await send(ann, ...Array.from({ length: socket.records.burst + 1 }, () => ASK));
  expect(answersTo(ann)).toHaveLength(socket.records.burst);
  vi.spyOn(fixture.store, 'stage').mockRejectedValueOnce(new StoreUnavailable('unavailable'));
  fixture.clock.pass(5_000);
  await send(ann, full);
  expect(ann.socket.last('refused')).toEqual({
    type: 'refused',
    c: 0,
    code: 'unavailable',
    retryAfterMs: 2_000,
  });
});
