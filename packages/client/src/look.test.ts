import { CLOSE, type Look, type Sight, joinTranscript } from '@mayfly/protocol';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { makeFirstCharter } from './crypto/charter.ts';
import { roomSecrets } from './crypto/keys.ts';
import { linkSecret, ownerKeys } from './crypto/owner.ts';
import type { RoomWords } from './crypto/room-words.ts';
import { verify } from './crypto/signature.ts';
import { LOOK_WITHIN_MS, type LookAnswer, lookAtRoom } from './look.ts';
import { ID, SECRETS } from './testing/author.ts';
import { seededRandom } from './testing/random.ts';
import { LINK, ServerDouble } from './testing/server-double.ts';
import { NetworkDouble } from './testing/wire-double.ts';

const NONCE = new Uint8Array(32).fill(5);
const FIGURES = { count: 3, expiresInMs: 1_440_000, history: 'all', full: false, closed: false } as const;
const SIGHT: Sight = { type: 'room', ...FIGURES };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function look(signal?: AbortSignal) {
  const network = new NetworkDouble();
  const random = seededRandom('look');
  const options = { link: LINK, transport: network.transport, random, ...(signal && { signal }) };
  const answer: Promise<LookAnswer> = lookAtRoom(options);
  return { network, answer };
}

function asked(network: NetworkDouble): readonly Look[] {
  return network.wire.said.filter((frame) => frame.type === 'look');
}

test("LOOK-1: the look proves the link's key over the challenge, with a throwaway identity", async () => {
  const { network, answer } = look();
  network.wire.say({ type: 'challenge', nonce: NONCE });
  const [frame] = asked(network);
  if (frame === undefined) throw new Error('no look came');
  expect(frame.id).toBe(ID);
  const transcript = joinTranscript(ID, NONCE, frame.idPk);
  expect(verify(frame.idPk, 'id', transcript, frame.idSig)).toBe(true);
  expect(verify(SECRETS.access.pk, 'look', transcript, frame.lookSig)).toBe(true);
  network.wire.say(SIGHT);
  expect(await answer).toEqual({ outcome: 'room', ...FIGURES });
  expect(network.open).toEqual([]);
});

const charterWith = (words: RoomWords) => new ServerDouble(new NetworkDouble(), undefined, words).charter;

test('LOOK-5: name and topic are shown from a charter that passes all checks', async () => {
  const { network, answer } = look();
  network.wire.say({ ...SIGHT, ...sealed(charterWith({ name: 'Hatch morning', topic: 'Gloves' })) });
  expect(await answer).toMatchObject({ count: 3, name: 'Hatch morning', topic: 'Gloves' });
});

test.each<[string, () => Partial<Sight>]>([
  ['another link’s charter', () => sealed(makeOther())],
  [
    'the blob of another charter',
    () => ({ ...sealed(charterWith({ name: 'a' })), blob: charterWith({ name: 'b' }).blob }),
  ],
  ['a charter that is none', () => ({ ...sealed(charterWith({})), charter: new Uint8Array(40) })],
  ['no charter, from an older server', () => ({})],
  ['a name that is too long', () => sealed(charterWith({ name: 'n'.repeat(51) }))],
])('LOOK-5: %s: the figures alone', async (_what, odd) => {
  const { network, answer } = look();
  network.wire.say({ ...SIGHT, ...odd() });
  expect(await answer).toEqual({ outcome: 'room', ...FIGURES });
});

function sealed({ bytes, blob }: ServerDouble['charter']): Pick<Sight, 'charter' | 'blob'> {
  return { charter: bytes, blob };
}

/** By an owner of another room with the same id. */
function makeOther(): ServerDouble['charter'] {
  const owner = ownerKeys('8'.repeat(32));
  const r = new Uint8Array(32).fill(3);
  const secrets = roomSecrets(linkSecret(owner.pk, r));
  const words = { name: 'False' };
  return makeFirstCharter({ id: ID, owner, r, secrets, moderators: [], words }, seededRandom('other'));
}

test('LOOK-4: exaggerated figures are bounded', async () => {
  const { network, answer } = look();
  network.wire.say({ ...SIGHT, count: 2 ** 40, expiresInMs: 2 ** 50 });
  expect(await answer).toMatchObject({ count: 5_000, expiresInMs: 7 * 24 * 3600 * 1000 });
});

test.each<[string, LookAnswer['outcome'], (network: NetworkDouble) => void]>([
  ['a wrong key or no room', 'denied', ({ wire }) => wire.say({ type: 'denied' })],
  ['an older server', 'unknown', ({ wire }) => wire.breakWith(CLOSE.badFrame.code)],
  ['no server', 'unknown', ({ wire }) => wire.breakWith(1006)],
  [
    'a server that is busy',
    'unknown',
    ({ wire }) => wire.say({ type: 'refused', code: 'busy', retryAfterMs: 1 }),
  ],
  ['a welcome', 'unknown', ({ wire }) => wire.say({ type: 'pong' })],
  ['sealed bytes', 'unknown', ({ wire }) => wire.give(new Uint8Array(3))],
])('LOOK-4: %s: %s', async (_title, outcome, react) => {
  const { network, answer } = look();
  network.wire.say({ type: 'challenge', nonce: NONCE });
  react(network);
  expect(await answer).toEqual({ outcome });
  expect(network.open).toEqual([]);
});

test('LOOK-4: one challenge is answered, a second one ends the look', async () => {
  const { network, answer } = look();
  network.wire.say({ type: 'challenge', nonce: NONCE });
  network.wire.say({ type: 'challenge', nonce: NONCE });
  expect(await answer).toEqual({ outcome: 'unknown' });
  expect(asked(network)).toHaveLength(1);
});

test('LOOK-4: a silent server is not waited for', async () => {
  const { network, answer } = look();
  vi.advanceTimersByTime(LOOK_WITHIN_MS);
  expect(await answer).toEqual({ outcome: 'unknown' });
  expect(network.open).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
});

test('LOOK-4: an aborted look closes its connection', async () => {
  const stop = new AbortController();
  const { network, answer } = look(stop.signal);
  network.wire.say({ type: 'challenge', nonce: NONCE });
  stop.abort();
  expect(await answer).toEqual({ outcome: 'unknown' });
  expect([network.open.length, vi.getTimerCount()]).toEqual([0, 0]);
});

test('LOOK-4: aborted before the connection opens, it closes at the first frame, and proves nothing', async () => {
  const stop = new AbortController();
  const { network, answer } = look(stop.signal);
  stop.abort();
  expect(await answer).toEqual({ outcome: 'unknown' });
  network.wire.say({ type: 'challenge', nonce: NONCE });
  expect(asked(network)).toEqual([]);
  expect([network.open.length, vi.getTimerCount()]).toEqual([0, 0]);
});

test('LOOK-4: aborted, and never opened: closed when the time is up', async () => {
  const stop = new AbortController();
  const { network, answer } = look(stop.signal);
  stop.abort();
  await answer;
  vi.advanceTimersByTime(LOOK_WITHIN_MS);
  expect(network.open).toEqual([]);
});
