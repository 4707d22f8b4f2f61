// What is in force in a room, and what changes it (docs/crypto.md, CMD-11 to CMD-13, CHARTER-5).

import {
  type Command,
  OP_CHARTER,
  OP_DOOR,
  OP_LIFE,
  OP_SLOW,
  POWER,
  type TermsChange,
  encodeCommandEvent,
  encodeTerms,
  toBase64url,
} from '@mayfly/protocol';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { amendCharter } from './crypto/amendment.ts';
import { makeCommand } from './crypto/command.ts';
import type { SigningKey } from './crypto/signature.ts';
import { giveUp, setPowers, setTerms, setWords } from './governance/orders.ts';
import { newIdentity } from './people/identity.ts';
import { Author, ID, KEYS, OWNER, OWNER_CODE } from './testing/author.ts';
import { open } from './testing/open-room.ts';
import { seededRandom } from './testing/random.ts';
import { LIFE_MS, ServerDouble } from './testing/server-double.ts';

beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) }));
afterEach(() => void vi.useRealTimers());

const NOTHING = new Uint8Array(0);
const features = ['commands', 'settings'] as const;
const [tab, mod] = [new Author('Tab'), new Author('Mod')];

type Made = { readonly bytes: Uint8Array; readonly blob: Uint8Array };

const terms = (change: TermsChange, c = 2, signer: SigningKey = OWNER): Made => ({
  bytes: makeCommand({ id: ID, epoch: 0, c, ...encodeTerms(change) }, signer),
  blob: NOTHING,
});

function amended(before: Made, c: number, change: Parameters<typeof amendCharter>[2]): Made {
  const made = amendCharter(before, KEYS, change, seededRandom(`amendment ${c}`));
  if (made === undefined) throw new Error('not a charter');
  return {
    bytes: makeCommand({ id: ID, epoch: 0, c, op: OP_CHARTER, args: made.args }, OWNER),
    blob: made.blob,
  };
}

function log(server: ServerDouble, { bytes, blob }: Made): void {
  server.frames.push(encodeCommandEvent(server.seq + 1, bytes, blob));
  server.wire.give(server.frames.at(-1) ?? NOTHING);
}

/** A page in a room with an owner's tab. `own`: its key has these powers. */
async function enter({ own = 0, isOwner = false }: { own?: number; isOwner?: boolean } = {}) {
  const me = newIdentity(seededRandom('me'), 'Me');
  const pk = Uint8Array.from(me.pk);
  const page = await open({ identity: isOwner ? { ...me, ownerCode: OWNER_CODE } : me });
  const { server } = page;
  const first = new ServerDouble(page.network, tab.key.pk, { name: 'Lake' }).charter;
  const charter =
    own === 0
      ? first
      : {
          ...amended(first, 1, ({ words, moderators }) => ({
            words,
            moderators: [...moderators, { idPk: pk, mask: own }],
          })),
        };
  server.charter = charter;
  server.frames[0] = encodeCommandEvent(1, charter.bytes, charter.blob);
  server.letIn({ features: [...features] });
  const given = () =>
    server.wire.sealed.flatMap((frame): readonly Command[] =>
      frame.type === 'command' ? [frame.command] : [],
    );
  const facts = () => page.last('facts')?.facts;
  return { ...page, me: pk, charter, given, facts };
}

describe('CMD-11 to CMD-13: the terms of a room', () => {
  test('a command by someone with the power changes them at once, and is told by name', async () => {
    const { server, facts, of } = await enter();
    expect(facts()).toMatchObject({ closed: false, slow: 0, lifeMs: LIFE_MS, history: 'all', owned: true });
    log(server, terms({ closed: true }, 2, tab.key));
    expect(facts()?.closed).toBe(true);
    log(server, terms({ slow: 15 }, 3));
    log(server, terms({ lifeMs: 7_200_000, history: 'none' }, 4));
    expect(facts()).toMatchObject({ closed: true, slow: 15, lifeMs: 7_200_000, history: 'none' });
    expect(of('life').at(-1)?.expiresInMs).toBe(7_200_000);
    const told = of('ordered');
    expect(told.map(({ change }) => change)).toEqual([
      { closed: true },
      { slow: 15 },
      { lifeMs: 7_200_000, history: 'none' },
    ]);
    expect(told.map(({ by }) => by?.idPk)).toEqual([toBase64url(tab.key.pk), undefined, undefined]);
    expect(told[0]).toMatchObject({ seq: 2, own: false, at: Date.now() });
  });

  test('in a history: the same lines, without a time, and the welcome is right meanwhile', async () => {
    const page = await open();
    page.server.frames.push(
      ...[terms({ slow: 15 }), terms({ slow: 0 }, 3)].map(({ bytes }, i) =>
        encodeCommandEvent(2 + i, bytes, NOTHING),
      ),
    );
    page.server.letIn({ features: [...features], c: 3 });
    expect(page.of('ordered').map(({ change }) => change)).toEqual([{ slow: 15 }, { slow: 0 }]);
    expect(page.of('ordered')[0]).not.toHaveProperty('at');
    expect(page.last('facts')?.facts.slow).toBe(0);
  });

  test('what its welcome says is in force where the log has no command', async () => {
    const page = await open();
    page.server.letIn({ closed: true, slow: 5, history: 'none' });
    expect(page.last('facts')?.facts).toMatchObject({ closed: true, slow: 5, history: 'none' });
  });

  test.each<readonly [string, Made]>([
    ['by anyone', terms({ closed: true }, 2, mod.key)],
    ['under a number too far', terms({ closed: true }, 3)],
    ['a life by the owner’s tab', terms({ lifeMs: 60_000, history: 'all' }, 2, tab.key)],
  ])('%s: nothing changes, and it is the server', async (_what, made) => {
    const { server, facts, of, last } = await enter();
    log(server, made);
    expect(facts()).toMatchObject({ closed: false, lifeMs: LIFE_MS });
    expect(of('ordered')).toEqual([]);
    expect(last('trouble')?.trouble).toMatchObject({ server: true, lies: ['false_command'] });
  });

  test('with args that have no meaning: it counts, changes nothing and accuses no one', async () => {
    const { server, facts, of, last } = await enter();
    const odd = makeCommand({ id: ID, epoch: 0, c: 2, op: OP_DOOR, args: Uint8Array.of(7) }, OWNER);
    log(server, { bytes: odd, blob: NOTHING });
    log(server, terms({ closed: true }, 3));
    expect(facts()?.closed).toBe(true);
    expect(of('ordered')).toHaveLength(1);
    expect(last('trouble')).toBeUndefined();
  });
});

describe('CHARTER-5: an amended charter', () => {
  test('other words and moderators are in force at once, and told', async () => {
    const { server, charter, facts, of, me, last } = await enter();
    expect(facts()).toMatchObject({ name: 'Lake', powers: 0, canSetDoor: false });
    const next = amended(charter, 2, () => ({
      words: { topic: 'Boats' },
      moderators: [
        { idPk: tab.key.pk, mask: POWER.owner },
        { idPk: me, mask: POWER.door },
      ],
    }));
    log(server, next);
    expect(facts()).toMatchObject({ topic: 'Boats', powers: POWER.door, canSetDoor: true, canRemove: false });
    expect(facts()).not.toHaveProperty('name');
    const [{ change } = { change: undefined }] = of('ordered');
    expect(change).toMatchObject({
      before: { name: 'Lake', powers: [{ mask: 128 }] },
      after: { topic: 'Boats', powers: [{ mask: 128 }, { mask: 1, person: { idPk: toBase64url(me) } }] },
    });
    log(server, terms({ closed: true }, 3, tab.key));
    expect(last('trouble')).toBeUndefined();
    const unowned = amended(next, 4, () => ({ words: {}, moderators: [] }));
    log(server, unowned);
    expect(facts()).toMatchObject({ owned: false, powers: 0, canSetDoor: false });
    log(server, terms({ closed: false }, 5, tab.key));
    expect(facts()?.closed).toBe(true);
  });

  test('in a history: each differs from the one before, and a welcome after a resume has the newest', async () => {
    const { server, charter, of, facts, reconnect } = await enter();
    const second = amended(charter, 2, ({ moderators }) => ({ words: { name: 'Sea' }, moderators }));
    const third = amended(second, 3, ({ moderators }) => ({ words: { name: 'Sky' }, moderators }));
    for (const [i, { bytes, blob }] of [second, third].entries())
      server.frames.push(encodeCommandEvent(2 + i, bytes, blob));
    server.charter = third;
    reconnect();
    server.letIn({ features: [...features], c: 3 });
    expect(
      of('ordered').map(({ change }) => 'after' in change && [change.before.name, change.after.name]),
    ).toEqual([
      ['Lake', 'Sea'],
      ['Sea', 'Sky'],
    ]);
    expect(facts()?.name).toBe('Sky');
  });

  test('with another blob: nothing of it is shown, its masks count, and it is the server', async () => {
    const { server, charter, facts, last, me } = await enter();
    const next = amended(charter, 2, () => ({ words: { name: 'Sea' }, moderators: [{ idPk: me, mask: 1 }] }));
    log(server, { bytes: next.bytes, blob: charter.blob });
    expect(facts()).toMatchObject({ name: 'Lake' });
    expect(last('trouble')?.trouble.lies).toEqual(['false_command']);
    log(server, terms({ closed: true }, 3, tab.key));
    expect(facts()?.closed).toBe(false);
  });
});

describe('COMMAND-1: orders from this tab', () => {
  test('the door and the pace with its own key, the life with the owner’s', async () => {
    const { room, server, given, me, of } = await enter({ own: POWER.owner, isOwner: true });
    const closed = setTerms(room.orders, { closed: true });
    expect(given()[0]).toMatchObject({ c: 2, op: OP_DOOR, args: Uint8Array.of(1), signerPk: me });
    log(server, {
      bytes:
        server.wire.sealed.flatMap((frame) => (frame.type === 'command' ? [frame.bytes] : []))[0] ?? NOTHING,
      blob: NOTHING,
    });
    expect(await closed).toEqual({ ok: true });
    expect(of('ordered')[0]).toMatchObject({ own: true, change: { closed: true } });
    void setTerms(room.orders, { lifeMs: 60_000, history: 'all' });
    expect(given()[1]).toMatchObject({ c: 3, op: OP_LIFE, signerPk: OWNER.pk });
  });

  test('a moderator by mask, and no one else', async () => {
    const { facts, room, given } = await enter({ own: POWER.door });
    expect(facts()).toMatchObject({ canSetDoor: true, canAmend: false, canRemove: false, canEnd: false });
    void setTerms(room.orders, { slow: 5 });
    expect(given()).toMatchObject([{ op: OP_SLOW }]);
    const guest = await enter();
    expect(guest.facts()).toMatchObject({ canSetDoor: false, canAmend: false });
    expect(await setWords(guest.room.orders, { name: 'Mine' })).toEqual({ ok: false, reason: 'not_owner' });
  });

  test('where the server takes none of them, nothing is offered', async () => {
    const { facts, reconnect, server } = await enter({ own: POWER.owner, isOwner: true });
    reconnect();
    server.letIn({ features: ['commands'] });
    expect(facts()).toMatchObject({ canSetDoor: false, canAmend: false, canEnd: true, canRemove: true });
    expect(facts()?.canChangeLink).toBe(false);
    reconnect();
    server.letIn({ features: ['commands', 'rotation'] });
    expect(facts()?.canChangeLink).toBe(true);
    const guest = await enter({ own: POWER.kick });
    guest.reconnect();
    guest.server.letIn({ features: ['commands', 'rotation'] });
    expect(guest.facts()?.canChangeLink).toBe(false);
  });

  test('two tabs at once: what came first stays, because the charter is made anew', async () => {
    const { room, server, charter, facts } = await enter({ own: POWER.owner, isOwner: true });
    const sent = () => server.wire.sealed.flatMap((frame) => (frame.type === 'command' ? [frame] : []));
    const renamed = setWords(room.orders, { name: 'Sea' });
    log(
      server,
      amended(charter, 2, ({ words, moderators }) => ({
        words,
        moderators: [...moderators, { idPk: mod.key.pk, mask: 2 }],
      })),
    );
    server.wire.say({ type: 'refused', c: 2, code: 'stale', retryAfterMs: 0 });
    expect(sent().map(({ command }) => command.c)).toEqual([2, 3]);
    log(server, sent()[1] ?? charter);
    expect(await renamed).toEqual({ ok: true });
    expect(facts()?.name).toBe('Sea');
    const removed = setPowers(room.orders, toBase64url(mod.key.pk), 0);
    log(server, sent()[2] ?? charter);
    expect(await removed).toEqual({ ok: true });
    void giveUp(room.orders);
    log(server, sent()[3] ?? charter);
    expect(facts()).toMatchObject({ owned: false, name: 'Sea', canAmend: false, canEnd: false });
    expect(await setWords(room.orders, { name: 'Lake' })).toEqual({ ok: false, reason: 'not_owner' });
  });

  test('after a lost connection the same bytes go out again', async () => {
    const { room, server, reconnect } = await enter({ own: POWER.owner, isOwner: true });
    const sent = () => server.wire.sealed.flatMap((frame) => (frame.type === 'command' ? [frame.bytes] : []));
    void setWords(room.orders, { name: 'Sea' });
    const [first] = sent();
    reconnect();
    server.letIn({ features: [...features] });
    expect(sent()).toEqual([first]);
  });
});
