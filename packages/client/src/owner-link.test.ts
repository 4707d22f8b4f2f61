import {
  type Command,
  type Join,
  MODERATORS_MAX,
  OP_CHARTER,
  POWER,
  type Welcome,
  decodeCharterArgs,
  encodeCommandEvent,
  joinTranscript,
  toBase64url,
  toHex,
} from '@mayfly/protocol';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { makeFirstCharter } from './crypto/charter.ts';
import { roomSecrets } from './crypto/keys.ts';
import { ownerKeys } from './crypto/owner.ts';
import { verify } from './crypto/signature.ts';
import { parseRoomLink } from './find-link.ts';
import {
  OWNER_LINK_WITHIN_MS,
  type OwnerOpened,
  makeOwnerLink,
  openOwnerLink,
  readOwnerLink,
} from './owner-link.ts';
import { ID, OWNER, OWNER_CODE, R, SECRET } from './testing/author.ts';
import { seededRandom } from './testing/random.ts';
import { LINK, ServerDouble } from './testing/server-double.ts';
import { NetworkDouble } from './testing/wire-double.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function opening(ownerCode = OWNER_CODE, creator?: Uint8Array) {
  const network = new NetworkDouble();
  const random = seededRandom('owner link');
  const answer = openOwnerLink({ id: ID, ownerCode, transport: network.transport, name: 'Sam', random });
  return { network, server: new ServerDouble(network, creator), answer };
}

test('LINK-5: the link is of a kind of its own, and has the owner code', () => {
  const link = makeOwnerLink('https://chat.example', ID, OWNER_CODE);
  expect(link).toContain(`/chat/${ID}#5${OWNER_CODE}`);
  expect(readOwnerLink(link)).toEqual({ id: ID, ownerCode: OWNER_CODE });
  expect(parseRoomLink(link)).toEqual({ type: 'newer_kind', flag: 5 });
  for (const other of [link.slice(0, -1), `${link}1`, link.replace('#5', '#1'), `/chat/${ID}`])
    expect(readOwnerLink(other)).toBeUndefined();
});

test('OWNER-3: the owner code opens the room without its link, as someone whom the room then knows', async () => {
  const { network, server, answer } = opening();
  const join: Join = server.challenge();
  const transcript = joinTranscript(ID, new Uint8Array(32).fill(5), join.idPk);
  expect([join.as, join.linkSig, join.position]).toEqual(['owner', undefined, undefined]);
  expect(verify(join.idPk, 'id', transcript, join.idSig)).toBe(true);
  expect(join.keySig && verify(OWNER.pk, 'owner', transcript, join.keySig)).toBe(true);
  server.wire.say(server.welcomeFor(join));
  const opened = await answer;
  if (!opened.ok) throw new Error(opened.reason);
  expect(opened.link).toEqual(LINK);
  expect(opened.identity).toMatchObject({ pk: join.idPk, joined: true, ownerCode: OWNER_CODE, name: 'Sam' });
  expect(network.open).toEqual([]);
});

test('OWNER-3: with a passphrase, the box has what it gives', async () => {
  const { server, answer } = opening();
  const join = server.challenge();
  const second = new Uint8Array(32).fill(9);
  const secrets = roomSecrets(SECRET, second);
  const locked = { id: ID, owner: OWNER, r: R, secrets, moderators: [] };
  const { bytes, blob } = makeFirstCharter(locked, seededRandom('locked'));
  server.wire.say(server.welcomeFor(join, { charter: bytes, blob }));
  expect(await answer).toMatchObject({ ok: true, link: { id: ID, secret: SECRET, door: 2, second } });
});

const features = ['commands', 'settings'] as const;

function seatsIn({ wire }: ServerDouble) {
  return wire.sealed.flatMap((frame) => (frame.type === 'command' ? [frame] : []));
}

function mastersOf({ args }: Command): readonly string[] {
  const { moderators = [] } = decodeCharterArgs(args) ?? {};
  return moderators.map(({ idPk, mask }) => `${toBase64url(idPk)} ${mask}`);
}

/** Lets the newest visit in; the seat that it asks for. */
function letIn(server: ServerDouble, odd: Partial<Welcome> = {}) {
  const join = server.challenge();
  server.wire.say(server.welcomeFor(join, { features: [...features], ...odd }));
  server.wire.give(server.frames[0] ?? new Uint8Array());
  return { join, seat: seatsIn(server)[0] ?? expect.unreachable() };
}

describe('OWNER-3: a seat of the owner’s for this tab', () => {
  test('beside those that there are, and only then it is open', async () => {
    const { network, server, answer } = opening(OWNER_CODE, new Uint8Array(32).fill(4));
    const { join, seat } = letIn(server);
    expect(seat.command).toMatchObject({ op: OP_CHARTER, c: 2, signerPk: OWNER.pk });
    expect(mastersOf(seat.command)).toEqual(
      [new Uint8Array(32).fill(4), join.idPk].map((idPk) => `${toBase64url(idPk)} 128`),
    );
    expect(network.open).toHaveLength(1);
    server.wire.give(encodeCommandEvent(2, seat.bytes, seat.blob));
    expect(await answer).toMatchObject({ ok: true, link: LINK, identity: { pk: join.idPk } });
    expect(network.open).toEqual([]);
  });

  test('another command came first: what is in force is read again, by the same person', async () => {
    const { server, answer } = opening();
    const first = letIn(server);
    server.wire.say({ type: 'refused', c: 2, code: 'stale', retryAfterMs: 0 });
    await vi.advanceTimersByTimeAsync(0);
    const again = letIn(server, { c: 2 });
    expect([again.seat.command.c, again.join.idPk]).toEqual([3, first.join.idPk]);
    server.wire.give(encodeCommandEvent(3, again.seat.bytes, again.seat.blob));
    expect(await answer).toMatchObject({ ok: true });
  });

  test('too soon after another: the same bytes once more', async () => {
    const { server, answer } = opening();
    const { seat } = letIn(server);
    server.wire.say({ type: 'refused', c: 2, code: 'rate', retryAfterMs: 700 });
    await vi.advanceTimersByTimeAsync(700);
    expect(seatsIn(server).map(({ bytes }) => toHex(bytes))).toEqual([toHex(seat.bytes), toHex(seat.bytes)]);
    server.wire.give(encodeCommandEvent(2, seat.bytes, seat.blob));
    expect(await answer).toMatchObject({ ok: true });
  });

  test('a full list: the oldest seat of the owner’s gives way, and no moderator', async () => {
    const { server, answer } = opening();
    const all = Array.from({ length: MODERATORS_MAX }, (_, i) => ({
      idPk: new Uint8Array(32).fill(i + 1),
      mask: i === 3 || i === 7 ? POWER.owner : POWER.kick,
    }));
    const full = { id: ID, owner: OWNER, r: R, secrets: roomSecrets(SECRET), moderators: all };
    const { bytes, blob } = makeFirstCharter(full, seededRandom('full'));
    const { join, seat } = letIn(server, { charter: bytes, blob });
    const kept = all.filter((_, i) => i !== 3);
    expect(mastersOf(seat.command)).toEqual(
      [...kept, { idPk: join.idPk, mask: POWER.owner }].map(
        ({ idPk, mask }) => `${toBase64url(idPk)} ${mask}`,
      ),
    );
    server.wire.give(encodeCommandEvent(2, seat.bytes, seat.blob));
    expect(await answer).toMatchObject({ ok: true });
  });

  test.each<[string, OwnerOpened, (server: ServerDouble) => void]>([
    [
      'refused',
      { ok: false, reason: 'no_answer' },
      ({ wire }) => wire.say({ type: 'refused', c: 2, code: 'not_allowed', retryAfterMs: 0 }),
    ],
    [
      'the room ends',
      { ok: false, reason: 'ended' },
      ({ wire }) => wire.say({ type: 'ended', reason: 'owner' }),
    ],
    ['a lost connection', { ok: false, reason: 'no_answer' }, ({ wire }) => wire.breakWith(1006)],
  ])('%s: not opened', async (_what, want, say) => {
    const { network, server, answer } = opening();
    letIn(server);
    say(server);
    expect(await answer).toEqual(want);
    expect(network.open).toEqual([]);
  });

  test('always too late: not opened, after five tries', async () => {
    const { network, server, answer } = opening();
    for (let tries = 1; tries <= 5; tries++) {
      letIn(server);
      server.wire.say({ type: 'refused', c: 2, code: 'stale', retryAfterMs: 0 });
      await vi.advanceTimersByTimeAsync(0);
    }
    expect(await answer).toEqual({ ok: false, reason: 'no_answer' });
    expect(network.wires).toHaveLength(5);
  });
});

test.each<[string, OwnerOpened, (server: ServerDouble, join: Join) => void]>([
  [
    'a room of another owner',
    { ok: false, reason: 'false_room' },
    (server, join) => {
      const owner = ownerKeys('8'.repeat(32));
      const forged = { id: ID, owner, r: R, secrets: roomSecrets(SECRET), moderators: [] };
      const { bytes, blob } = makeFirstCharter(forged, seededRandom('forged'));
      server.wire.say(server.welcomeFor(join, { charter: bytes, blob }));
    },
  ],
  [
    'a box that was altered',
    { ok: false, reason: 'false_room' },
    (server, join) => {
      const { blob } = server.charter;
      const altered = blob.map((byte, i) => (i === blob.length - 1 ? byte ^ 1 : byte));
      server.wire.say(server.welcomeFor(join, { blob: altered }));
    },
  ],
  [
    'a box of another epoch',
    { ok: false, reason: 'false_room' },
    (server, join) => server.wire.say(server.welcomeFor(join, { epoch: 1 })),
  ],
  ['no such room', { ok: false, reason: 'denied' }, (server) => server.wire.say({ type: 'denied' })],
  [
    'an ended room',
    { ok: false, reason: 'ended' },
    (server) => server.wire.say({ type: 'ended', reason: 'expired' }),
  ],
  ['a lost connection', { ok: false, reason: 'no_answer' }, (server) => server.wire.breakWith(1006)],
  ['silence', { ok: false, reason: 'no_answer' }, () => void vi.advanceTimersByTime(OWNER_LINK_WITHIN_MS)],
])('OWNER-3: %s', async (_what, want, say) => {
  const { network, server, answer } = opening();
  say(server, server.challenge());
  expect(await answer).toEqual(want);
  expect(network.open).toEqual([]);
});
