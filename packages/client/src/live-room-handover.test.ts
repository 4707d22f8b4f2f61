// The room goes to someone else (docs/crypto.md, OWNER-4).

import {
  type Command,
  OP_CHARTER,
  POWER,
  encodeCommandEvent,
  encodeProfileFrame,
  toBase64url,
} from '@mayfly/protocol';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { CTYPE } from './content/ctype.ts';
import { amendCharter } from './crypto/amendment.ts';
import { makeCommand } from './crypto/command.ts';
import { sealHandover } from './crypto/handover.ts';
import { sealProfile } from './crypto/profile.ts';
import { giveUp, handOver, setPowers, setWords, settleSeat } from './governance/orders.ts';
import { loadIdentity, newIdentity } from './people/identity.ts';
import { Author, ID, KEYS, OWNER, OWNER_CODE } from './testing/author.ts';
import { open } from './testing/open-room.ts';
import { seededRandom } from './testing/random.ts';
import { ServerDouble } from './testing/server-double.ts';

beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) }));
afterEach(() => void vi.useRealTimers());

const features = ['commands', 'settings'] as const;
const slots = { bob: new Uint8Array(8).fill(2), cem: new Uint8Array(8).fill(3) };
type Name = 'ann' | 'bob' | 'cem';
const identity = (name: Name) => newIdentity(seededRandom(name), name);
const pkOf = (name: Name) => Uint8Array.from(identity(name).pk);
const idOf = (name: Name) => toBase64url(pkOf(name));

type Made = { readonly bytes: Uint8Array; readonly blob: Uint8Array };
type Page = Awaited<ReturnType<typeof open>>;

/** The charter with these masks. */
function seated(before: Made, c: number, ...masks: readonly (readonly [Name, number])[]): Made {
  const moderators = masks.map(([name, mask]) => ({ idPk: pkOf(name), mask }));
  const made = amendCharter(before, KEYS, ({ words }) => ({ words, moderators }), seededRandom(`seat ${c}`));
  if (made === undefined) throw new Error('not a charter');
  const command = { id: ID, epoch: 0, c, op: OP_CHARTER, args: made.args };
  return { bytes: makeCommand(command, OWNER), blob: made.blob };
}

function log({ server }: Page, { bytes, blob }: Made): void {
  server.frames.push(encodeCommandEvent(server.seq + 1, bytes, blob));
  server.wire.give(server.frames.at(-1) ?? new Uint8Array());
}

function commandsOf({ server }: Page): readonly (Made & { readonly command: Command })[] {
  return server.wire.sealed.flatMap((frame) => (frame.type === 'command' ? [frame] : []));
}

function introduce({ server }: Page, name: 'bob' | 'cem'): void {
  const { seed, pk, xPk } = identity(name);
  const slot = slots[name];
  const sealed = sealProfile(KEYS, { seed, pk }, slot, { xPk, at: Date.now(), name }, seededRandom(name));
  server.wire.give(encodeProfileFrame(slot, pk, sealed));
}

/** Who is here beside ourselves. */
function here({ server }: Page, ...names: readonly ('bob' | 'cem')[]): void {
  const joined = names.map((name) => ({ slot: slots[name], idPk: pkOf(name) }));
  const own = { slot: server.slot, idPk: pkOf('ann') };
  server.wire.say({
    type: 'presence',
    snapshot: true,
    version: 1,
    count: joined.length + 1,
    joined: [own, ...joined],
    away: [],
    left: [],
  });
}

/** Ann's page, with Bob and Cem in the room. */
async function owner(): Promise<Page> {
  const page = await open({ identity: { ...identity('ann'), ownerCode: OWNER_CODE } });
  page.server.letIn({ features: [...features] });
  here(page, 'bob', 'cem');
  introduce(page, 'bob');
  introduce(page, 'cem');
  page.server.echoProfile();
  return page;
}

const factsOf = (page: Page) => page.last('facts')?.facts;
const codeIn = ({ storage }: Page) => loadIdentity(storage, ID)?.ownerCode;

/** Bob's page, with the charter that Ann's room began with. */
async function bobs(first: Made): Promise<Page> {
  const page = await open({ identity: identity('bob') });
  page.server.charter = first;
  page.server.frames[0] = encodeCommandEvent(1, first.bytes, first.blob);
  return page;
}

/** As the page does at every change of the facts. */
function settling(page: Page): void {
  page.room.subscribe(({ type }) => {
    if (type === 'facts') settleSeat(page.room.orders);
  });
}

/** Ann hands over to Bob, as far as the log goes. */
async function handedOver() {
  const ann = await owner();
  const given = handOver(ann.room.orders, idOf('bob'));
  expect(commandsOf(ann)).toEqual([]);
  const [notice] = ann.sent();
  ann.server.logSent();
  await vi.advanceTimersByTimeAsync(0);
  const [seat] = commandsOf(ann);
  if (notice === undefined || seat === undefined) throw new Error('nothing was sent');
  return { ann, given, notice, seat };
}

describe('OWNER-4: to someone who is here', () => {
  test('first the sealed code, then the seat; both pages know, and so do their reloads', async () => {
    const { ann, given, notice, seat } = await handedOver();
    expect(codeIn(ann)).toBe(OWNER_CODE);
    const bob = await bobs(ann.server.charter);
    bob.server.letIn({ features: [...features] });
    settling(bob);
    bob.server.append(notice.envelope);
    expect(codeIn(bob)).toBeUndefined();
    log(ann, seat);
    log(bob, seat);
    expect(await given).toEqual({ ok: true });
    expect(factsOf(ann)).toMatchObject({
      owner: false,
      owned: true,
      canEnd: false,
      canAmend: false,
      powers: 0,
    });
    expect([codeIn(ann), codeIn(bob)]).toEqual([undefined, OWNER_CODE]);
    expect(factsOf(bob)).toMatchObject({ owner: true, canEnd: true, canAmend: true });
    expect(bob.of('ordered').map(({ change }) => change)).toMatchObject([
      {
        before: { powers: [{ mask: 128, person: { idPk: idOf('ann') } }] },
        after: { powers: [{ mask: 128, person: { idPk: idOf('bob') } }] },
      },
    ]);
    for (const page of [ann, bob]) {
      expect(page.of('messages')).toEqual([]);
      expect(page.of('notices')).toEqual([]);
      expect(page.last('trouble')).toBeUndefined();
    }
    void setWords(bob.room.orders, { name: 'Bob’s' });
    expect(commandsOf(bob).map(({ command }) => command.c)).toEqual([3]);
    expect(await setWords(ann.room.orders, { name: 'Ann’s' })).toEqual({ ok: false, reason: 'not_owner' });
  });

  test('a page that was away finds the code in the history, though its welcome comes first', async () => {
    const { ann, notice, seat } = await handedOver();
    const bob = await bobs(ann.server.charter);
    settling(bob);
    const { server } = bob;
    server.append(notice.envelope);
    server.frames.push(encodeCommandEvent(server.seq + 1, seat.bytes, seat.blob));
    server.charter = seat;
    server.letIn({ features: [...features], c: 2 });
    here(bob, 'bob');
    expect(codeIn(bob)).toBe(OWNER_CODE);
    expect(factsOf(bob)).toMatchObject({ owner: true, canEnd: true });
  });

  test('what others seal for Bob is no code: he is seated, and can do what the mask says', async () => {
    const ann = await owner();
    const bob = await bobs(ann.server.charter);
    bob.server.letIn({ features: [...features] });
    settling(bob);
    const cem = new Author('cem');
    const whose = { ownerPk: OWNER.pk, idPk: pkOf('bob'), xPk: identity('bob').xPk };
    for (const code of ['8'.repeat(32), '7', `${OWNER_CODE}7`]) {
      const sealed = toBase64url(sealHandover(KEYS, whose, code.padEnd(32, ' '), seededRandom(code)));
      bob.server.append(cem.write(`4${sealed}`, { ctype: CTYPE.notice }).envelope);
    }
    log(bob, seated(ann.server.charter, 2, ['bob', POWER.owner]));
    expect(codeIn(bob)).toBeUndefined();
    expect(factsOf(bob)).toMatchObject({ owner: true, canEnd: false, canRemove: true });
  });

  test('the code alone gives nothing: without the seat it is not taken', async () => {
    const { ann, notice } = await handedOver();
    const bob = await bobs(ann.server.charter);
    bob.server.letIn({ features: [...features] });
    settling(bob);
    bob.server.append(notice.envelope);
    log(bob, seated(ann.server.charter, 2, ['ann', POWER.owner], ['bob', POWER.kick]));
    expect(codeIn(bob)).toBeUndefined();
  });
});

describe('OWNER-4: what is refused', () => {
  test.each([
    ['to oneself', 'ann'],
    ['to someone who left', 'bob'],
  ] as const)('%s: nothing is said, and nothing changes', async (_what, name) => {
    const ann = await owner();
    here(ann, 'cem');
    expect(await handOver(ann.room.orders, idOf(name))).toEqual({ ok: false, reason: 'not_here' });
    expect([ann.sent(), commandsOf(ann), codeIn(ann)]).toEqual([[], [], OWNER_CODE]);
  });

  test('to someone who leaves meanwhile: the seat stays', async () => {
    const ann = await owner();
    const given = handOver(ann.room.orders, idOf('bob'));
    here(ann, 'cem');
    ann.server.logSent();
    expect(await given).toEqual({ ok: false, reason: 'not_here' });
    expect([commandsOf(ann), codeIn(ann)]).toEqual([[], OWNER_CODE]);
  });

  test('by anyone else', async () => {
    const ann = await owner();
    const bob = await bobs(ann.server.charter);
    bob.server.letIn({ features: [...features] });
    expect(await handOver(bob.room.orders, idOf('cem'))).toEqual({ ok: false, reason: 'not_owner' });
  });

  test('the server takes no message: the room stays, and so does nothing in the outbox', async () => {
    const ann = await owner();
    const given = handOver(ann.room.orders, idOf('bob'));
    ann.server.refuseSent('server_full');
    expect(await given).toEqual({ ok: false, reason: 'unavailable' });
    expect(ann.last('pending')?.effects).toEqual([]);
    expect(codeIn(ann)).toBe(OWNER_CODE);
  });

  test('the room ends meanwhile', async () => {
    const ann = await owner();
    const given = handOver(ann.room.orders, idOf('bob'));
    ann.server.wire.say({ type: 'ended', reason: 'server' });
    expect(await given).toEqual({ ok: false, reason: 'ended' });
  });
});

describe('CHARTER-5: two tabs of the owner', () => {
  test('what came first is in force when the other one is signed again, in whatever order the answers come', async () => {
    const ann = await owner();
    const renamed = setWords(ann.room.orders, { name: 'Sea' });
    ann.server.wire.say({ type: 'refused', c: 2, code: 'stale', retryAfterMs: 0 });
    log(ann, seated(ann.server.charter, 2, ['ann', POWER.owner], ['bob', POWER.kick]));
    await Promise.resolve();
    log(ann, commandsOf(ann)[1] ?? ann.server.charter);
    expect(await renamed).toEqual({ ok: true });
    expect(ann.of('ordered').at(-1)?.change).toMatchObject({
      before: { powers: [{ mask: 128 }, { mask: 2 }] },
      after: { name: 'Sea', powers: [{ mask: 128 }, { mask: 2 }] },
    });
  });

  test.each([
    ['handed over by the other', [['cem', POWER.owner]]],
    ['given up by the other', []],
  ] as const)('%s: this one can order nothing, and forgets the code', async (_what, masks) => {
    const ann = await owner();
    settling(ann);
    const given = setPowers(ann.room.orders, idOf('bob'), POWER.kick);
    ann.server.wire.say({ type: 'refused', c: 2, code: 'stale', retryAfterMs: 0 });
    log(ann, seated(ann.server.charter, 2, ...masks));
    expect(await given).toEqual({ ok: false, reason: 'not_owner' });
    expect([commandsOf(ann).length, codeIn(ann)]).toEqual([1, undefined]);
    expect(factsOf(ann)).toMatchObject({ owner: false, canEnd: false, canAmend: false });
    expect(await giveUp(ann.room.orders)).toEqual({ ok: false, reason: 'not_owner' });
  });

  test('both hand over at once: the first one counts', async () => {
    const { ann, given } = await handedOver();
    ann.server.wire.say({ type: 'refused', c: 2, code: 'stale', retryAfterMs: 0 });
    log(ann, seated(ann.server.charter, 2, ['cem', POWER.owner]));
    expect(await given).toEqual({ ok: false, reason: 'not_owner' });
    expect(commandsOf(ann)).toHaveLength(1);
  });

  test('a server that lost the charter that seated us takes nothing away', async () => {
    const { ann, notice, seat } = await handedOver();
    const bob = await bobs(ann.server.charter);
    bob.server.letIn({ features: [...features] });
    settling(bob);
    bob.server.append(notice.envelope);
    log(bob, seat);
    expect(codeIn(bob)).toBe(OWNER_CODE);
    bob.reconnect();
    const older = new ServerDouble(bob.network, pkOf('ann'));
    older.logId = 'AAAAAAAAAAA';
    older.letIn({ features: [...features] });
    expect(factsOf(bob)).toMatchObject({ owner: false });
    expect(codeIn(bob)).toBe(OWNER_CODE);
  });
});
