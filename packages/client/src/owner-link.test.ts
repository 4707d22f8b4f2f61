import { type Join, joinTranscript } from '@mayfly/protocol';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
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

function opening(ownerCode = OWNER_CODE) {
  const network = new NetworkDouble();
  const random = seededRandom('owner link');
  const answer = openOwnerLink({ id: ID, ownerCode, transport: network.transport, name: 'Sam', random });
  return { network, server: new ServerDouble(network), answer };
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
